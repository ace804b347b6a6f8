// A state's hash, equal for states that differ only in how far clocks have counted.
import { RECORDS } from './clocks.js';
import { FIELDS, HIDES, KEPT, TIME, VALUE, WRITER } from './history.js';
import type { Machine } from './machine.js';

/** Packed ranks stay small integers. */
const MOST_PACKED = 2 ** 30;

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
  private readonly times: Int32Array;
  /** Where recorded times stand: those of a slot's accesses, and those of hint history with their writer. */
  private readonly recordBases: Int32Array;
  private readonly entryBases: Int32Array;
  private readonly clockBases: Int32Array;

  /** `raw` keeps clocks as they are: many more states, for holding the reduction against. */
  constructor(machine: Machine, raw = false) {
    this.machine = machine;
    this.raw = raw;
    const { clocks, history, threads } = machine;
    const used = (bases: Int32Array): number[] => [...bases].filter((base) => base >= 0);
    const spread = (bases: number[], count: number, size: number): Int32Array =>
      Int32Array.from(bases.flatMap((base) => Array.from({ length: count }, (_, i) => base + i * size)));
    this.recordBases = spread(used(clocks.accesses), RECORDS, threads);
    this.entryBases = spread(used(history.entries), KEPT, FIELDS);
    const own = Array.from({ length: threads }, (_, thread) => clocks.own + thread * threads);
    this.clockBases = Int32Array.from([...own, ...used(clocks.published), ...used(clocks.list)]);
    this.times = new Int32Array(this.recordBases.length + this.entryBases.length);
    this.scratch = new Int32Array(machine.state.length * 2);
  }

  /** Sets `low` and `high`, 64 bits together, from the machine's state. */
  hash(): void {
    const { machine, scratch } = this;
    const { state, threads } = machine;
    const head = machine.clocks.own;
    if (this.raw) {
      scratch.set(state);
      this.mix(state.length);
      return;
    }
    let length = 0;
    for (let i = 0; i < head; i++) scratch[length++] = state[i]!;
    for (let thread = 0; thread < threads; thread++) length = this.component(thread, length);
    for (const entry of this.entryBases) {
      scratch[length++] = state[entry + VALUE]!;
      scratch[length++] = state[entry + WRITER]!;
      scratch[length++] = state[entry + HIDES]!;
    }
    this.mix(length);
  }

  /** Appends what clocks know of one thread, as ranks among its recorded times. */
  private component(thread: number, start: number): number {
    const { scratch, times, recordBases, entryBases, clockBases } = this;
    const state = this.machine.state;
    const seen = this.leastKnown(thread);
    let count = 0;
    for (let i = 0; i < recordBases.length; i++) {
      const time = state[recordBases[i]! + thread]!;
      if (time > seen) count = insert(times, count, time);
    }
    for (let i = 0; i < entryBases.length; i++) {
      const entry = entryBases[i]!;
      if (state[entry + WRITER] === thread + 1) count = insert(times, count, state[entry + TIME]!);
    }
    let length = start;
    scratch[length++] = count;
    if (count === 0) return length;
    // Ranks are small: as many as fit share a number, which spares most of the hashing.
    const most = MOST_PACKED / (count + 1);
    let packed = 1;
    for (let i = 0; i < recordBases.length; i++) {
      const time = state[recordBases[i]! + thread]!;
      packed = packed * (count + 1) + (time > seen ? rank(times, count, time) : 0);
      if (packed >= most) {
        scratch[length++] = packed;
        packed = 1;
      }
    }
    for (let i = 0; i < entryBases.length; i++) {
      const entry = entryBases[i]!;
      if (state[entry + WRITER] === thread + 1) scratch[length++] = rank(times, count, state[entry + TIME]!);
    }
    for (let i = 0; i < clockBases.length; i++) {
      packed = packed * (count + 1) + rank(times, count, state[clockBases[i]! + thread]!);
      if (packed >= most) {
        scratch[length++] = packed;
        packed = 1;
      }
    }
    scratch[length++] = packed;
    return length;
  }

  /** The latest time of `thread` that every other thread which has not ended knows of. */
  private leastKnown(thread: number): number {
    const { state, threads, clocks, status } = this.machine;
    let least = 0x7fffffff;
    for (let other = 0; other < threads; other++) {
      if (other === thread || state[status + other] === -1) continue;
      const known = state[clocks.own + other * threads + thread]!;
      if (known < least) least = known;
    }
    return least;
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

/** Inserts `time` into the sorted `times`, once; returns the new count. */
function insert(times: Int32Array, count: number, time: number): number {
  let at = count;
  while (at > 0 && times[at - 1]! > time) at--;
  if (at > 0 && times[at - 1] === time) return count;
  for (let i = count; i > at; i--) times[i] = times[i - 1]!;
  times[at] = time;
  return count + 1;
}

/** How many of the sorted `times` are at most `time`. */
function rank(times: Int32Array, count: number, time: number): number {
  let at = count;
  while (at > 0 && times[at - 1]! > time) at--;
  return at;
}

function finish(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b | 0);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35 | 0);
  return h ^ (h >>> 16);
}
