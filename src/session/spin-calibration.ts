// How many turns of a waiting loop fill a time on this thread: a spin budget is a time, and loops differ by CPU.
import { lookAgain, PARK, SpinBudget, type WaitPolicy } from '../memory/wait-policy.js';
import type { Wait } from './cell.js';
import { turnNsOf } from './loop-time.js';

/**
 * The most that an adaptive waiter looks: about a parked round trip between two CPUs of a virtual machine (`doctor`
 * measures it), which is what parking costs, and enough to outlast the wake-up of a peer that has parked.
 */
const ADAPTIVE_MOST_NS = 50_000;
/** The same where threads exceed CPUs, or may: who looks keeps the one it waits for from running. */
const CROWDED_MOST_NS = 5000;
let turnNs: number | undefined;

/** The policy of a wait axis on this thread; the loop is calibrated once a thread. */
export function policyFor(wait: Wait): WaitPolicy {
  if (wait === 'park') return PARK;
  return wait === 'adaptive' ? { spins: turnsIn(ADAPTIVE_MOST_NS), adapts: true } : { spins: turnsIn(wait.spinNs) };
}

/** The policy of an event whose waiters look again by themselves (see Entry.looks). */
export function lookingPolicy(crowded: boolean): WaitPolicy {
  return { spins: turnsIn(crowded ? CROWDED_MOST_NS : ADAPTIVE_MOST_NS), adapts: true };
}

function turnsIn(nanoseconds: number): number {
  turnNs ??= measureTurn();
  return Math.max(1, Math.round(nanoseconds / turnNs));
}

function measureTurn(): number {
  const words = new Int32Array(new SharedArrayBuffer(4));
  return turnNsOf((turns) => lookAgain(words, 0, new SpinBudget({ spins: turns })));
}
