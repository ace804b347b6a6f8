// The RAM that all senders of a comparison send: one file in memory, which is gone when its owner is, even if killed.
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRam, type RamSource } from '../../src/ram/image.js';
import { SMALLEST_PAGE_BYTES } from '../../src/ram/ram.js';
import type { ZeroPages } from '../../src/session/cell.js';
import { headerBytes } from '../../src/wire/packet.js';

/** Memory-backed where there is such a place: on a disk, the first migration would read it. */
const MEMORY_FOLDER = '/dev/shm';
/** As QEMU's packets. */
const GEOMETRY = { pageSize: SMALLEST_PAGE_BYTES, pagesPerPacket: 128 };
/** What the main stream says of a page of zeros: its offset and its value. */
const TOLD_BYTES = 9;

export class RamFile {
  /** Leads to the file for as long as this process has it open. */
  readonly path: string;
  readonly bytes: number;
  private readonly zeroPages: number;
  private readonly descriptor: number;

  private constructor(descriptor: number, bytes: number, zeroPages: number) {
    this.descriptor = descriptor;
    this.bytes = bytes;
    this.zeroPages = zeroPages;
    this.path = `/proc/${process.pid}/fd/${descriptor}`;
  }

  /** Copies a file, or makes an image; whole pages. */
  static make(source: RamSource): RamFile {
    const ram = openRam(source);
    const folder = mkdtempSync(join(existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir(), 'multifd-bench-'));
    const descriptor = openSync(join(folder, 'ram'), 'wx+', 0o600);
    rmSync(folder, { recursive: true });
    ftruncateSync(descriptor, ram.bytes);
    let position = 0;
    let zeroPages = 0;
    for (const piece of ram.pieces()) {
      zeroPages += zerosIn(piece);
      for (let written = 0; written < piece.length; ) {
        const wrote = writeSync(descriptor, piece, written, piece.length - written, position);
        written += wrote;
        position += wrote;
      }
    }
    return new RamFile(descriptor, ram.bytes, zeroPages);
  }

  /** Bytes of the pages that travel as such. */
  pageBytes(zeroPages: ZeroPages): number {
    return this.bytes - (zeroPages === 'none' ? 0 : this.zeroPages * GEOMETRY.pageSize);
  }

  /** The bytes that every sender sends of it: pages, headers of packets, and what the main stream says of pages of zeros. */
  travels(zeroPages: ZeroPages): number {
    const { pageSize, pagesPerPacket } = GEOMETRY;
    const pages = this.bytes / pageSize;
    const normal = this.pageBytes(zeroPages) / pageSize;
    const inPackets = zeroPages === 'multifd' ? pages : normal;
    const told = zeroPages === 'legacy' ? this.zeroPages : 0;
    return normal * pageSize + Math.ceil(inPackets / pagesPerPacket) * headerBytes(GEOMETRY) + told * TOLD_BYTES;
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

const ZEROS = Buffer.alloc(SMALLEST_PAGE_BYTES);

/** Pages of zeros among whole pages. */
function zerosIn(piece: Uint8Array): number {
  let zeros = 0;
  for (let at = 0; at < piece.length; at += SMALLEST_PAGE_BYTES) {
    if (ZEROS.equals(piece.subarray(at, at + SMALLEST_PAGE_BYTES))) zeros++;
  }
  return zeros;
}
