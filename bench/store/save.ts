// Saving a run: one immutable file, written whole under a temporary name and then renamed.
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from './result.js';

/** `<machine key>/<year>/<commit time>-<sha12>-<run id>.json` below `folder`. Returns the path. */
export function saveResult(folder: string, result: Result): string {
  const { commit, machine, run } = result;
  const time = (commit?.time ?? run.startedAt).replace(/[-:]|\.\d+/g, '');
  const name = `${time}-${commit?.sha.slice(0, 12) ?? 'no-commit'}-${run.id}.json`;
  const path = join(folder, machine.key, time.slice(0, 4), name);
  mkdirSync(join(folder, machine.key, time.slice(0, 4)), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, `${stringify(result)}\n`, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cause;
  }
  return path;
}

/** JSON with a line for each cell, visit and comparison: small, and two runs can be read side by side. */
export function stringify(result: Result): string {
  const text = JSON.stringify(result, null, 1);
  // Innermost objects and arrays go on one line.
  return text.replace(/[[{][^[\]{}]*[\]}]/g, (inner) => inner.replace(/\s*\n\s*/g, ' '));
}
