// When each batch was taken and written, for timed runs: stamps that travel with the batch, whoever owns it.

import { now } from '../os/clock.js';
import type { BatchIndex } from '../ram/batches.js';

/** Words of one batch's stamps. */
export const STAMP_WORDS = 4;
const TAKEN = 0;
const DONE = 1;

/** A view on the stamps of all batches. As for the batches, a design says who may look: all accesses are "Owned". */
export class BatchStamps {
  private readonly stamps: Float64Array;
  private readonly first: number;
  private readonly stride: number;

  /** `first`: word of batch 0; `stride`: words from one batch to the next. Both are even. */
  constructor(words: Int32Array, first: number, stride: number) {
    this.stamps = new Float64Array(words.buffer, 0, words.length >> 1);
    this.first = first / 2;
    this.stride = stride / 2;
  }

  /** Its sender has just got the batch. */
  take(batch: BatchIndex): void {
    // Owned: the batch is the caller's.
    this.stamps[this.first + batch * this.stride + TAKEN] = now();
  }

  /** Its sender has written the batch. */
  finish(batch: BatchIndex): void {
    // Owned: the batch is the caller's.
    this.stamps[this.first + batch * this.stride + DONE] = now();
  }

  takenAt(batch: BatchIndex): number {
    // Owned: the batch is the caller's.
    return this.stamps[this.first + batch * this.stride + TAKEN]!;
  }

  doneAt(batch: BatchIndex): number {
    // Owned: the batch is the caller's.
    return this.stamps[this.first + batch * this.stride + DONE]!;
  }
}
