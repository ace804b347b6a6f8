// Which pages are all zero (QEMU: buffer_is_zero).
import { type Ram, SEGMENT_BYTES } from './ram.js';
import { type FindZeroPages, MOST_PAGES_A_SCAN, zeroPagesOver } from './zero-scan.js';

/** Looks at pages of one size, ahead where they are asked for in order: many reads of memory are then under way at once. */
export class ZeroPages {
  private readonly ram: Ram;
  private readonly pageSize: number;
  private readonly scans = new Map<Uint8Array, FindZeroPages>();
  /** The pages that were looked at last: `count` from `first`. */
  private block = -1;
  private first = 0;
  private count = 0;
  private zeros = 0;

  constructor(ram: Ram, pageSize: number) {
    this.ram = ram;
    this.pageSize = pageSize;
  }

  /** What was seen may have changed: to be called wherever pages may have been written to since. */
  forget(): void {
    this.block = -1;
  }

  has(block: number, page: number): boolean {
    const ahead = page - this.first;
    if (block !== this.block || ahead < 0 || ahead >= this.count) {
      this.look(block, page, block === this.block && ahead === this.count ? MOST_PAGES_A_SCAN : 1);
      return (this.zeros & 1) !== 0;
    }
    return ((this.zeros >>> ahead) & 1) !== 0;
  }

  private look(block: number, page: number, most: number): void {
    const { ram, pageSize } = this;
    const segment = ram.segment(block, page, pageSize);
    const start = ram.offset(block, page, pageSize);
    let scan = this.scans.get(segment);
    if (!scan) {
      scan = zeroPagesOver(ram.memory(block, page, pageSize));
      this.scans.set(segment, scan);
    }
    const inSegment = (SEGMENT_BYTES - start) / pageSize;
    const count = Math.min(most, ram.pages(block, pageSize) - page, inSegment);
    this.zeros = scan(start, pageSize, count);
    this.block = block;
    this.first = page;
    this.count = count;
  }
}
