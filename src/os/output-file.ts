// A file that appears under its name only when it is whole: until then it has another, in the same directory.
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeAll } from './gathered-write.js';

/** The name a file has until it is whole: whoever outlives a killed writer can remove it. */
export function temporaryName(path: string, pid: number): string {
  return `${path}.${pid}.partial`;
}

/**
 * Removes what writers of `path` have left that were killed. One of another container may seem gone and be at work: its
 * file then gets no name, and it fails. What cannot be removed is in nobody's way: a writer's own has another name.
 */
export function removeLeft(path: string): void {
  const [folder, name] = [dirname(path), basename(path)];
  try {
    for (const each of readdirSync(folder)) {
      const pid = each.startsWith(`${name}.`) && /^(\d+)\.partial$/.exec(each.slice(name.length + 1))?.[1];
      if (pid && !existsSync(`/proc/${pid}`)) rmSync(join(folder, each), { force: true, recursive: true });
    }
  } catch {}
}

/** Throws unless `path` is free or, where files may be replaced, a regular file. */
export function checkOutput(path: string, replaces = false): void {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status && !status.isFile()) throw new Error(`output ${path}: expected a regular file or nothing at that name`);
  if (status && !replaces) throw new Error(`output ${path}: it is there already; --force writes over a regular file`);
}

export interface OutputOptions {
  readonly pid?: number;
  readonly write?: typeof writeAll;
  /** True writes over a regular file of that name. */
  readonly replaces?: boolean;
}

export class OutputFile {
  readonly descriptor: number;
  private readonly path: string;
  private readonly temporary: string;
  private readonly write: typeof writeAll;
  private readonly replaces: boolean;
  private open = true;

  /** Creates it for the owner alone; follows no link, takes over no file. Throws what the system says. */
  constructor(path: string, { pid = process.pid, write = writeAll, replaces = false }: OutputOptions = {}) {
    const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
    checkOutput(path, replaces);
    this.replaces = replaces;
    this.path = path;
    this.write = write;
    this.temporary = temporaryName(path, pid);
    const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
    removeLeft(path);
    this.descriptor = this.attempt(() => openSync(this.temporary, flags, 0o600));
  }

  /** Writes at the end. Throws what the system says; the file is then still to be discarded. */
  append(bytes: Uint8Array): void {
    this.attempt(() => this.write(this.descriptor, [bytes]));
  }

  /** It is whole: cut to `bytes` if given, on the disk, and under its name. Throws, and leaves nothing, if that fails. */
  keep(bytes?: number): void {
    try {
      this.attempt(() => {
        if (bytes !== undefined) ftruncateSync(this.descriptor, bytes);
        fsyncSync(this.descriptor);
        this.close();
        // What came under that name meanwhile is not replaced either.
        checkOutput(this.path, this.replaces);
        renameSync(this.temporary, this.path);
      });
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** It is not wanted: nothing is left of it. */
  discard(): void {
    this.close();
    rmSync(this.temporary, { force: true });
  }

  private attempt<T>(step: () => T): T {
    try {
      return step();
    } catch (error) {
      throw new Error(`output ${this.path}: ${(error as Error).message}`, { cause: error });
    }
  }

  private close(): void {
    if (this.open) closeSync(this.descriptor);
    this.open = false;
  }
}
