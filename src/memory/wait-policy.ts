// How long a waiter looks again before it parks, and what it costs the CPU while it looks.
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

/** A budget falls by this share of what it is too large, at each wait. Source: folly TurnSequencer, glibc's adaptive mutex. */
const FALL = 1 / 8;
/** Looking has to succeed within so many times the turns that it took last. Source: the same two. */
const MARGIN = 2;
/** One in so many parks is preceded by looking for the most: else a budget that has fallen could never see that it pays. */
const PROBE_EVERY = 64;
/** A budget falls no lower than this share of the most, so that the answer of a peer that is awake is still seen. */
const LEAST = 1 / 64;

/**
 * The state of a thread at a primitive, its own: a function of what it saw in shared memory, with no clock in it.
 *
 * A wait that ends while it looks, after t turns, raises the budget to 2t at once, or lets it fall towards 2t; a wait
 * that ends up parked lets it fall towards the least. So the budget follows the hand-off time where that is shorter
 * than the most, and where it is longer the waiter soon parks after a glance. With the most set to what parking costs,
 * a wait that looks in vain costs at most twice what it must (Karlin et al., SOSP 1991).
 *
 * Two waiters that park for each other would do so for ever, each finding that looking is shorter than the other's
 * wake-up: a probe outlasts that wake-up, the glance of the one that was woken sees the answer, and both look again.
 */
export class SpinBudget {
  private readonly most: number;
  private readonly adapts: boolean;
  private budget: number;
  private parks = 0;

  constructor({ spins, adapts = false }: WaitPolicy) {
    this.most = spins;
    this.adapts = adapts;
    this.budget = spins;
  }

  /** Turns to look in the wait that begins now; 0 parks at once. */
  next(): number {
    if (!this.adapts) return this.most;
    return this.parks === PROBE_EVERY - 1 ? this.most : Math.floor(this.budget);
  }

  /** What the wait waited for came while it looked, in turn `turn` (from 1). */
  paid(turn: number): void {
    if (this.adapts) this.follow(Math.min(this.most, MARGIN * turn));
  }

  /** It looked for all its turns, or for none, and has to park. */
  failed(): void {
    if (!this.adapts) return;
    this.parks = (this.parks + 1) % PROBE_EVERY;
    this.follow(Math.floor(this.most * LEAST));
  }

  private follow(target: number): void {
    this.budget = Math.max(target, this.budget + (target - this.budget) * FALL);
  }
}
