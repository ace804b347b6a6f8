// Happens-before by vector clocks, and the data races that they show.
import type { Operation } from './operation.js';
import { covers } from './ranges.js';
import { ATOMIC, HINT_WRITTEN, HINTED, PLAIN, WAITED, type WordTable } from './word-table.js';

/**
 * An access and an earlier one by another thread that nothing orders, at least one of them a write, and at least one
 * of them plain or the two of different sizes.
 */
export interface Race {
  readonly thread: number;
  readonly operation: Operation;
  readonly other: number;
  readonly earlier: 'plain write' | 'atomic write' | 'plain read' | 'atomic read';
  /** The slot of the earlier access: another one where it was of another size. */
  readonly slot: number;
}

export type Unordered = Omit<Race, 'thread' | 'operation'>;

/** Places in a slot's record of accesses: the time of each thread's last one of each kind. */
const PLAIN_WRITE = 0;
const PLAIN_READ = 1;
const ATOMIC_WRITE = 2;
const ATOMIC_READ = 3;
const RECORDS = 4;
/** Kinds that words have which are only accessed plainly, in one size: the first so many. */
const PLAIN_RECORDS = 2;
/** Of each kind, those that are weaker: whatever would race with them would race with it. */
const WEAKER = [
  [PLAIN_WRITE, PLAIN_READ, ATOMIC_WRITE, ATOMIC_READ],
  [PLAIN_READ, ATOMIC_READ],
  [ATOMIC_WRITE, ATOMIC_READ],
  [ATOMIC_READ],
] as const;
const EARLIER = ['plain write', 'plain read', 'atomic write', 'atomic read'] as const;

/**
 * Clocks live in the machine's state; this class knows where. A clock holds one time for each thread.
 *
 *   own        what each thread knows
 *   published  of each atomic word: what a sequentially consistent read of it learns
 *   list       of each word that is slept on: what its waiter list's critical sections hand on
 *   accesses   of each word that is accessed plainly, or in two sizes: when each thread last did what
 */
export class ClockTable {
  readonly threads: number;
  readonly own: number;
  readonly published: Int32Array;
  readonly list: Int32Array;
  /** Of each place of each queue of messages: what the sender knew. */
  readonly messages: Int32Array;
  readonly accesses: Int32Array;
  /** Where all clocks end in the state and all records begin, one after the other; and where these end. */
  readonly recordsFrom: number;
  readonly recordsTo: number;
  /** How many kinds of records a slot has. */
  private readonly kinds: Int32Array;
  /** For each slot those that share bytes with it, and of these the ones whose bytes it covers. */
  private readonly overlaps: readonly (readonly number[])[];
  private readonly covered: readonly (readonly number[])[];
  private readonly uses: readonly number[];

  constructor(threads: number, table: WordTable, take: (count: number) => number) {
    const { uses, ranges, overlaps } = table;
    this.threads = threads;
    this.overlaps = overlaps.slice();
    this.uses = uses.slice();
    this.covered = overlaps.map((others, slot) => others.filter((other) => covers(ranges[slot]!, ranges[other]!)));
    this.own = take(threads * threads);
    const place = (how: number, count: number): Int32Array =>
      Int32Array.from(uses, (use) => ((use & how) === 0 ? -1 : take(count)));
    this.published = place(ATOMIC, threads);
    this.list = place(WAITED, threads);
    this.messages = Int32Array.from({ length: table.queues * table.room }, () => take(threads));
    this.kinds = Int32Array.from(uses, (use, slot) =>
      (use & (ATOMIC | HINTED | WAITED)) === 0 && overlaps[slot]!.length === 0 ? PLAIN_RECORDS : RECORDS,
    );
    this.recordsFrom = take(0);
    this.accesses = Int32Array.from(uses, (use, slot) =>
      (use & PLAIN) === 0 && overlaps[slot]!.length === 0 ? -1 : take(threads * this.kinds[slot]!),
    );
    this.recordsTo = take(0);
  }

  /** How many kinds of records a slot has, where it has any. */
  kindsOf(slot: number): number {
    return this.kinds[slot]!;
  }

  /** Begins a new operation of `thread`. */
  tick(state: Int32Array, thread: number): void {
    state[this.own + thread * this.threads + thread]!++;
  }

  /** The thread learns what the last sequentially consistent write of the word knew. */
  acquire(state: Int32Array, thread: number, slot: number): void {
    const from = this.published[slot]!;
    if (from >= 0) this.join(state, this.own + thread * this.threads, from);
  }

  /** Whoever reads the word from now on learns what the thread knows. */
  release(state: Int32Array, thread: number, slot: number): void {
    const to = this.published[slot]!;
    if (to >= 0) this.copy(state, to, this.own + thread * this.threads);
  }

  enterWaiterList(state: Int32Array, thread: number, slot: number): void {
    this.join(state, this.own + thread * this.threads, this.list[slot]!);
  }

  leaveWaiterList(state: Int32Array, thread: number, slot: number): void {
    this.copy(state, this.list[slot]!, this.own + thread * this.threads);
  }

  /** What the thread knows goes with the message at a place. */
  send(state: Int32Array, thread: number, place: number): void {
    this.copy(state, this.messages[place]!, this.own + thread * this.threads);
  }

  /** The thread learns what goes with the first of a queue's `count` messages; the others move up. */
  receive(state: Int32Array, thread: number, place: number, count: number): void {
    const first = this.messages[place]!;
    const { threads } = this;
    this.join(state, this.own + thread * threads, first);
    state.copyWithin(first, first + threads, first + count * threads);
    state.fill(0, first + (count - 1) * threads, first + count * threads);
  }

  atomicRead(state: Int32Array, thread: number, slot: number): Unordered | null {
    if (this.accesses[slot]! < 0) return null;
    this.record(state, thread, slot, ATOMIC_READ);
    return this.unordered(state, thread, slot, PLAIN_WRITE) ?? this.crossing(state, thread, slot, false);
  }

  atomicWrite(state: Int32Array, thread: number, slot: number): Unordered | null {
    if (this.accesses[slot]! < 0) return null;
    this.record(state, thread, slot, ATOMIC_WRITE);
    this.endChains(state, slot);
    return (
      this.unordered(state, thread, slot, PLAIN_WRITE) ??
      this.unordered(state, thread, slot, PLAIN_READ) ??
      this.crossing(state, thread, slot, true)
    );
  }

  plainRead(state: Int32Array, thread: number, slot: number): Unordered | null {
    this.record(state, thread, slot, PLAIN_READ);
    return (
      this.unordered(state, thread, slot, PLAIN_WRITE) ??
      this.unordered(state, thread, slot, ATOMIC_WRITE) ??
      this.crossing(state, thread, slot, false)
    );
  }

  /** A plain write also ends the chain: a later read of the word does not synchronise with the writes before it. */
  plainWrite(state: Int32Array, thread: number, slot: number): Unordered | null {
    this.endChain(state, slot);
    this.endChains(state, slot);
    this.record(state, thread, slot, PLAIN_WRITE);
    return (
      this.unordered(state, thread, slot, PLAIN_WRITE) ??
      this.unordered(state, thread, slot, ATOMIC_WRITE) ??
      this.unordered(state, thread, slot, PLAIN_READ) ??
      this.unordered(state, thread, slot, ATOMIC_READ) ??
      this.crossing(state, thread, slot, true)
    );
  }

  /** A hint read may meet atomic writes; a plain write that it is not ordered after is still a race. */
  hintRead(state: Int32Array, thread: number, slot: number): Unordered | null {
    return this.atomicRead(state, thread, slot);
  }

  /** A plain write under a hint may meet hint reads; all else that is not ordered is a race, another such write too. */
  hintWrite(state: Int32Array, thread: number, slot: number): Unordered | null {
    this.record(state, thread, slot, ATOMIC_WRITE);
    return (
      this.unordered(state, thread, slot, PLAIN_WRITE) ??
      this.unordered(state, thread, slot, PLAIN_READ) ??
      this.unordered(state, thread, slot, ATOMIC_WRITE)
    );
  }

  /** Whether `thread` knows what `writer` did at `time`. */
  knows(state: Int32Array, thread: number, writer: number, time: number): boolean {
    return state[this.own + thread * this.threads + writer]! >= time;
  }

  /**
   * Notes an access. Weaker ones that it is ordered after are forgotten: whoever is not ordered after them is not ordered
   * after it either, and so meets the same race.
   */
  private record(state: Int32Array, thread: number, slot: number, kind: number): void {
    const { threads } = this;
    const first = this.accesses[slot]!;
    const known = this.own + thread * threads;
    const kinds = this.kinds[slot]!;
    for (const weaker of WEAKER[kind]!) {
      if (weaker >= kinds) break;
      const times = first + weaker * threads;
      for (let other = 0; other < threads; other++)
        if (state[times + other]! <= state[known + other]!) state[times + other] = 0;
    }
    state[first + kind * threads + thread] = state[known + thread]!;
  }

  /** An unordered access of another size to some of the bytes: then it matters not whether both are atomic. */
  private crossing(state: Int32Array, thread: number, slot: number, writes: boolean): Unordered | null {
    for (const other of this.overlaps[slot]!) {
      for (let kind = 0; kind < RECORDS; kind++) {
        if (!writes && kind !== PLAIN_WRITE && kind !== ATOMIC_WRITE) continue;
        const found = this.unordered(state, thread, other, kind);
        if (found) return found;
      }
    }
    return null;
  }

  /** Whoever reads the word from now on does not synchronise with what was written to it before. */
  private endChain(state: Int32Array, slot: number): void {
    const published = this.published[slot]!;
    if (published >= 0) state.fill(0, published, published + this.threads);
  }

  /** A write ends the chains of accesses of other sizes whose bytes it replaces. */
  private endChains(state: Int32Array, slot: number): void {
    for (const other of this.covered[slot]!) this.endChain(state, other);
  }

  private unordered(state: Int32Array, thread: number, slot: number, kind: number): Unordered | null {
    if (kind >= this.kinds[slot]!) return null;
    const times = this.accesses[slot]! + kind * this.threads;
    const known = this.own + thread * this.threads;
    for (let other = 0; other < this.threads; other++) {
      if (other !== thread && state[times + other]! > state[known + other]!)
        return { other, earlier: this.nameOf(kind, slot), slot };
    }
    return null;
  }

  private nameOf(kind: number, slot: number): Race['earlier'] {
    return kind === ATOMIC_WRITE && (this.uses[slot]! & HINT_WRITTEN) !== 0 ? 'plain write' : EARLIER[kind]!;
  }

  private join(state: Int32Array, into: number, from: number): void {
    for (let i = 0; i < this.threads; i++) if (state[from + i]! > state[into + i]!) state[into + i] = state[from + i]!;
  }

  private copy(state: Int32Array, to: number, from: number): void {
    for (let i = 0; i < this.threads; i++) state[to + i] = state[from + i]!;
  }
}
