// Files and folders that a flag names for writing: none is replaced without being told to, and none that is read.
import { existsSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { badValue, UsageError } from './usage-error.js';

interface Output {
  /** `--force` was given. */
  readonly force?: boolean | undefined;
  /** What is read meanwhile. */
  readonly source?: string | undefined;
}

/** Throws UsageError unless a file can get that name: it is free, or a regular file's that `--force` writes over. */
export function requireFree(flag: string, path: string | undefined, { force = false, source }: Output = {}): void {
  if (path === undefined) return;
  if (!statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory())
    throw badValue(flag, path, 'a name in a folder that is there');
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (!there) return;
  if (!there.isFile()) throw badValue(flag, path, 'the name of a regular file, or one that is free');
  if (!force) throw new UsageError(`${flag}: ${path} is there already; --force writes over it`);
  const read = source === undefined ? undefined : statSync(source, { throwIfNoEntry: false });
  if (read && read.dev === there.dev && read.ino === there.ino)
    throw new UsageError(`${flag}: ${path} is what is sent: it would be written over; name another file`);
}

/**
 * Makes a folder and those above it. Returns the first that was not there. Throws UsageError that names it. Folder by
 * folder, so that the one that cannot be made is named.
 */
export function makeFolder(flag: string, folder: string): string | undefined {
  const missing: string[] = [];
  let at = resolve(folder);
  for (; !existsSync(at) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  for (const each of missing.toReversed()) {
    try {
      mkdirSync(each);
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      // Another run made it meanwhile.
      if (code === 'EEXIST') continue;
      throw new UsageError(`${flag}: cannot make the folder ${each}: ${message}`);
    }
  }
  return missing.at(-1);
}
