// A guest that dirties its RAM while it is migrated: which pages must be sent (again), and what it writes meanwhile.
import type { Ram } from '../ram/ram.js';
import { Random } from '../random.js';

/** One page is written to each time so many pages have been queued. */
const DIRTY_EVERY = 4;
/** Most writes go to so many pages, over and over, as a guest's do: the same page is then on its way twice. */
const HOT_PAGES = 64;
const HOT_SHARE = 0.75;
const SEED = 1;

export class Guest {
  private readonly ram: Ram;
  private readonly pageSize: number;
  private readonly random = new Random(SEED);
  /** One flag a page of each block: 1 while it has to be sent. */
  private readonly dirty: readonly Uint8Array[];
  private queued = 0;

  constructor(ram: Ram, pageSize: number) {
    this.ram = ram;
    this.pageSize = pageSize;
    this.dirty = ram.blocks.map((_, block) => new Uint8Array(ram.pages(block, pageSize)).fill(1));
  }

  /** Takes the next dirty page of a block from `from` on, and marks it clean; -1 when there is none. */
  take(block: number, from: number): number {
    const page = this.dirty[block]!.indexOf(1, from);
    // Clean before it is read by a sender: a later write makes it dirty again, and it is sent again.
    if (page >= 0) this.dirty[block]![page] = 0;
    return page;
  }

  /** Runs for a moment; called for every page that is queued while the guest is not stopped. */
  run(): void {
    if (++this.queued % DIRTY_EVERY !== 0) return;
    const block = this.random.below(this.dirty.length);
    const pages = this.dirty[block]!.length;
    const hot = this.random.fraction() < HOT_SHARE;
    const page = this.random.below(hot ? Math.min(HOT_PAGES, pages) : pages);
    const at = this.ram.offset(block, page, this.pageSize);
    // A guest writes when it likes, also while a sender reads the page: the next round sends it again.
    this.ram.segment(block, page, this.pageSize)[at]!++;
    this.dirty[block]![page] = 1;
  }
}
