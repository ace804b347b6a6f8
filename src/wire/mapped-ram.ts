// QEMU's mapped-ram files: each page of a RAM block at its own place, a bitmap of those that are there, and the main stream
// around them. Where things stand; the bytes are the writer's and the reader's.
import type { StreamBlock } from './stream-block.js';

/** Follows a block's name and length (QEMU: MappedRamHeader). All integers are big-endian. */
export const MAPPED_HEADER_BYTES = 28;
export const MAPPED_VERSION = 1;
/** Pages begin at a multiple of this. */
const PAGES_ALIGNMENT = 1 << 20;
/** QEMU's name of the capability: a file that was written with it says so. */
export const MAPPED_RAM = 'mapped-ram';

/** Where a block stands in its file, in bytes from the file's start. */
export interface MappedBlock extends StreamBlock {
  /** A bit for each page, page 0 the lowest of the first byte: set, its bytes are in the file; else it is zero. */
  readonly bitmapAt: number;
  readonly pagesAt: number;
}

/** The bitmap has whole words of 64 bits. */
export function bitmapBytes(bytes: number, pageSize: number): number {
  return Math.ceil(bytes / pageSize / 64) * 8;
}

/** Where a block stands whose header begins at byte `headerAt`. */
export function placeMapped(block: StreamBlock, headerAt: number, pageSize: number): MappedBlock {
  const bitmapAt = headerAt + MAPPED_HEADER_BYTES;
  const bitmapEnd = bitmapAt + bitmapBytes(block.bytes, pageSize);
  return { ...block, bitmapAt, pagesAt: Math.ceil(bitmapEnd / PAGES_ALIGNMENT) * PAGES_ALIGNMENT };
}
