// The RAM that all senders of a comparison send: one file in memory, which is gone when its owner is, even if killed.
import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRam, type RamSource } from '../../src/ram/image.js';

/** Memory-backed where there is such a place: on a disk, the first migration would read it. */
const MEMORY_FOLDER = '/dev/shm';

export class RamFile {
  /** Leads to the file for as long as this process has it open. */
  readonly path: string;
  readonly bytes: number;
  private readonly descriptor: number;

  private constructor(descriptor: number, bytes: number) {
    this.descriptor = descriptor;
    this.bytes = bytes;
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
    for (const piece of ram.pieces()) {
      for (let written = 0; written < piece.length; ) {
        const wrote = writeSync(descriptor, piece, written, piece.length - written, position);
        written += wrote;
        position += wrote;
      }
    }
    return new RamFile(descriptor, ram.bytes);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
