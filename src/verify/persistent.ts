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
 * Sleep sets (chapter 5 there) come on top: where a thread's step was taken and all that follows it searched, it is not
 * taken again after steps of others that do not depend on it. It would lead to where the search was. So a state needs to
 * be searched once only, whoever slept as it was: a sleeper's step leads to what was searched before. That holds unless
 * the search is not done with what the step leads to: then the thread does not sleep (`open` in exhaustive.ts).
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

  /** Puts the transitions first that are enough, without those of threads that `sleep`; returns how many they are. */
  choose(possible: Int32Array, count: number, sleep: number): number {
    let threads = 0;
    for (let i = 0; i < count; i++) threads |= 1 << (possible[i]! % MOST_THREADS);
    let [best, fewest] = [threads & ~sleep, countOf(possible, count, threads & ~sleep)];
    // One thread alone: there is nothing to choose.
    if ((threads & (threads - 1)) !== 0) {
      this.futures.refresh();
      if (this.union.length !== this.futures.stride) this.union = new Int32Array(this.futures.stride);
      for (let thread = 0; thread < this.execution.threads && fewest > 0; thread++) {
        if ((threads & (1 << thread)) === 0) continue;
        const chosen = this.around(thread, threads) & ~sleep;
        const size = countOf(possible, count, chosen);
        if (size < fewest) [best, fewest] = [chosen, size];
      }
    }
    if (fewest === count) return count;
    let first = 0;
    for (let i = 0; i < count; i++) {
      const transition = possible[i]!;
      if ((best & (1 << (transition % MOST_THREADS))) === 0) continue;
      possible.copyWithin(first + 1, first, i);
      possible[first++] = transition;
    }
    return fewest;
  }

  /** Of the threads that `sleep`, those that go on sleeping after the next step of `thread`: it does not depend on theirs. */
  asleepAfter(thread: number, sleep: number): number {
    if (sleep === 0) return 0;
    this.futures.refresh();
    let asleep = 0;
    for (let other = 0; 1 << other <= sleep; other++)
      if ((sleep & (1 << other)) !== 0 && other !== thread && !this.areDependent(thread, other)) asleep |= 1 << other;
    return asleep;
  }

  /** Whether the order of two threads' next steps makes a difference for the state after both: what is seen between counts elsewhere. */
  private areDependent(one: number, other: number): boolean {
    const { futures, execution } = this;
    const { width } = futures;
    const { rows } = futures.placeOf(execution.machine, one);
    const { rows: others } = futures.placeOf(execution.machine, other);
    const at = futures.rowOf(OWN);
    for (let i = at; i < at + width; i++) {
      const [written, writtenToo] = [rows[i + width]!, others[i + width]!];
      if ((written & (others[i]! | writtenToo)) !== 0 || (rows[i]! & writtenToo) !== 0) return true;
    }
    return false;
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
