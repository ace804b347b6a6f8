// What stands in a mapped-ram file beside the pages: bytes and where they go.

import { blockOf, mainStream } from './main-stream-writer.js';
import {
  bitmapBytes,
  MAPPED_HEADER_BYTES,
  MAPPED_RAM,
  MAPPED_VERSION,
  type MappedBlock,
  placeMapped,
} from './mapped-ram.js';
import type { StreamBlock } from './stream-block.js';
import { uint, uint64 } from './stream-bytes.js';

/** Bytes at their place in the file. */
interface PlacedBytes {
  readonly at: number;
  readonly bytes: Uint8Array;
}

export interface MappedRamParts {
  readonly blocks: readonly MappedBlock[];
  /** All of the main stream: its head with the first block, each further block behind the pages of the one before, the end. */
  readonly stream: readonly PlacedBytes[];
  /** Bytes from one block's bitmap to the next when all stand one after the other. */
  readonly bitmapStarts: readonly number[];
  readonly bitmapBytes: number;
}

/** Of a machine without devices (`-M none`), as QEMU 10.0 and 11.1 write it. */
export function mappedRamParts(blocks: readonly StreamBlock[], pageSize: number): MappedRamParts {
  const parts = mainStream(MAPPED_RAM);
  const placed: MappedBlock[] = [];
  const stream: PlacedBytes[] = [];
  const bitmapStarts: number[] = [];
  let bitmaps = 0;
  let at = 0;
  let before: Uint8Array = parts.start(blocks);
  for (const block of blocks) {
    const head = Buffer.concat([before, blockOf(block)]);
    const mapped = placeMapped(block, at + head.length, pageSize);
    stream.push({ at, bytes: Buffer.concat([head, headerOf(mapped, pageSize)]) });
    placed.push(mapped);
    bitmapStarts.push(bitmaps);
    bitmaps += bitmapBytes(block.bytes, pageSize);
    at = mapped.pagesAt + block.bytes;
    before = new Uint8Array(0);
  }
  stream.push({ at, bytes: Buffer.concat([parts.startEnd(), parts.part(), parts.end(), parts.tail()]) });
  return { blocks: placed, stream, bitmapStarts, bitmapBytes: bitmaps };
}

function headerOf({ bitmapAt, pagesAt }: MappedBlock, pageSize: number): Buffer {
  const header = Buffer.concat([uint(MAPPED_VERSION, 4), uint64(pageSize), uint64(bitmapAt), uint64(pagesAt)]);
  if (header.length !== MAPPED_HEADER_BYTES) throw new RangeError(`mapped-ram header: ${header.length} bytes`);
  return header;
}
