// How long a waiter looks again before it parks, and what it costs the CPU while it looks.
import type { SpinBudget } from './spin-budget.js';

/** Counted in turns of a waiting loop, not timed: a thread body reads no clock. */
export interface WaitPolicy {
  /** Turns before it parks; 0 parks at once. */
  readonly spins: number;
  /** True makes that the most: the budget follows what looking was worth, see SpinBudget. */
  readonly adapts?: boolean;
}

/** Parks at once. */
export const PARK: WaitPolicy = { spins: 0 };

const pause: (() => void) | undefined = (Atomics as { pause?: () => void }).pause;

/** True where the CPU can be told that a loop is waiting (`Atomics.pause`, Node 24 and newer). */
export const HAS_PAUSE = pause !== undefined;

/** Between two looks: tells the CPU that this loop waits, where the Node has a way to say so. */
export let relax: () => void = pause ?? (() => {});

const quietly = relax;

/** Calls `count` at every look of this thread from now on; without it, none is counted. Never in a timed run. */
export function countLooks(count?: () => void): void {
  relax = count
    ? () => {
        count();
        quietly();
      }
    : quietly;
}

/** Looks at a word until it is not 0 or the budget ends; returns what it saw last. */
export function lookAgain(words: Int32Array, index: number, budget: SpinBudget): number {
  const turns = budget.next();
  for (let turn = 1; turn <= turns; turn++) {
    // Standalone: only ends the wait sooner; the caller takes the value by a read-modify-write of its own.
    const value = Atomics.load(words, index);
    if (value !== 0) {
      budget.paid(turn);
      return value;
    }
    relax();
  }
  budget.failed();
  return 0;
}
