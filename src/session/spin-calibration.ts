// How many turns of a waiting loop fill a time on this thread: a spin budget is a time, and loops differ by CPU.
import { lookAgain, PARK, SpinBudget, type WaitPolicy } from '../memory/wait-policy.js';
import type { Wait } from './cell.js';

/**
 * The most that an adaptive waiter looks: about a parked round trip between two CPUs of a virtual machine (`doctor`
 * measures it), which is what parking costs, and enough to outlast the wake-up of a peer that has parked.
 */
const ADAPTIVE_MOST_NS = 50_000;
/** The same where threads exceed CPUs, or may: who looks keeps the one it waits for from running. */
const CROWDED_MOST_NS = 5000;
const TURNS = 20_000;
/** The fastest of several trials counts: the first ones run before the compiler has seen the loop. */
const TRIALS = 12;
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
  const budget = new SpinBudget({ spins: TURNS });
  let fastest = Number.POSITIVE_INFINITY;
  for (let trial = 0; trial < TRIALS; trial++) {
    const start = process.hrtime.bigint();
    lookAgain(words, 0, budget);
    fastest = Math.min(fastest, Number(process.hrtime.bigint() - start) / TURNS);
  }
  return fastest;
}
