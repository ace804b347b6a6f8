// What gates asked of the processes of runs, kept for the next one: to unpack their visits again takes a hundred times as long.
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { makeFolder } from '../base/output.js';
import { CACHE_FOLDER } from './summary-cache.js';

/** Raised with every change of the format, and of what is asked for under a name. */
const VERSION = 1;
const FILE = 'processes';

/** Values by the name that they were asked for, as long as the file has this size and these times. */
interface Known {
  readonly size: number;
  readonly modifiedMs: number;
  readonly changedMs: number;
  readonly values: Record<string, readonly number[]>;
}

/** Never trusted over the files: of one that changed everything is read again. */
export class ProcessCache {
  private readonly folder: string;
  private readonly before: Readonly<Record<string, Known>>;
  /** What was asked for since it was opened: all that is kept. */
  private readonly asked = new Map<string, Known>();
  private isFresh = false;

  /** @param folder of the results */
  constructor(folder: string) {
    this.folder = folder;
    this.before = readCache(join(folder, CACHE_FOLDER, FILE));
  }

  /** The values of a file, which `read` reads where they are not known. */
  valuesOf(path: string, name: string, read: () => readonly number[]): readonly number[] {
    const { values, known } = this.entryOf(path);
    values[name] ??= known?.[name] ?? this.fresh(read);
    return values[name];
  }

  /** Where it cannot be written, the next one reads the files again. */
  save(): void {
    if (!this.isFresh) return;
    const home = join(this.folder, CACHE_FOLDER);
    const temporary = join(home, `${FILE}.${process.pid}.tmp`);
    try {
      makeFolder('--results', home);
      try {
        writeFileSync(temporary, JSON.stringify({ version: VERSION, files: Object.fromEntries(this.asked) }));
        renameSync(temporary, join(home, FILE));
      } catch {
        rmSync(temporary, { force: true });
      }
    } catch {}
  }

  private fresh(read: () => readonly number[]): readonly number[] {
    this.isFresh = true;
    return read();
  }

  private entryOf(path: string) {
    const name = relative(this.folder, path);
    const known = this.before[name];
    let entry = this.asked.get(name);
    if (!entry) {
      const { size, mtimeMs: modifiedMs, ctimeMs: changedMs } = statSync(path);
      entry = { size, modifiedMs, changedMs, values: {} };
      this.asked.set(name, entry);
    }
    const isSame =
      known?.size === entry.size && known.modifiedMs === entry.modifiedMs && known.changedMs === entry.changedMs;
    return { values: entry.values, known: isSame ? known.values : undefined };
  }
}

function readCache(path: string): Readonly<Record<string, Known>> {
  try {
    const { version, files } = JSON.parse(readFileSync(path, 'utf8')) as {
      version: number;
      files: Record<string, Known>;
    };
    return version === VERSION ? files : {};
  } catch {
    return {};
  }
}
