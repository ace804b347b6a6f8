// The pages of a batch as runs of adjacent bytes: what one copy, or one buffer of a gathered write, can take at once.
import type { Batches, BatchIndex } from './batches.js';
import { type Ram, SEGMENT_BYTES } from './ram.js';

/** Runs of bytes, in order. Reused: nothing is allocated on the hot path but what the caller makes. */
export class Runs {
  count = 0;
  readonly segments: Uint8Array[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  protected readonly join: boolean;

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
  /** The page that would extend the last run, as nearly all do; -1 when none can. */
  private next = -1;
  private block = -1;

  constructor(ram: Ram, batches: Batches, pageSize: number, join = true) {
    super(join);
    this.ram = ram;
    this.batches = batches;
    this.pageSize = pageSize;
  }

  override clear(): void {
    super.clear();
    this.next = -1;
  }

  /** Finds the runs of a chunk of device state: pages of the first block, round and round. */
  findState(batch: BatchIndex, chunkPages: number): void {
    const { batches, ram, pageSize } = this;
    const pages = ram.pages(0, pageSize);
    this.clear();
    for (let page = batches.page(batch, 0), left = chunkPages; left > 0; left--, page = (page + 1) % pages) {
      this.addPage(0, page);
    }
  }

  /** Finds the runs of a batch. */
  find(batch: BatchIndex): void {
    const { batches } = this;
    const block = batches.block(batch);
    const pages = batches.count(batch);
    this.clear();
    for (let position = 0; position < pages; position++) this.addPage(block, batches.page(batch, position));
  }

  /** Adds a page; looks up where it is only if it does not follow the one before. */
  addPage(block: number, page: number): void {
    const { ram, pageSize } = this;
    const last = this.count - 1;
    if (page === this.next && block === this.block && this.ends[last]! < SEGMENT_BYTES) this.ends[last]! += pageSize;
    else this.add(ram.segment(block, page, pageSize), ram.offset(block, page, pageSize), pageSize);
    this.next = this.join ? page + 1 : -1;
    this.block = block;
  }
}
