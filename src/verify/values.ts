// The values of shared words in the machine's state: one a slot, equal where slots share bytes.
import { putInto, shiftOf, takeFrom } from './ranges.js';
import type { WordTable } from './word-table.js';

export class Values {
  /** For each slot those that share bytes with it. */
  readonly overlaps: readonly (readonly number[])[];
  private readonly words: readonly number[];
  private readonly ranges: readonly number[];
  private readonly initial: Int32Array;

  /** Fits what the table knows now. */
  constructor({ words, ranges, overlaps }: WordTable, initial: Int32Array) {
    this.words = words.slice();
    this.ranges = ranges.slice();
    this.overlaps = overlaps.slice();
    this.initial = initial;
  }

  reset(state: Int32Array): void {
    for (let slot = 0; slot < this.words.length; slot++) {
      state[slot] = takeFrom(this.initial[this.words[slot]!]!, this.ranges[slot]!);
    }
  }

  /** Writes all values into `words`, indexed as the program indexes them. */
  spread(state: Int32Array, words: Int32Array): Int32Array {
    for (let slot = 0; slot < this.words.length; slot++) {
      const word = this.words[slot]!;
      words[word] = putInto(words[word]!, this.ranges[slot]!, state[slot]!);
    }
    return words;
  }

  /** Changes a slot's value, and with it the values of those that share bytes with it. */
  put(state: Int32Array, slot: number, value: number): void {
    const { ranges } = this;
    state[slot] = value;
    for (const other of this.overlaps[slot]!) {
      const word = putInto(state[other]! << shiftOf(ranges[other]!), ranges[slot]!, value);
      state[other] = takeFrom(word, ranges[other]!);
    }
  }
}
