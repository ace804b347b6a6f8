// Visits as columns: how files hold them. A name stands once, and not once a visit.
import type { ResultCell } from '../result/document.js';

type Visits = ResultCell['visits'];
type Row = Readonly<Record<string, unknown>>;

/** A list with an entry a visit for each number or list of a visit, null where that visit has none. */
export interface Columns {
  readonly [name: string]: readonly unknown[] | Columns;
}

/** `[{ round: 0, values: { ns: 5 } }, ..]` becomes `{ round: [0, ..], values: { ns: [5, ..] } }`. */
export function columnsOf(visits: Visits): Columns {
  return toColumns(visits as unknown as readonly Row[]);
}

/** The inverse, for columns that are even. */
export function visitsOf(columns: Columns): Visits {
  return Array.from({ length: countOf(columns) }, (_, at) => rowAt(columns, at)) as unknown as Visits;
}

/** Throws RangeError that names a column that is none, or whose length is not that of `round`. */
export function requireEven(columns: Columns, count = countOf(columns), path = ''): void {
  for (const [name, column] of Object.entries(columns)) {
    if (typeof column !== 'object' || column === null)
      throw new RangeError(`${path}${name}: got ${column}, takes a list`);
    if (!Array.isArray(column)) requireEven(column as Columns, count, `${path}${name}.`);
    else if (column.length !== count) {
      throw new RangeError(`${path}${name}: got ${column.length} visits, takes ${count} as in round`);
    }
  }
}

/** Without a visit there is no column. */
function countOf({ round }: Columns): number {
  return (round as readonly unknown[] | undefined)?.length ?? 0;
}

function toColumns(rows: readonly Row[]): Columns {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return Object.fromEntries(
    [...names].map((name) => {
      const column = rows.map((row) => row[name] ?? null);
      const isRecord = column.some((value) => typeof value === 'object' && value !== null && !Array.isArray(value));
      return [name, isRecord ? toColumns(column.map((value) => (value ?? {}) as Row)) : column];
    }),
  );
}

function rowAt(columns: Columns, at: number): Row {
  const row: Record<string, unknown> = {};
  for (const [name, column] of Object.entries(columns)) {
    if (!Array.isArray(column)) row[name] = rowAt(column as Columns, at);
    else if (column[at] !== null) row[name] = column[at];
  }
  return row;
}
