// The file that the channels of the file transport share: one descriptor, each page at its own place.
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Lender, LineParts } from './lines.js';
import { WriteSigns } from './write-signs.js';

/** Lent to writing threads as connections are, so that a fleet treats them alike. */
export class SharedFile implements Lender {
  readonly descriptor: number;
  private open = true;

  /** Makes a file below `folder` that has no name from the start: it ends with the process, however that ends. */
  constructor(folder: string) {
    const path = join(folder, `multifd-bench-${process.pid}-${process.hrtime.bigint()}`);
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_RDWR } = constants;
    this.descriptor = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    rmSync(path);
  }

  hold(channels: number): LineParts {
    const signs = WriteSigns.allocate(channels);
    return { descriptors: Array.from({ length: channels }, () => this.descriptor), signs };
  }

  /** Writes to a file end by themselves. */
  end(): void {}

  release(): void {}

  async close(): Promise<void> {
    if (this.open) closeSync(this.descriptor);
    this.open = false;
  }
}
