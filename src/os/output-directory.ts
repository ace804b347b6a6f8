// A directory of files that appears under its name only when it is whole: until then it has another, beside it.
import { closeSync, constants, fsyncSync, lstatSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAll } from './gathered-write.js';
import { removeLeft, temporaryName } from './output-file.js';

/** Throws unless nothing has that name: nothing is replaced. */
export function checkOutputDirectory(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })) throw new Error(`output ${path}: expected nothing at that name`);
}

export class OutputDirectory {
  private readonly path: string;
  private readonly temporary: string;
  private readonly writeBytes: typeof writeAll;

  /** Creates it for the owner alone. Throws what the system says. */
  constructor(path: string, pid = process.pid, write = writeAll) {
    this.writeBytes = write;
    checkOutputDirectory(path);
    this.path = path;
    this.temporary = temporaryName(path, pid);
    removeLeft(path);
    this.attempt(() => mkdirSync(this.temporary, 0o700));
  }

  /** Writes a file of its own. `name` must be one part of a path. */
  write(name: string, pieces: Iterable<Uint8Array>): void {
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
    this.attempt(() => {
      const file = openSync(join(this.temporary, name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        for (const piece of pieces) this.writeBytes(file, [piece]);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    });
  }

  /** It is whole, and gets its name. Throws, and leaves nothing, if that fails. */
  keep(): void {
    try {
      checkOutputDirectory(this.path);
      this.attempt(() => renameSync(this.temporary, this.path));
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** It is not wanted: nothing is left of it. */
  discard(): void {
    rmSync(this.temporary, { force: true, recursive: true });
  }

  private attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      throw new Error(`output ${this.path}: ${(error as Error).message}`, { cause: error });
    }
  }
}
