// Reading saved runs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CALIBRATIONS } from './calibration.js';
import { type Result, SCHEMA } from './result.js';

/** Where comparisons with QEMU are kept. */
export const QEMU_FOLDER = 'qemu';
/** Folders among the results that hold files of another kind. */
const OTHER_KINDS: ReadonlySet<string> = new Set([QEMU_FOLDER, CALIBRATIONS]);

/** Paths of all result files below a folder, oldest commit first. */
export function resultFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json') && !name.split('/').some((part) => OTHER_KINDS.has(part)))
    .sort((x, y) => fileName(x).localeCompare(fileName(y)))
    .map((name) => join(folder, name));
}

/** Reads one. Throws an Error that names the file and what is wrong with it. */
export function readResult(path: string): Result {
  let result: Result;
  try {
    result = JSON.parse(readFileSync(path, 'utf8')) as Result;
  } catch (cause) {
    throw new Error(`${path}: no result file: ${(cause as Error).message}`);
  }
  if (result.schema !== SCHEMA) throw new Error(`${path}: schema: expected ${SCHEMA}, got ${result.schema}`);
  return result;
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
