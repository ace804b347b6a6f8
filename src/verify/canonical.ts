// A state's hash, equal for states that differ only in how far clocks have counted.

import type { Futures } from './futures.js';
import { FIELDS, HIDES, KEPT, TIME, VALUE, WRITER } from './history.js';
import { hiddenOf, Knowledge, TIMED, UNUSED } from './knowledge.js';
import type { Machine } from './machine.js';

/** Packed ranks stay small integers. */
const MOST_PACKED = 2 ** 30;
/** More recorded times of a thread than there ever are. */
const MOST_RANKS = 2 ** 12;

/**
 * Clocks only matter through the question "does this clock know of that recorded access?". So every component of every
 * clock is replaced by its rank among the recorded times of its thread. Records that everybody who still runs knows of
 * can race with nothing any more and are left out.
 */
export class Canonical {
  low = 0;
  high = 0;
  private readonly machine: Machine;
  private readonly raw: boolean;
  private readonly scratch: Int32Array;
  /** Recorded times of each thread, `most` places for each; how many there are; and the latest that everybody knows of. */
  private readonly times: Int32Array;
  private readonly most: number;
  private readonly counts: Int32Array;
  private readonly seen: Int32Array;
  private readonly active: Int32Array;
  /** Where records stand that some thread may still be unaware of. */
  private readonly live: Int32Array;
  private readonly liveThreads: Int32Array;
  private lives = 0;
  /** Stretches of the state with a recorded time for each thread: of accesses, and of promises. */
  private readonly records: readonly (readonly [from: number, to: number])[];
  /** Slots with older values, and what the entries of each are good for: `KEPT` each, one slot after the other. */
  private readonly hinted: readonly number[];
  private readonly entryUses: Int32Array;
  private readonly clockBases: Int32Array;
  /** The slot that each record is of, and the one whose writes each clock is of; -1 for others. */
  private readonly recordSlots: Int32Array;
  private readonly clockSlots: Int32Array;
  private readonly futures: Futures | null;
  private readonly knowledge: Knowledge;

  /**
   * `raw` keeps clocks as they are: many more states, for holding the reduction against. With `futures`, what nobody can
   * make use of any more is left out: what is known of an access to a word that none of those unaware of it will touch,
   * and what a word would teach those who will read it, if they know it already.
   */
  constructor(machine: Machine, raw = false, futures: Futures | null = null) {
    this.machine = machine;
    this.raw = raw;
    this.futures = futures;
    this.knowledge = new Knowledge(machine, futures);
    const { clocks, history, promises, threads } = machine;
    const used = (bases: Int32Array): number[] => [...bases].filter((base) => base >= 0);
    this.records = [
      [clocks.recordsFrom, clocks.recordsTo],
      ...(promises.exist ? [[promises.from, promises.to] as const] : []),
    ];
    const records = this.records.reduce((sum, [from, to]) => sum + to - from, 0);
    this.hinted = [...history.entries.keys()].filter((slot) => history.entries[slot]! >= 0);
    this.entryUses = new Int32Array(this.hinted.length * KEPT);
    const own = Array.from({ length: threads }, (_, thread) => clocks.own + thread * threads);
    this.clockBases = Int32Array.from([...own, ...used(clocks.published), ...used(clocks.list), ...clocks.messages]);
    this.recordSlots = new Int32Array(machine.state.length).fill(-1);
    clocks.accesses.forEach((first, slot) => {
      if (first >= 0) this.recordSlots.fill(slot, first, first + threads * clocks.kindsOf(slot));
    });
    this.clockSlots = Int32Array.from(this.clockBases, (base) => clocks.published.indexOf(base));
    this.most = records / threads + this.entryUses.length;
    this.times = new Int32Array(threads * this.most);
    this.counts = new Int32Array(threads);
    this.seen = new Int32Array(threads);
    this.active = new Int32Array(threads);
    this.live = new Int32Array(records);
    this.liveThreads = new Int32Array(records);
    this.scratch = new Int32Array(machine.state.length * 2);
  }

  /** Sets `low` and `high`, 64 bits together, from the machine's state. */
  hash(): void {
    const { machine, scratch } = this;
    const { state } = machine;
    if (this.raw) {
      scratch.set(state);
      this.mix(state.length);
      return;
    }
    const head = machine.clocks.own;
    for (let i = 0; i < head; i++) scratch[i] = state[i]!;
    this.knowledge.refresh();
    this.collectTimes();
    let length = this.packRanks(head);
    length = this.packEntries(length);
    length = this.packPromises(length);
    this.mix(length);
  }

  /** Older values of hinted words, as far as anybody may still read them. */
  private packEntries(start: number): number {
    const { scratch, hinted, entryUses } = this;
    const { state, history } = this.machine;
    let length = start;
    for (let at = 0; at < entryUses.length; at++) {
      const use = entryUses[at]!;
      scratch[length++] = use;
      if (use === UNUSED) continue;
      const entry = history.entries[hinted[Math.floor(at / KEPT)]!]! + (at % KEPT) * FIELDS;
      const writer = state[entry + WRITER]!;
      scratch[length++] = state[entry + VALUE]!;
      scratch[length++] = writer;
      scratch[length++] = hiddenOf(state[entry + HIDES]!, entryUses, at);
      if (use === TIMED) scratch[length++] = this.rank(writer - 1, state[entry + TIME]!);
    }
    return length;
  }

  /** Which promises are open: their times may have no rank any more. And what is held back. */
  private packPromises(start: number): number {
    const { scratch } = this;
    const { state, promises } = this.machine;
    if (!promises.exist) return start;
    let length = start;
    scratch[length++] = state[promises.held]!;
    for (let at = promises.from; at < promises.to; at++) if (state[at] !== 0) scratch[length++] = at;
    return length;
  }

  /** Finds, for each thread, the recorded times that some thread may still be unaware of; sorted, each once. */
  private collectTimes(): void {
    const { counts, seen, live, liveThreads, knowledge, recordSlots } = this;
    const { state, threads } = this.machine;
    for (let thread = 0; thread < threads; thread++) {
      counts[thread] = 0;
      seen[thread] = knowledge.leastOf(thread);
    }
    let lives = 0;
    for (const [from, to] of this.records) {
      for (let at = from, thread = 0; at < to; at++) {
        const slot = recordSlots[at]!;
        if (state[at]! > seen[thread]! && (slot < 0 || knowledge.mayMatter(slot, thread, state[at]!))) {
          liveThreads[lives] = thread;
          live[lives++] = at;
          this.insert(thread, state[at]!);
        }
        if (++thread === threads) thread = 0;
      }
    }
    this.lives = lives;
    this.collectEntries();
  }

  private collectEntries(): void {
    const { hinted, entryUses, knowledge, machine } = this;
    const { state, history } = machine;
    for (let at = 0; at < entryUses.length; at++) {
      const slot = hinted[Math.floor(at / KEPT)]!;
      const first = history.entries[slot]!;
      const use = knowledge.useOf(slot, first, at % KEPT);
      entryUses[at] = use;
      if (use !== TIMED) continue;
      const entry = first + (at % KEPT) * FIELDS;
      this.insert(state[entry + WRITER]! - 1, state[entry + TIME]!);
    }
  }

  /** The rank of a time of `thread` that a word knows of; 0 if `readers` know as much: to know no more teaches nobody anything. */
  private news(thread: number, time: number, readers: number): number {
    const least = this.knowledge.leastAmong(readers, thread);
    if (time <= least) return 0;
    const rank = this.rank(thread, time);
    return rank > this.rank(thread, least) ? rank : 0;
  }

  /** Appends the ranks of all records, each with its place; and those of all clocks, as many to a number as fit. */
  private packRanks(start: number): number {
    const { scratch, live, liveThreads, lives, clockBases, counts, seen, active, knowledge, machine } = this;
    const { state, threads } = machine;
    let length = start;
    let actives = 0;
    let largest = 0;
    for (let thread = 0; thread < threads; thread++) {
      const count = counts[thread]!;
      scratch[length++] = count;
      if (count === 0) continue;
      active[actives++] = thread;
      if (count > largest) largest = count;
    }
    if (actives === 0) return length;
    scratch[length++] = lives;
    for (let i = 0; i < lives; i++) {
      scratch[length++] = live[i]! * MOST_RANKS + this.rank(liveThreads[i]!, state[live[i]!]!);
    }
    const radix = largest + 1;
    const most = MOST_PACKED / radix;
    let packed = 1;
    for (let i = 0; i < clockBases.length; i++) {
      if (i < threads && (knowledge.done & (1 << i)) !== 0) continue;
      const base = clockBases[i]!;
      const slot = this.futures ? this.clockSlots[i]! : -1;
      let readers = -1;
      for (let k = 0; k < actives; k++) {
        const thread = active[k]!;
        const time = i < threads ? knowledge.of(i, thread) : state[base + thread]!;
        let rank = 0;
        if (slot < 0) rank = this.rank(thread, time);
        else if (time > seen[thread]!) {
          // What everybody knows is news to nobody.
          if (readers < 0) readers = knowledge.readersOf(slot);
          rank = this.news(thread, time, readers);
        }
        packed = packed * radix + rank;
        if (packed < most) continue;
        scratch[length++] = packed;
        packed = 1;
      }
    }
    scratch[length++] = packed;
    return length;
  }

  private insert(thread: number, time: number): void {
    const { times, most } = this;
    const first = thread * most;
    let at = first + this.counts[thread]!;
    while (at > first && times[at - 1]! > time) at--;
    if (at > first && times[at - 1] === time) return;
    for (let i = first + this.counts[thread]!; i > at; i--) times[i] = times[i - 1]!;
    times[at] = time;
    this.counts[thread]!++;
  }

  /** How many of the thread's recorded times are at most `time`. */
  private rank(thread: number, time: number): number {
    const { times, counts, most } = this;
    let rank = counts[thread]!;
    for (let at = thread * most + rank - 1; rank > 0 && times[at]! > time; at--) rank--;
    return rank;
  }

  private mix(length: number): void {
    let a = length | 0;
    let b = 0x9e3779b9 | 0;
    for (let i = 0; i < length; i++) {
      const x = Math.imul(this.scratch[i]!, 0xcc9e2d51 | 0);
      a = (Math.imul(((a ^ x) << 13) | ((a ^ x) >>> 19), 5) + 0x6b64e653) | 0;
      b = Math.imul(b ^ ((x >>> 15) | (x << 17)), 0x85ebca6b | 0);
      b = (((b << 11) | (b >>> 21)) + a) | 0;
    }
    this.low = finish(a ^ length);
    // Never 0: an empty place in a StateSet has high 0.
    this.high = finish(b) | 1;
  }
}

function finish(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b | 0);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35 | 0);
  return h ^ (h >>> 16);
}
