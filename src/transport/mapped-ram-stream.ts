// What a mapped-ram file has beside the pages, on the provider's thread: the main stream around them, and the bitmaps.
import { writeAll } from '../os/gathered-write.js';
import type { Ram } from '../ram/ram.js';
import { ZeroPages } from '../ram/zero-pages.js';
import { type MappedRamParts, mappedRamParts } from '../wire/mapped-ram-writer.js';
import type { Beside } from './beside.js';
import { PageBitmap } from './page-bitmap.js';

export interface MappedRamPlan {
  readonly descriptor: number;
  readonly bitmap: SharedArrayBuffer;
  readonly ram: Ram;
  readonly pageSize: number;
  /** True looks for pages of zeros: no channel then writes them. */
  readonly findZeroPages: boolean;
}

export class MappedRamStream implements Beside {
  private readonly plan: MappedRamPlan;
  private readonly parts: MappedRamParts;
  private readonly bits: PageBitmap;
  private readonly zeros: ZeroPages | undefined;

  constructor(plan: MappedRamPlan) {
    const { ram, pageSize, bitmap, findZeroPages } = plan;
    this.plan = plan;
    this.parts = mappedRamParts(ram.blocks, pageSize);
    this.bits = new PageBitmap(bitmap, this.parts.bitmapStarts);
    this.zeros = findZeroPages ? new ZeroPages(ram, pageSize) : undefined;
  }

  start(): void {}

  takes(block: number, page: number): boolean {
    if (!this.zeros?.has(block, page)) return false;
    this.bits.clear(block, page);
    return true;
  }

  endRound(): void {
    this.zeros?.forget();
  }

  end(): void {
    const { descriptor, pageSize } = this.plan;
    const { blocks, stream } = this.parts;
    const bitmaps = blocks.map(({ bitmapAt, bytes }, block) => ({
      at: bitmapAt,
      bytes: this.bits.bytesOf(block, bytes, pageSize),
    }));
    for (const { at, bytes } of [...stream, ...bitmaps]) {
      try {
        writeAll(descriptor, [bytes], at);
      } catch (cause) {
        throw new Error(`main stream: ${(cause as Error).message}`, { cause });
      }
    }
  }
}
