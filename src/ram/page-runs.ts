// The pages of a batch as runs of adjacent bytes: what one copy, or one buffer of a gathered write, can take at once.
import type { Batches, BatchIndex } from './batches.js';
import type { Ram } from './ram.js';

/** Runs of bytes, in order. Reused: nothing is allocated on the hot path but what the caller makes. */
export class Runs {
  count = 0;
  readonly segments: Uint8Array[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  private readonly join: boolean;

  /** `join` false gives each page a run of its own. */
  constructor(join = true) {
    this.join = join;
  }

  clear(): void {
    this.count = 0;
  }

  /** Adds bytes of a segment; they extend the last run when they follow it. */
  add(segment: Uint8Array, start: number, bytes: number): void {
    const last = this.count - 1;
    if (this.join && last >= 0 && this.ends[last] === start && this.segments[last] === segment) {
      this.ends[last] = start + bytes;
    } else {
      this.segments[this.count] = segment;
      this.starts[this.count] = start;
      this.ends[this.count] = start + bytes;
      this.count++;
    }
  }
}

/** The runs of one batch after the other. */
export class PageRuns extends Runs {
  private readonly ram: Ram;
  private readonly batches: Batches;
  private readonly pageSize: number;

  constructor(ram: Ram, batches: Batches, pageSize: number, join = true) {
    super(join);
    this.ram = ram;
    this.batches = batches;
    this.pageSize = pageSize;
  }

  /** Finds the runs of a batch. */
  find(batch: BatchIndex): void {
    const { ram, batches, pageSize } = this;
    const block = batches.block(batch);
    const pages = batches.count(batch);
    this.clear();
    for (let position = 0; position < pages; position++) {
      const page = batches.page(batch, position);
      this.add(ram.segment(block, page, pageSize), ram.offset(block, page, pageSize), pageSize);
    }
  }
}
