// A run as text: as its file holds it, and as `--json` prints it.

import { createHash } from 'node:crypto';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { UsageError } from '../base/usage-error.js';
import { axisProperties } from '../plan/axis-fields.js';
import type { Result, ResultCell, ResultComparison } from '../result/document.js';
import { type Columns, columnsOf, countOf, rowsOf } from './columns.js';
import { migrate } from './migrate.js';
import { requireSchema } from './schema.js';

const RESULT_SCHEMA = 'bench/store/result.schema.json';
const CHECKSUM_DIGITS = 16;
/** As small as it gets within half a second. */
const PACKING = 11;
const MOST_VISIT_BYTES = 256 << 20;
/** A long run's visits come in so large pieces: in zlib's own of 16 KB they take half as long again. */
const UNPACKED_AT_ONCE = 256 << 10;
const UNBOUNDED = ['high', 'noiseFloor', 'resolvable'] as const;

/** JSON with a line for each visit and comparison, as `--json` prints it. */
export function stringify(result: unknown): string {
  const text = JSON.stringify(result, null, 1);
  // Innermost objects and arrays go on one line.
  return text.replace(/[[{][^[\]{}]*[\]}]/g, (inner) => inner.replace(/\s*\n\s*/g, ' '));
}

/** The same in a seventh of the space, with a checksum: a file of the store. A line for each column; visits are packed. */
export function storedText(result: Result): string {
  const cells = columnsOf(result.cells.map(({ visits: _visits, ...cell }) => cell));
  const visits = pack(result.cells.map((cell) => columnsOf(cell.visits)));
  const document = { ...result, cells, comparisons: columnsOf(result.comparisons), visits };
  // What is left out by JSON counts for nothing in the checksum either.
  const plain = JSON.parse(JSON.stringify(document)) as object;
  return `${inLines({ ...plain, checksum: checksumOf(plain) }, 2)}\n`;
}

/** JSON with a line for each field, down to so many levels. */
function inLines(value: unknown, levels: number): string {
  if (levels === 0 || typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  const lines = Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}:${inLines(each, levels - 1)}`);
  return `{\n${lines.join(',\n')}\n}`;
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
  const { cells, ...result } = parseDocument(text, file, unpack);
  return {
    ...result,
    cells: cells.map((cell, at) => {
      const visits = rowsIn(cell.visits, 'round', `${file}: cells[${at}].visits`) as ResultCell['visits'];
      return { ...cell, visits };
    }),
  };
}

/** The same, as well checked, in a third less time. */
export function parseWithoutVisits(text: string, file: string): WithoutVisits {
  return parseDocument(text, file, () => []);
}

/** Checked; its visits are as `visitsOfCells` gives them, or as the cells of an older file hold them. */
function parseDocument(text: string, file: string, visitsOfCells: (packed: string, file: string) => unknown[]): Result {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${file}: not a result file, or truncated: ${(cause as Error).message}`);
  }
  const current = migrate(document, file);
  const { checksum: _checksum, visits: packed, ...rest } = current;
  const cells = rowsIn(rest.cells, 'id', `${file}: cells`);
  const visits = typeof packed === 'string' ? visitsOfCells(packed, file) : undefined;
  const whole = {
    ...rest,
    cells: visits && Array.isArray(cells) ? cells.map((cell, at) => ({ ...cell, visits: visits[at] ?? [] })) : cells,
    comparisons: withNulls(rowsIn(rest.comparisons, 'a', `${file}: comparisons`)),
  };
  requireSchema(RESULT_SCHEMA, whole, file, withAxes);
  requireUnedited(document as Readonly<Record<string, unknown>>, file);
  const result = whole as unknown as Result;
  return { ...result, comparisons: result.comparisons.map(withInfinities) };
}

/** What is stored as columns of which `first` has an entry for each row, row by row; anything else as it is. */
export function rowsIn(stored: unknown, first: string, field: string): unknown {
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return stored;
  try {
    return rowsOf(stored as Columns, countOf(stored as Columns, first));
  } catch (cause) {
    throw new UsageError(`${field}.${(cause as Error).message}`);
  }
}

const pack = (visits: readonly Columns[]): string =>
  brotliCompressSync(JSON.stringify(visits), { params: { [constants.BROTLI_PARAM_QUALITY]: PACKING } }).toString(
    'base64',
  );

/** Throws where they are no such bytes. */
export function unpackedBytes(packed: string): Buffer {
  const options = { maxOutputLength: MOST_VISIT_BYTES, chunkSize: UNPACKED_AT_ONCE };
  return brotliDecompressSync(Buffer.from(packed, 'base64'), options);
}

function unpack(packed: string, file: string): unknown[] {
  try {
    const visits: unknown = JSON.parse(unpackedBytes(packed).toString());
    if (Array.isArray(visits)) return visits;
  } catch {}
  throw new UsageError(`${file}: visits: takes a JSON list of at most ${MOST_VISIT_BYTES >> 20} MiB, Brotli, base64`);
}

/** The schema with a property for each axis. */
export function withAxes(schema: object): object {
  const { cell } = (schema as { $defs: { cell: { properties: object } } }).$defs;
  cell.properties = { ...axisProperties(), ...cell.properties };
  return schema;
}

/** A column leaves out what is null. */
function withNulls(comparisons: unknown): unknown {
  if (!Array.isArray(comparisons)) return comparisons;
  const nulls = Object.fromEntries(UNBOUNDED.map((name) => [name, null]));
  return comparisons.map((each: object) => ({ ...nulls, ...each }));
}

/** What one process cannot bound is null in JSON. */
function withInfinities(comparison: ResultComparison): ResultComparison {
  const endless = UNBOUNDED.filter((name) => comparison[name] === null);
  return { ...comparison, ...Object.fromEntries(endless.map((name) => [name, Number.POSITIVE_INFINITY])) };
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
