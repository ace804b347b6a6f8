// The file that the channels of the mapped-ram transport share, with its bitmap.
import { closeSync, constants, openSync } from 'node:fs';
import { OutputFile } from '../os/output-file.js';
import { mappedRamParts } from '../wire/mapped-ram-writer.js';
import type { StreamBlock } from '../wire/stream-block.js';
import type { Lender, LineParts } from './lines.js';
import { SharedFile } from './shared-file.js';
import { WriteSigns } from './write-signs.js';

export interface MappedRamFilePlan {
  /** Has a name in the end; without one, there is a file below `folder` that never has. */
  readonly path?: string;
  readonly folder: string;
  readonly blocks: readonly StreamBlock[];
  /** True writes over a regular file of that name. */
  readonly replaces?: boolean;
  /** Pages go around the kernel's cache (O_DIRECT). */
  readonly direct: boolean;
}

/** Bits for the smallest pages are enough for all. */
const LEAST_PAGE_BYTES = 4096;

/** Lent to writing threads as connections are, so that a fleet treats them alike. */
export class MappedRamFile implements Lender {
  private readonly output: OutputFile | SharedFile;
  private readonly pages: number;
  private readonly bitmap: SharedArrayBuffer;

  constructor({ path, folder, blocks, direct, replaces = false }: MappedRamFilePlan) {
    this.output = path === undefined ? new SharedFile(folder) : new OutputFile(path, { replaces });
    this.bitmap = new SharedArrayBuffer(mappedRamParts(blocks, LEAST_PAGE_BYTES).bitmapBytes);
    this.pages = direct ? this.openDirect() : this.output.descriptor;
  }

  hold(channels: number): LineParts {
    const { bitmap, pages, output } = this;
    const signs = WriteSigns.allocate(channels + 1);
    const main = { descriptor: output.descriptor, signs, row: channels };
    return { descriptors: Array.from({ length: channels }, () => pages), signs, bitmap, main };
  }

  /** Writes to a file end by themselves. */
  end(): void {}
  release(): void {}

  /** It is whole: it gets its name. */
  async partWith(): Promise<void> {
    if (this.output instanceof OutputFile) this.output.keep();
  }

  /** Nothing is left of a file that was not parted with. */
  async close(): Promise<void> {
    if (this.pages !== this.output.descriptor) closeSync(this.pages);
    if (this.output instanceof OutputFile) this.output.discard();
    else await this.output.close();
  }

  private openDirect(): number {
    try {
      return openSync(`/proc/self/fd/${this.output.descriptor}`, constants.O_WRONLY | constants.O_DIRECT);
    } catch (cause) {
      void this.close();
      throw new Error(`mapped-ram with direct-io: ${(cause as Error).message}`, { cause });
    }
  }
}
