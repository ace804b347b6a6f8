// Waiter lists: who waits on which word, first in first out: threads asleep in Atomics.wait, and promises of waitAsync.

/** Of a promise: it was notified, and its thread does not know yet. */
const NOTIFIED = -2;

/**
 * In the machine's state: the status of each thread (0 runs, -1 has ended, else slot + 1 of the word it sleeps on) and of
 * each promise that a thread may wait for (0 for none), and the place in the list. A waiter is a thread's number, or one
 * behind all threads' for a promise.
 */
export class Waiters {
  readonly status: number;
  private readonly place: number;
  private readonly threads: number;
  private readonly count: number;

  /** `promises`: how many a thread may wait for at once. */
  constructor(threads: number, promises: number, take: (count: number) => number) {
    this.threads = threads;
    this.count = threads * (1 + promises);
    this.status = take(this.count);
    this.place = take(this.count);
  }

  /** The waiter that stands for a thread's promise, by its number. */
  promise(thread: number, number: number): number {
    return this.threads * (1 + number) + thread;
  }

  /** Whether a waiter is a thread itself. */
  isThread(waiter: number): boolean {
    return waiter < this.threads;
  }

  /** Puts a waiter at the end of a slot's list. */
  enter(state: Int32Array, waiter: number, slot: number): void {
    let before = 0;
    for (let other = 0; other < this.count; other++) if (state[this.status + other] === slot + 1) before++;
    state[this.place + waiter] = before;
    state[this.status + waiter] = slot + 1;
  }

  /** Takes a waiter out of its list, wherever it stands; returns the list's slot. */
  leave(state: Int32Array, waiter: number): number {
    const status = state[this.status + waiter]!;
    const place = state[this.place + waiter]!;
    state[this.status + waiter] = 0;
    state[this.place + waiter] = 0;
    for (let other = 0; other < this.count; other++) {
      if (state[this.status + other] === status && state[this.place + other]! > place) state[this.place + other]!--;
    }
    return status - 1;
  }

  /** Takes the first waiter out of a slot's list; returns it, or -1 from an empty list. */
  takeFirst(state: Int32Array, slot: number): number {
    for (let waiter = 0; waiter < this.count; waiter++) {
      if (state[this.status + waiter] !== slot + 1 || state[this.place + waiter] !== 0) continue;
      if (this.isThread(waiter)) this.leave(state, waiter);
      else this.notify(state, waiter);
      return waiter;
    }
    return -1;
  }

  /** A promise's thread has a task from now on. */
  notify(state: Int32Array, waiter: number): void {
    this.leave(state, waiter);
    state[this.status + waiter] = NOTIFIED;
  }

  isNotified(state: Int32Array, waiter: number): boolean {
    return state[this.status + waiter] === NOTIFIED;
  }

  /** A promise is settled: returns whether it was notified; else its time is over. */
  settle(state: Int32Array, waiter: number): boolean {
    const was = this.isNotified(state, waiter);
    if (was) state[this.status + waiter] = 0;
    else this.leave(state, waiter);
    return was;
  }
}
