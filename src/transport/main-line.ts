// The writing end of a main stream, on the provider's thread: blocking writes, each after the SYNCs that belong to it.

import { writeAll } from '../os/gathered-write.js';
import type { Ram } from '../ram/ram.js';
import { ZeroPages } from '../ram/zero-pages.js';
import {
  MAIN_STREAM_HEADER,
  type MainStreamParts,
  mainStream,
  type StreamVersion,
} from '../wire/main-stream-writer.js';
import type { Beside } from './beside.js';
import type { MainLineParts } from './lines.js';
import { WriteSigns } from './write-signs.js';

/** Zero pages that are written at once: 36 KiB. */
const PAGES_A_WRITE = 4096;

export interface MainLinePlan {
  readonly version: StreamVersion;
  readonly line: MainLineParts;
  readonly ram: Ram;
  readonly pageSize: number;
  /** True looks for pages of zeros, and tells of them here: no channel then carries them. */
  readonly findZeroPages: boolean;
}

export class MainLine implements Beside {
  /** Pages of zeros so far. */
  zeroPages = 0;
  private readonly parts: MainStreamParts;
  private readonly line: MainLineParts;
  private readonly sign: WriteSigns;
  private readonly ram: Ram;
  private readonly pageSize: number;
  private readonly zeros: ZeroPages | undefined;
  private offsets: number[] = [];
  /** The block of `offsets`, and the one that was named last in the part that is open. */
  private block = -1;
  private named = -1;
  private open = false;

  constructor({ version, line, ram, pageSize, findZeroPages }: MainLinePlan) {
    this.parts = mainStream(version);
    this.line = line;
    this.sign = WriteSigns.ofWriter(line.signs, line.row);
    this.ram = ram;
    this.pageSize = pageSize;
    this.zeros = findZeroPages ? new ZeroPages(ram, pageSize) : undefined;
  }

  /** Tells of the RAM's blocks. Its header was written when the line was opened. */
  start(): void {
    this.write(this.parts.start(this.ram.blocks).subarray(MAIN_STREAM_HEADER.length));
  }

  /** True when the page is all zero and is looked for: the stream then tells of it. */
  takes(block: number, page: number): boolean {
    if (!this.zeros?.has(block, page)) return false;
    if (block !== this.block || this.offsets.length === PAGES_A_WRITE) this.flush();
    this.block = block;
    this.offsets.push(page * this.pageSize);
    this.zeroPages++;
    return true;
  }

  /** The end of a round over the RAM. */
  endRound(): void {
    this.zeros?.forget();
    this.flush();
    this.openPart();
    this.write(this.parts.partEnd());
    this.open = false;
    this.named = -1;
  }

  /** The end of the RAM, and what follows it. */
  end(): void {
    this.write(this.parts.end());
    this.write(this.parts.tail());
  }

  private flush(): void {
    if (this.offsets.length === 0) return;
    this.openPart();
    const { block, named, offsets } = this;
    this.write(this.parts.zeroPages(this.ram.blocks[block]!.name, offsets, block !== named));
    this.named = block;
    this.offsets = [];
  }

  private openPart(): void {
    if (!this.open) this.write(this.parts.partStart());
    this.open = true;
  }

  private write(bytes: Uint8Array): void {
    this.sign.turn();
    try {
      writeAll(this.line.descriptor, [bytes]);
    } catch (cause) {
      throw new Error(`main stream: ${(cause as Error).message}`, { cause });
    }
    this.sign.turn();
  }
}
