// Reading saved runs.

import { readFileSync } from 'node:fs';
import { UsageError, unreadable } from '../base/usage-error.js';
import type { Result } from '../result/document.js';
import { placesOf } from './find.js';
import { parseResult, parseWithoutVisits, type WithoutVisits } from './stored.js';
import { type VisitsOf, visitsByCell } from './visits-by-cell.js';

export type { VisitsOf } from './visits-by-cell.js';

/** Where comparisons with QEMU are kept, below the results of a machine. */
export const QEMU_FOLDER = 'qemu';

/** Reads a run, wherever its file is. Throws UsageError that names the file and what is wrong with it. */
export function readResult(path: string): Result {
  return parseResult(readText(path), path);
}

/**
 * The same for a file of the store, which must be where a run with its content belongs: a copy, or a file of another
 * machine, would count a run twice, or for a machine that it was not made on.
 */
export function readStored(path: string): Result {
  return inPlace(readResult(path), path);
}

/** The same without its visits, for histories of thousands. */
export function readStoredWithoutVisits(path: string): WithoutVisits {
  return inPlace(parseWithoutVisits(readText(path), path), path);
}

/** The visits of any cell of a file that was read and checked before, in a fraction of the time. */
export function readVisits(path: string): VisitsOf {
  return visitsByCell(readText(path), path);
}

function inPlace<R extends Parameters<typeof placesOf>[0]>(result: R, path: string): R {
  const places = placesOf(result);
  if (!places.some((place) => path.endsWith(`/${place}`))) {
    throw new UsageError(`${path}: a copy, or renamed: a run with its content belongs to ${places[0]}`);
  }
  return result;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`${path}: ${unreadable(cause)}`);
  }
}
