// Which pages are all zero (QEMU: buffer_is_zero).
import type { Ram } from './ram.js';

/** Looks at pages of one size. */
export class ZeroPages {
  private readonly ram: Ram;
  private readonly pageSize: number;
  private readonly zeros: Buffer;

  constructor(ram: Ram, pageSize: number) {
    this.ram = ram;
    this.pageSize = pageSize;
    this.zeros = Buffer.alloc(pageSize);
  }

  has(block: number, page: number): boolean {
    const { ram, pageSize, zeros } = this;
    const segment = ram.segment(block, page, pageSize);
    const start = ram.offset(block, page, pageSize);
    const end = start + pageSize;
    // Most pages with content show it in one of three bytes: they cost no call.
    if (segment[start] !== 0 || segment[start + pageSize / 2] !== 0 || segment[end - 1] !== 0) return false;
    return zeros.compare(segment, start, end) === 0;
  }
}
