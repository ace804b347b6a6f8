// Saving a run: one immutable file, written whole under a temporary name and then linked to its own.

import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { makeFolder } from '../base/output.js';
import { UsageError } from '../base/usage-error.js';
import type { RecordedVisit } from '../measure/round.js';
import type { Result } from '../result/document.js';
import { placeOf } from './find.js';
import { storedText } from './stored.js';

/** What file systems without links say. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);
const RAW = '.raw.json.gz';

/** Writes the file that `placeOf` names, below `folder`. Returns the path. Throws where that file is there already. */
export function saveResult(folder: string, result: Result): string {
  const path = join(folder, placeOf(result));
  saveFile(path, storedText(result));
  return path;
}

/**
 * Every slice of every visit in order, and the latencies of each visit, beside the file of the run: large, and left
 * aside by git. Returns the path.
 */
export function saveRaw(path: string, { run }: Pick<Result, 'run'>, visits: readonly RecordedVisit[]): string {
  const raw = path.replace(/\.json$/, RAW);
  const samples = visits.map(({ cellId: cell, round, position, slices, latencies }) => {
    return { cell, round, position, slices, ...(latencies && { latencies }) };
  });
  saveFile(raw, gzipSync(JSON.stringify({ schema: 1, run: run.id, visits: samples })));
  return raw;
}

/** Writes a file that must not be there, whole or not at all: neither a full disk nor two at once leave a part of it. */
export function saveFile(path: string, content: string | Uint8Array): void {
  makeFolder('--results', dirname(path));
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'wx');
    try {
      writeAll(file, typeof content === 'string' ? Buffer.from(content) : content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    giveName(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Unlike a rename, a link fails where the name is taken; some file systems (exFAT) have none. */
function giveName(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (cause) {
    if (!NO_LINKS.has((cause as NodeJS.ErrnoException).code ?? '') || existsSync(path)) throw cause;
    renameSync(temporary, path);
  }
}

/**
 * Saves a run, or where that is not possible keeps it in a new folder of temporary files that is its owner's alone: a disk
 * that is full or a checkout that is read-only costs nobody a run of minutes. Returns the path, or undefined where it is
 * saved nowhere.
 */
export function saveOrKeep(folder: string, result: Result, say: (text: string) => void): string | undefined {
  try {
    const path = saveResult(folder, result);
    say(`saved ${path}`);
    return path;
  } catch (cause) {
    say(`not saved: ${(cause as Error).message}`);
  }
  try {
    const path = saveResult(mkdtempSync(join(tmpdir(), 'multifd-bench-results-')), result);
    say(`kept in ${path} instead; --results says where runs go`);
    return path;
  } catch (cause) {
    say(`kept nowhere: ${(cause as Error).message}; --json prints it`);
    return undefined;
  }
}

/**
 * Makes the folder and tries a file in it. Throws UsageError that names what could not be made: before a run, rather than
 * after it.
 */
export function requireWritable(folder: string): void {
  makeFolder('--results', folder);
  const path = join(folder, `.${process.pid}.tmp`);
  try {
    closeSync(openSync(path, 'wx'));
  } catch (cause) {
    throw new UsageError(`--results: cannot write in ${folder}: ${(cause as Error).message}`);
  }
  rmSync(path, { force: true });
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}
