// Values that hint reads take from plain writes still to come: an execution counts only if each of these writes comes.
import type { ClockTable } from './clocks.js';
import { KEPT } from './history.js';
import { MOST_THREADS } from './scenario.js';
import type { WordTable } from './word-table.js';

/** Values of a word that a read may be promised: as many as there are choices beside those of past writes. */
export const MOST_PROMISED = MOST_THREADS - KEPT;

/** What is held back: a problem, which this file need not know more of. */
interface Held {
  readonly key: string;
}

/**
 * Nothing in the memory model orders a plain read before what its thread does next: it may return a write that comes
 * later, unless that write happens after the read. So a read under a hint may be promised any value that a plain write
 * under a hint is known to write there. The promise is kept by such a write of another thread that does not know of the
 * read. What goes wrong meanwhile is held back until no promise is open; a promise that nobody can keep any more ends
 * the execution, which then never was one.
 */
export class Promises {
  /** In the state, of each slot, value and thread: when it was promised that value, 0 for not at all. -1: none are. */
  readonly times: Int32Array;
  readonly from: number;
  readonly to: number;
  readonly domains: readonly (readonly number[])[];
  /** In the state: the number of the problem that is held back, from 1. */
  readonly held: number;
  /** Whether a word of the program can be promised. */
  readonly exist: boolean;
  private readonly clocks: ClockTable;
  private readonly status: number;
  private readonly problems: Held[] = [];

  constructor(clocks: ClockTable, { promised }: WordTable, status: number, take: (count: number) => number) {
    this.clocks = clocks;
    this.status = status;
    this.domains = promised.map((values) => values.slice(0, MOST_PROMISED));
    this.from = take(0);
    this.times = Int32Array.from(this.domains, ({ length }) => (length === 0 ? -1 : take(length * clocks.threads)));
    this.to = take(0);
    this.held = take(1);
    this.exist = this.domains.some(({ length }) => length > 0);
  }

  /** Appends the transitions of a read for the promises that it may have, beside the `known` values of past writes. */
  add(thread: number, slot: number, known: readonly number[], out: Int32Array, start: number): number {
    let count = start;
    for (const [number, value] of (this.domains[slot] ?? []).entries())
      if (!known.includes(value)) out[count++] = thread + (KEPT + number) * MOST_THREADS;
    return count;
  }

  /** The thread reads what is promised; returns it. */
  give(state: Int32Array, thread: number, slot: number, number: number): number {
    const { threads, own } = this.clocks;
    const at = this.times[slot]! + number * threads + thread;
    if (state[at] === 0) state[at] = state[own + thread * threads + thread]!;
    return this.domains[slot]![number]!;
  }

  /** A thread writes: whom it was promised to, and the writer does not know of, has it. */
  keep(state: Int32Array, writer: number, slot: number, value: number): void {
    const { threads, own } = this.clocks;
    const number = this.domains[slot]!.indexOf(value);
    if (number < 0) return;
    for (let thread = 0; thread < threads; thread++) {
      const at = this.times[slot]! + number * threads + thread;
      if (thread !== writer && state[at]! > state[own + writer * threads + thread]!) state[at] = 0;
    }
  }

  areOpen(state: Int32Array): boolean {
    if (!this.exist) return false;
    return this.some(state, () => true);
  }

  /** Whether a promise is open that no thread can keep: all that run know of the read. */
  areHopeless(state: Int32Array): boolean {
    const { threads, own } = this.clocks;
    return this.some(state, (thread, time) => {
      for (let other = 0; other < threads; other++) {
        if (other === thread || state[this.status + other] === -1) continue;
        if (state[own + other * threads + thread]! < time) return false;
      }
      return true;
    });
  }

  /** Holds a problem back if a promise is open; returns whether one is. */
  hold(state: Int32Array, problem: Held): boolean {
    if (!this.areOpen(state)) return false;
    if (state[this.held] !== 0) return true;
    let number = this.problems.findIndex(({ key }) => key === problem.key);
    if (number < 0) number = this.problems.push(problem) - 1;
    state[this.held] = number + 1;
    return true;
  }

  /** The problem that was held back, once all promises are kept. */
  due(state: Int32Array): Held | null {
    return state[this.held] === 0 || this.areOpen(state) ? null : this.problems[state[this.held]! - 1]!;
  }

  private some(state: Int32Array, is: (thread: number, time: number) => boolean): boolean {
    const { threads } = this.clocks;
    for (let slot = 0; slot < this.times.length; slot++) {
      const first = this.times[slot]!;
      for (let i = 0; first >= 0 && i < this.domains[slot]!.length * threads; i++)
        if (state[first + i] !== 0 && is(i % threads, state[first + i]!)) return true;
    }
    return false;
  }
}
