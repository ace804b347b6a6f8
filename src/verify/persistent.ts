// Which threads' steps are enough to be taken from a state: the others can do nothing meanwhile that depends on them.
import type { Execution } from './execution.js';
import { AHEAD, CLOSED_TOO, type Futures, OWN, WRITTEN } from './futures.js';
import { CLOSED, LOCK } from './operation.js';
import { MOST_THREADS } from './scenario.js';

/**
 * Persistent sets (Godefroid, LNCS 1032, chapter 4), by threads. A set of threads is enough if, as long as none of them
 * moves, the others come to no step that depends on the next step of one of them: the steps of both orders lead to the
 * same state then, clocks included, so those of the others can come later. What the others may come to is known by their
 * places (futures.ts): all that can follow, but for what follows a lock that one of the set holds; and who is blocked
 * does nothing until another one outside the set can unblock it.
 *
 * What is known of places grows as the search goes on. A decision that was made with less is made again: the search is
 * repeated until a whole run of it learns nothing. That is enough: were there a step that no run came to and that would
 * have mattered, then the first thread of the shortest way to it could be moved along, step by step, through states that
 * were searched; so its place would be known.
 *
 * A step that changes what the invariant looks at counts as dependent on every other such step. The search leaves nothing
 * out for ever where no execution comes back to a state, or one thread alone does, which waits: then all is taken in one
 * state of its round. Where several threads go round, it goes without (see exhaustive.ts).
 */
export class Persistent {
  private readonly execution: Execution;
  private readonly futures: Futures;
  private union = new Int32Array(0);

  constructor(execution: Execution) {
    this.execution = execution;
    this.futures = execution.futures;
  }

  /** Puts the transitions that are enough first; returns how many they are. */
  choose(possible: Int32Array, count: number): number {
    let threads = 0;
    for (let i = 0; i < count; i++) threads |= 1 << (possible[i]! % MOST_THREADS);
    // One thread alone: there is nothing to choose.
    if ((threads & (threads - 1)) === 0) return count;
    this.futures.refresh();
    if (this.union.length !== this.futures.stride) this.union = new Int32Array(this.futures.stride);
    let [best, fewest] = [threads, count];
    for (let thread = 0; thread < this.execution.threads; thread++) {
      if ((threads & (1 << thread)) === 0) continue;
      const chosen = this.around(thread, threads);
      const size = countOf(possible, count, chosen);
      if (size < fewest) [best, fewest] = [chosen, size];
    }
    if (fewest === count) return count;
    let first = 0;
    for (let i = 0; i < count; i++) {
      const transition = possible[i]!;
      if ((best & (1 << (transition % MOST_THREADS))) === 0) continue;
      possible[i] = possible[first]!;
      possible[first++] = transition;
    }
    return fewest;
  }

  /** The smallest set with `thread` that is enough; of `enabled` threads and others. */
  private around(thread: number, enabled: number): number {
    const { execution, union } = this;
    union.fill(0);
    this.add(thread);
    let chosen = 1 << thread;
    for (let grows = true; grows; ) {
      grows = false;
      const which = AHEAD + this.lockOf(chosen);
      const awake = this.awake(enabled & ~chosen, chosen, which);
      for (let other = 0; other < execution.threads; other++) {
        if ((awake & (1 << other)) === 0 || !this.mayMeet(other, which)) continue;
        chosen |= 1 << other;
        this.add(other);
        grows = true;
      }
      if ((enabled & ~chosen) === 0) break;
    }
    return chosen;
  }

  /** The number of a lock that one of these threads holds, from 1; 0 without. */
  private lockOf(threads: number): number {
    const { machine } = this.execution;
    const { locks } = this.futures;
    for (let i = 0; i < locks.length; i++) {
      const holder = (machine.state[locks[i]!]! & ~CLOSED) - 1;
      if (holder >= 0 && (threads & (1 << holder)) !== 0) return i + 1;
    }
    return 0;
  }

  /** Adds to `threads`, who can run, those that they may unblock; none of the `chosen`. */
  private awake(threads: number, chosen: number, which: number): number {
    const { execution, futures } = this;
    let awake = threads;
    for (let grows = true; grows; ) {
      grows = false;
      for (let other = 0; other < execution.threads; other++) {
        const bit = 1 << other;
        if (((awake | chosen) & bit) !== 0 || !execution.hasNotEnded(other)) continue;
        const { kind, slot } = execution.pending(other);
        const holder = (execution.machine.state[slot]! & ~CLOSED) - 1;
        const isHeld = kind === LOCK && holder >= 0 && (chosen & (1 << holder)) !== 0;
        // A lock that one of the chosen holds can only be closed.
        const at = futures.rowOf(which) + (isHeld ? CLOSED_TOO : WRITTEN) * futures.width + (slot >>> 5);
        for (let waker = 0; waker < execution.threads; waker++) {
          if (
            (awake & (1 << waker)) === 0 ||
            (futures.placeOf(execution.machine, waker).rows[at]! & (1 << (slot & 31))) === 0
          )
            continue;
          awake |= bit;
          grows = true;
          break;
        }
      }
    }
    return awake;
  }

  private add(thread: number): void {
    const { union, futures } = this;
    const { rows } = futures.placeOf(this.execution.machine, thread);
    for (let i = 0; i < futures.stride; i++) union[i]! |= rows[futures.rowOf(OWN) + i]!;
  }

  /** Whether a thread may come to a step that depends on one of the chosen. */
  private mayMeet(thread: number, which: number): boolean {
    const { union, futures } = this;
    const { width, stride } = futures;
    const { rows } = futures.placeOf(this.execution.machine, thread);
    const at = futures.rowOf(which);
    for (let i = 0; i < width; i++) {
      const written = rows[at + width + i]!;
      if ((written & (union[i]! | union[width + i]!)) !== 0 || (rows[at + i]! & union[width + i]!) !== 0) return true;
    }
    return (rows[at + stride - 1]! & union[stride - 1]!) !== 0;
  }
}

function countOf(possible: Int32Array, count: number, threads: number): number {
  let found = 0;
  for (let i = 0; i < count; i++) if ((threads & (1 << (possible[i]! % MOST_THREADS))) !== 0) found++;
  return found;
}
