// A run as text: as its file holds it, and as `--json` prints it.

import { createHash } from 'node:crypto';
import { UsageError } from '../base/usage-error.js';
import { axisProperties } from '../plan/axis-fields.js';
import type { Result, ResultCell, ResultComparison } from '../result/document.js';
import { migrate } from './migrate.js';
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

/** A run without its visits: most of a file, of which a history needs nothing. */
export type WithoutVisits = Omit<Result, 'cells'> & { readonly cells: readonly Omit<ResultCell, 'visits'>[] };

/**
 * The run in the text of a file of this or an older version.
 *
 * @param file what errors name
 * @throws UsageError that names the file and what is wrong with it
 */
export function parseResult(text: string, file: string): Result {
  const { cells, ...result } = parseDocument(text, file);
  return { ...result, cells: cells.map((cell) => ({ ...cell, visits: visitsIn(cell) })) };
}

/** The same, as well checked, in a third less time. */
export function parseWithoutVisits(text: string, file: string): WithoutVisits {
  return parseDocument(text, file);
}

/** Checked; its visits are as the file holds them. */
function parseDocument(text: string, file: string): Result {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${file}: not a result file, or truncated: ${(cause as Error).message}`);
  }
  const current = migrate(document, file);
  requireSchema(RESULT_SCHEMA, current, file, withAxes);
  requireUnedited(current, file);
  const { checksum: _checksum, ...rest } = current;
  const result = rest as unknown as Result;
  for (const [at, { visits }] of result.cells.entries()) requireColumns(visits, `${file}: cells[${at}].visits`);
  return { ...result, comparisons: result.comparisons.map(withInfinities) };
}

/** The schema with a property for each axis. */
export function withAxes(schema: object): object {
  const { cell } = (schema as { $defs: { cell: { properties: object } } }).$defs;
  cell.properties = { ...axisProperties(), ...cell.properties };
  return schema;
}

/** What one process cannot bound is null in JSON. */
function withInfinities(comparison: ResultComparison): ResultComparison {
  const endless = UNBOUNDED.filter((name) => comparison[name] === null);
  return { ...comparison, ...Object.fromEntries(endless.map((name) => [name, Number.POSITIVE_INFINITY])) };
}

/** Older files hold visits one by one. */
function requireColumns(visits: ResultCell['visits'] | Columns, field: string): void {
  if (Array.isArray(visits)) return;
  try {
    requireEven(visits as Columns);
  } catch (cause) {
    throw new UsageError(`${field}.${(cause as Error).message}`);
  }
}

function visitsIn({ visits }: { readonly visits: ResultCell['visits'] | Columns }): ResultCell['visits'] {
  return Array.isArray(visits) ? (visits as ResultCell['visits']) : visitsOf(visits as Columns);
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
