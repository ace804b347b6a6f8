// The RAM that is migrated: named blocks over shared segments of at most 1 GiB, addressed by block and page number.

import { createHash } from 'node:crypto';
import { createSharedMemory, type SharedMemory } from '../memory/shared-memory.js';

/** Typed arrays end at 4 GiB on Node 20 and `readSync` at 2: segments stay well below, and no page crosses one. */
export const SEGMENT_BYTES = 1 << 30;
/** The largest page there is; blocks start at its multiples, so pages of every size stay inside one segment. */
export const LARGEST_PAGE_BYTES = 2 << 20;
export const SMALLEST_PAGE_BYTES = 4 << 10;

export interface RamBlock {
  readonly name: string;
  /** Bytes in use: a multiple of the smallest page. */
  readonly bytes: number;
  /** Where it starts in the RAM: a multiple of the largest page. */
  readonly start: number;
}

/** What another thread needs to see the same RAM: everything in it can be posted. */
export interface RamParts {
  readonly blocks: readonly RamBlock[];
  /** WebAssembly's memory: O_DIRECT takes only bytes that are aligned, which those of a SharedArrayBuffer are not. */
  readonly segments: readonly SharedMemory[];
}

/** One place in RAM: bytes `from` to `from + pageSize` of `bytes`. */
export class Ram {
  readonly blocks: readonly RamBlock[];
  private readonly segments: readonly Uint8Array[];
  private readonly parts: RamParts;

  constructor(parts: RamParts) {
    this.parts = parts;
    this.blocks = parts.blocks;
    this.segments = parts.segments.map(({ buffer }) => new Uint8Array(buffer));
  }

  /** Allocates blocks of the given names and sizes in bytes (each rounded up to whole smallest pages), all zero. */
  static allocate(blocks: readonly { name: string; bytes: number }[]): Ram {
    let start = 0;
    const laid = blocks.map(({ name, bytes }) => {
      if (!(bytes > 0)) throw new RangeError(`RAM block ${name}: expected at least 1 byte, got ${bytes}`);
      const block = { name, bytes: roundUp(bytes, SMALLEST_PAGE_BYTES), start };
      start = roundUp(start + block.bytes, LARGEST_PAGE_BYTES);
      return block;
    });
    const segments: SharedMemory[] = [];
    for (let left = start; left > 0; left -= SEGMENT_BYTES) {
      const bytes = Math.min(left, SEGMENT_BYTES);
      segments.push(createSharedMemory(bytes, bytes));
    }
    return new Ram({ blocks: laid, segments });
  }

  /** Bytes over all blocks. */
  get bytes(): number {
    return this.blocks.reduce((sum, block) => sum + block.bytes, 0);
  }

  /** What to post to another thread. */
  share(): RamParts {
    return this.parts;
  }

  /** Pages of `pageSize` bytes in a block; the last one may be partly unused when the block is no multiple of it. */
  pages(block: number, pageSize: number): number {
    return Math.ceil(this.blocks[block]!.bytes / pageSize);
  }

  /** The segment that holds a page. */
  segment(block: number, page: number, pageSize: number): Uint8Array {
    return this.segments[this.segmentNumber(block, page, pageSize)]!;
  }

  /** That segment as WebAssembly takes it. */
  memory(block: number, page: number, pageSize: number): SharedMemory {
    return this.parts.segments[this.segmentNumber(block, page, pageSize)]!;
  }

  private segmentNumber(block: number, page: number, pageSize: number): number {
    return Math.floor((this.blocks[block]!.start + page * pageSize) / SEGMENT_BYTES);
  }

  /** Where in its segment a page starts, in bytes. */
  offset(block: number, page: number, pageSize: number): number {
    const at = this.blocks[block]!.start + page * pageSize;
    // A remainder of numbers beyond 32 bits is a slow call.
    return at - Math.floor(at / SEGMENT_BYTES) * SEGMENT_BYTES;
  }

  /** SHA-256, in hexadecimal, of the first `bytes` used bytes. */
  digest(bytes = this.bytes): string {
    const hash = createHash('sha256');
    let left = bytes;
    for (const piece of this.pieces()) {
      hash.update(piece.subarray(0, Math.min(piece.length, left)));
      left = Math.max(0, left - piece.length);
    }
    return hash.digest('hex');
  }

  /** The used bytes of all blocks in order, piece by piece, none across a segment. */
  *pieces(): Generator<Uint8Array> {
    for (const block of this.blocks.keys()) yield* this.piecesOf(block);
  }

  /** The used bytes of one block. */
  *piecesOf(block: number): Generator<Uint8Array> {
    const { start, bytes } = this.blocks[block]!;
    for (let at = start; at < start + bytes; ) {
      const from = at % SEGMENT_BYTES;
      const length = Math.min(SEGMENT_BYTES - from, start + bytes - at);
      yield this.segments[Math.floor(at / SEGMENT_BYTES)]!.subarray(from, from + length);
      at += length;
    }
  }
}

/** The smallest multiple of `step` that is at least `value`. */
export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
