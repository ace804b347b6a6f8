// How long a waiter looks again before it parks, and what it costs the CPU while it looks.

/** Iterations of a waiting loop before it parks; 0 parks at once. Counted, not timed: a thread body reads no clock. */
export interface WaitPolicy {
  readonly spins: number;
}

/** Parks at once. */
export const PARK: WaitPolicy = { spins: 0 };

const pause: (() => void) | undefined = (Atomics as { pause?: () => void }).pause;

/** True where the CPU can be told that a loop is waiting (`Atomics.pause`, Node 24 and newer). */
export const HAS_PAUSE = pause !== undefined;

/** Tells the CPU that this loop waits, where the Node has a way to say so. */
export function relax(): void {
  if (HAS_PAUSE) pause!();
}

/** Looks at a word until it is not 0 or the budget ends; returns what it saw last. */
export function lookAgain(words: Int32Array, index: number, spins: number): number {
  for (let left = spins; left > 0; left--) {
    // Standalone: only ends the wait sooner; the caller takes the value by a read-modify-write of its own.
    const value = Atomics.load(words, index);
    if (value !== 0) return value;
    relax();
  }
  return 0;
}
