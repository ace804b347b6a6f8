// A run as text: as its file holds it, and as `--json` prints it.
import { createHash } from 'node:crypto';
import { UsageError } from '../plan/usage-error.js';
import type { ResultComparison } from './comparisons.js';
import { migrate } from './migrate.js';
import type { Result, ResultCell } from './result.js';
import { requireSchema } from './schema.js';
import { type Columns, columnsOf, requireEven, visitsOf } from './visit-columns.js';

const RESULT_SCHEMA = 'bench/store/result.schema.json';
const CHECKSUM_DIGITS = 16;
const UNBOUNDED = ['high', 'noiseFloor', 'resolvable'] as const;

/** JSON with a line for each visit and comparison, as `--json` prints it. */
export function stringify(result: unknown): string {
  const text = JSON.stringify(result, null, 1);
  // Innermost objects and arrays go on one line.
  return text.replace(/[[{][^[\]{}]*[\]}]/g, (inner) => inner.replace(/\s*\n\s*/g, ' '));
}

/** The same in a third of the space, with a checksum: a file of the store. */
export function storedText(result: Result): string {
  // No visit, no columns: of a cell that was skipped, or failed at once.
  const columns = (visits: ResultCell['visits']) => (visits.length > 0 ? columnsOf(visits) : visits);
  const cells = result.cells.map((cell) => ({ ...cell, visits: columns(cell.visits) }));
  const document = { ...result, cells };
  // What is left out by JSON counts for nothing in the checksum either.
  const plain = JSON.parse(JSON.stringify(document)) as object;
  const text = JSON.stringify({ ...plain, checksum: checksumOf(plain) }, null, 1);
  return `${text.replace(/\[[^[\]{}]*\]|\{[^[\]{}]*\}/g, (inner) => inner.replace(/\s*\n\s*/g, ''))}\n`;
}

/**
 * The run in the text of a file of this or an older version.
 *
 * @param file what errors name
 * @throws UsageError that names the file and what is wrong with it
 */
export function parseResult(text: string, file: string): Result {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${file}: no result file, or not all of one: ${(cause as Error).message}`);
  }
  const current = migrate(document, file);
  requireSchema(RESULT_SCHEMA, current, file);
  requireUnedited(current, file);
  const { checksum: _checksum, ...rest } = current;
  const { cells, comparisons, ...result } = rest as unknown as Result;
  return {
    ...result,
    cells: cells.map((cell, at) => withVisits(cell, `${file}: cells[${at}].visits`)),
    comparisons: comparisons.map(withInfinities),
  };
}

/** What one process cannot bound is null in JSON. */
function withInfinities(comparison: ResultComparison): ResultComparison {
  const endless = UNBOUNDED.filter((name) => comparison[name] === null);
  return { ...comparison, ...Object.fromEntries(endless.map((name) => [name, Number.POSITIVE_INFINITY])) };
}

/** Visits are made of their columns when they are asked for: a history of thousands of runs never asks. */
function withVisits(cell: ResultCell, field: string): ResultCell {
  if (Array.isArray(cell.visits)) return cell;
  const columns = cell.visits as unknown as Columns;
  try {
    requireEven(columns);
  } catch (cause) {
    throw new UsageError(`${field}.${(cause as Error).message}`);
  }
  let visits: ResultCell['visits'] | undefined;
  return Object.defineProperty({ ...cell }, 'visits', {
    enumerable: true,
    get: () => {
      visits ??= visitsOf(columns);
      return visits;
    },
  });
}

function requireUnedited(document: Readonly<Record<string, unknown>>, file: string): void {
  const { checksum, ...rest } = document;
  if (checksum === undefined) return;
  const expected = checksumOf(rest);
  if (checksum === expected) return;
  throw new UsageError(
    `${file}: checksum: got ${checksum}, takes ${expected}: its content has been edited. ` +
      'If that was on purpose, take the field `checksum` out',
  );
}

function checksumOf(document: object): string {
  return createHash('sha256').update(JSON.stringify(document)).digest('hex').slice(0, CHECKSUM_DIGITS);
}
