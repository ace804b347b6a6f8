// Files that a flag names for writing: none is replaced without being told to.
import { lstatSync } from 'node:fs';
import { UsageError } from './usage-error.js';

/** Throws UsageError where a regular file has that name and `--force` was not given. */
export function requireFree(flag: string, path: string | undefined, force = false): void {
  if (path === undefined || force || !lstatSync(path, { throwIfNoEntry: false })?.isFile()) return;
  throw new UsageError(`${flag}: ${path} is there already; --force writes over it`);
}
