// Waiter lists: who sleeps in Atomics.wait on which word, first in first out.

/** In the machine's state: each thread's status (0 runs, -1 has ended, else slot + 1 of its word) and place in the list. */
export class Waiters {
  readonly status: number;
  private readonly place: number;
  private readonly threads: number;

  constructor(threads: number, take: (count: number) => number) {
    this.threads = threads;
    this.status = take(threads);
    this.place = take(threads);
  }

  /** Puts a thread to sleep at the end of a slot's list. */
  enter(state: Int32Array, thread: number, slot: number): void {
    let before = 0;
    for (let other = 0; other < this.threads; other++) if (state[this.status + other] === slot + 1) before++;
    state[this.place + thread] = before;
    state[this.status + thread] = slot + 1;
  }

  /** Takes a thread out of its list, wherever it stands; returns the list's slot. */
  leave(state: Int32Array, thread: number): number {
    const status = state[this.status + thread]!;
    const place = state[this.place + thread]!;
    state[this.status + thread] = 0;
    state[this.place + thread] = 0;
    for (let other = 0; other < this.threads; other++) {
      if (state[this.status + other] === status && state[this.place + other]! > place) state[this.place + other]!--;
    }
    return status - 1;
  }

  /** Takes the first thread out of a slot's list; returns it, or -1 from an empty list. */
  takeFirst(state: Int32Array, slot: number): number {
    for (let thread = 0; thread < this.threads; thread++) {
      if (state[this.status + thread] !== slot + 1 || state[this.place + thread] !== 0) continue;
      this.leave(state, thread);
      return thread;
    }
    return -1;
  }
}
