// Saving a run: one immutable file, written whole under a temporary name and then linked to its own.
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { placeOf } from './find.js';
import type { Result } from './result.js';
import { storedText } from './stored.js';

/** Writes the file that `placeOf` names, below `folder`. Returns the path. Throws where that file is there already. */
export function saveResult(folder: string, result: Result): string {
  const path = join(folder, placeOf(result));
  saveFile(path, storedText(result));
  return path;
}

/** Writes a file that must not be there, whole or not at all: neither a full disk nor two at once leave a part of it. */
export function saveFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'wx');
    try {
      writeAll(file, Buffer.from(text));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    // Unlike a rename, this fails where the name is taken.
    linkSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function writeAll(file: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}
