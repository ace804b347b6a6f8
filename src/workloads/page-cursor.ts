// The order in which the provider queues pages: through the blocks one after the other, round and round.
import type { Ram } from '../ram/ram.js';

export class PageCursor {
  block = 0;
  private page = -1;
  private readonly pages: readonly number[];

  /** `begins`: where in the RAM, from 0 to 1. */
  constructor(ram: Ram, pageSize: number, begins = 0) {
    this.pages = ram.blocks.map((_, block) => ram.pages(block, pageSize));
    let skipped = Math.floor(begins * this.pages.reduce((sum, pages) => sum + pages, 0));
    while (skipped >= this.pages[this.block]! && this.block + 1 < this.pages.length)
      skipped -= this.pages[this.block++]!;
    this.page += skipped;
  }

  /** The next page of `block`, which may have moved on. */
  next(): number {
    if (++this.page === this.pages[this.block]) {
      this.page = 0;
      this.block = this.block + 1 === this.pages.length ? 0 : this.block + 1;
    }
    return this.page;
  }
}
