// The pages of a batch as runs of adjacent bytes: what one copy, or one buffer of a gathered write, can take at once.
import type { Batches, BatchIndex } from './batches.js';
import type { Ram } from './ram.js';

/** Reused for each batch: nothing is allocated on the hot path but what the caller makes. */
export class PageRuns {
  /** Runs of the batch that was found last. */
  count = 0;
  readonly segments: Uint8Array[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  private readonly ram: Ram;
  private readonly batches: Batches;
  private readonly pageSize: number;
  private readonly join: boolean;

  /** `join` false gives each page a run of its own. */
  constructor(ram: Ram, batches: Batches, pageSize: number, join = true) {
    this.ram = ram;
    this.batches = batches;
    this.pageSize = pageSize;
    this.join = join;
  }

  /** Finds the runs of a batch. */
  find(batch: BatchIndex): void {
    const { ram, batches, pageSize } = this;
    const block = batches.block(batch);
    const pages = batches.count(batch);
    this.count = 0;
    for (let position = 0; position < pages; position++) {
      const page = batches.page(batch, position);
      const segment = ram.segment(block, page, pageSize);
      const start = ram.offset(block, page, pageSize);
      const last = this.count - 1;
      if (this.join && last >= 0 && this.ends[last] === start && this.segments[last] === segment) {
        this.ends[last] = start + pageSize;
      } else {
        this.segments[this.count] = segment;
        this.starts[this.count] = start;
        this.ends[this.count] = start + pageSize;
        this.count++;
      }
    }
  }
}
