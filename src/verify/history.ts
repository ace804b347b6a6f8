// The newest writes of each hinted word: which old values a plain read may still return.
import type { ClockTable } from './clocks.js';
import { HINTED } from './word-table.js';

/** Writes kept a word. An older value that a hint read could still return is not explored; `havoc` covers it. */
export const KEPT = 4;

/** An entry: value, writer + 1 (0: no entry), the writer's time, and which older entries it happens after, by distance. */
export const VALUE = 0;
export const WRITER = 1;
export const TIME = 2;
export const HIDES = 3;
export const FIELDS = 4;

/** A plain read may return any write that it does not know to be overwritten: write W unless W hb V hb read for some V. */
export class History {
  /** Where each slot's entries start in the state, newest first; -1 without. */
  readonly entries: Int32Array;
  private readonly clocks: ClockTable;

  constructor(clocks: ClockTable, uses: readonly number[], take: (count: number) => number) {
    this.clocks = clocks;
    this.entries = Int32Array.from(uses, (use) => ((use & HINTED) === 0 ? -1 : take(KEPT * FIELDS)));
  }

  /** The initial value counts as written by a thread that everybody knows. */
  reset(state: Int32Array): void {
    for (let slot = 0; slot < this.entries.length; slot++) {
      const entry = this.entries[slot]!;
      if (entry < 0) continue;
      state[entry + VALUE] = state[slot]!;
      state[entry + WRITER] = this.clocks.threads + 1;
    }
  }

  record(state: Int32Array, thread: number, slot: number): void {
    const first = this.entries[slot]!;
    if (first < 0) return;
    state.copyWithin(first + FIELDS, first, first + (KEPT - 1) * FIELDS);
    let hides = 0;
    for (let distance = 1; distance < KEPT; distance++) {
      const older = first + distance * FIELDS;
      if (state[older + WRITER] !== 0 && this.isKnown(state, thread, older)) hides |= 1 << distance;
    }
    state[first + VALUE] = state[slot]!;
    state[first + WRITER] = thread + 1;
    state[first + TIME] = state[this.clocks.own + thread * this.clocks.threads + thread]!;
    state[first + HIDES] = hides;
  }

  /** Collects into `out` the entries, of different values, that a plain read by `thread` may return; returns how many. */
  candidates(state: Int32Array, thread: number, slot: number, out: Int32Array): number {
    const first = this.entries[slot]!;
    let count = 0;
    for (let index = 0; index < KEPT; index++) {
      const entry = first + index * FIELDS;
      if (state[entry + WRITER] === 0) break;
      if (this.isHidden(state, thread, first, index)) continue;
      let known = false;
      for (let i = 0; i < count; i++) known ||= this.value(state, slot, out[i]!) === state[entry + VALUE];
      if (!known) out[count++] = index;
    }
    return count;
  }

  value(state: Int32Array, slot: number, index: number): number {
    return state[this.entries[slot]! + index * FIELDS + VALUE]!;
  }

  private isHidden(state: Int32Array, thread: number, first: number, index: number): boolean {
    for (let newer = 0; newer < index; newer++) {
      const entry = first + newer * FIELDS;
      if (((state[entry + HIDES]! >> (index - newer)) & 1) !== 0 && this.isKnown(state, thread, entry)) return true;
    }
    return false;
  }

  private isKnown(state: Int32Array, thread: number, entry: number): boolean {
    const writer = state[entry + WRITER]! - 1;
    return writer === this.clocks.threads || this.clocks.knows(state, thread, writer, state[entry + TIME]!);
  }
}
