// Batches: lists of page numbers of one RAM block, handed over by index. They are swapped, never copied.

/** A batch by its number, 0 and up. */
export type BatchIndex = number;

const BLOCK = 0;
const COUNT = 1;
const SEQUENCE = 2;
const REQUESTER = 3;
const FIRST_PAGE = 4;

/** In the place of a RAM block: the batch is a chunk of a device's state, of which only the first page is said. */
export const DEVICE_STATE = -1;

/** Words of one batch: its block, page count, sequence number and requester, then the page numbers. */
export function batchWords(pagesPerBatch: number): number {
  return FIRST_PAGE + pagesPerBatch;
}

/**
 * A view on all batches of a run. It takes no care of who may look: a batch belongs to one thread at a time, and the
 * design under test says to whom. All accesses are plain; all of them are "Owned" by that rule.
 */
export class Batches {
  readonly pagesPerBatch: number;
  private readonly words: Int32Array;
  private readonly first: number;
  private readonly stride: number;

  /** `first`: word of batch 0; `stride`: words from one batch to the next. */
  constructor(words: Int32Array, first: number, stride: number, pagesPerBatch: number) {
    this.words = words;
    this.first = first;
    this.stride = stride;
    this.pagesPerBatch = pagesPerBatch;
  }

  private at(batch: BatchIndex): number {
    return this.first + batch * this.stride;
  }

  block(batch: BatchIndex): number {
    // Owned: the batch is the caller's.
    return this.words[this.at(batch) + BLOCK]!;
  }

  /** Pages in the batch; 0 means that it is empty. */
  count(batch: BatchIndex): number {
    // Owned: the batch is the caller's.
    return this.words[this.at(batch) + COUNT]!;
  }

  /** The `position`-th page number of the batch, in pages of the run's page size from the start of its block. */
  page(batch: BatchIndex, position: number): number {
    // Owned: the batch is the caller's.
    return this.words[this.at(batch) + FIRST_PAGE + position]!;
  }

  sequence(batch: BatchIndex): number {
    // Owned: the batch is the caller's.
    return this.words[this.at(batch) + SEQUENCE]!;
  }

  requester(batch: BatchIndex): number {
    // Owned: the batch is the caller's.
    return this.words[this.at(batch) + REQUESTER]!;
  }

  /** Lays a page into a batch that is being filled. */
  put(batch: BatchIndex, position: number, page: number): void {
    // Owned: the batch is the caller's.
    this.words[this.at(batch) + FIRST_PAGE + position] = page;
  }

  /**
   * Says what was put into the batch, before it is handed over: `count` pages of a block. Its number lets its sender tell
   * lost, double and overtaken batches.
   */
  seal(batch: BatchIndex, block: number, count: number, requester: number, sequence: number): void {
    const at = this.at(batch);
    // Owned: the batch is the caller's.
    this.words[at + BLOCK] = block;
    // Owned: the batch is the caller's.
    this.words[at + COUNT] = count;
    // Owned: the batch is the caller's.
    this.words[at + SEQUENCE] = sequence;
    // Owned: the batch is the caller's.
    this.words[at + REQUESTER] = requester;
  }

  /** Empties the batch: its sender does so before it gives it back. */
  reset(batch: BatchIndex): void {
    // Owned: the batch is the caller's.
    this.words[this.at(batch) + COUNT] = 0;
  }
}
