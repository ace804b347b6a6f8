// Which pages have come: a byte a page, shared by the threads of a receiver.
import type { Ram } from '../ram/ram.js';

export class PageMarks {
  private readonly marks: Uint8Array;
  private readonly firsts: readonly number[];

  constructor(marks: SharedArrayBuffer, ram: Ram, pageSize: number) {
    this.marks = new Uint8Array(marks);
    let pages = 0;
    this.firsts = ram.blocks.map((_, block) => {
      const first = pages;
      pages += ram.pages(block, pageSize);
      return first;
    });
  }

  static allocate(ram: Ram, pageSize: number): SharedArrayBuffer {
    return new SharedArrayBuffer(ram.blocks.reduce((pages, _, block) => pages + ram.pages(block, pageSize), 0));
  }

  has(block: number, page: number): boolean {
    // Owned: between two SYNCs a page comes on one channel only.
    return this.marks[this.firsts[block]! + page] !== 0;
  }

  set(block: number, page: number): void {
    // Owned: between two SYNCs a page comes on one channel only.
    this.marks[this.firsts[block]! + page] = 1;
  }

  /** Pages that have not come, of all blocks or of one; after all channels have ended. */
  missing(block?: number): number {
    const [from, to] = block === undefined ? [0, undefined] : [this.firsts[block]!, this.firsts[block + 1]];
    // Owned: no thread is at work any more.
    return this.marks.subarray(from, to).reduce((missing, mark) => missing + (mark === 0 ? 1 : 0), 0);
  }
}
