// Rows as columns: how files hold cells, comparisons and visits. A name stands once, and not once a row.

/** `null` in a list: the row has no such field. */
type List = readonly unknown[];

/** By field: a list with an entry for each row, texts that repeat, or the columns of a nested record. */
export interface Columns {
  readonly [name: string]: List | Texts | Columns;
}

/** In nested columns: which rows have such a record, if not all. The other lists have entries for these alone. */
const PRESENT = '?';

/** A column of texts that repeat, or of texts whose words do: what there is, and by row the number of the text or of its words. */
interface Texts {
  readonly '=': readonly string[];
  readonly '@': readonly (number | readonly number[] | null)[];
}

type Row = Readonly<Record<string, unknown>>;

/** `[{ round: 0, values: { ns: 5 } }, ..]` becomes `{ round: [0, ..], values: { ns: [5, ..] } }`. */
export function columnsOf(rows: readonly object[]): Columns {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  return Object.fromEntries([...names].map((name) => [name, columnOf(rows.map((row) => (row as Row)[name]))]));
}

function columnOf(values: readonly unknown[]): Columns[string] {
  const present = values.filter((value) => value !== undefined && value !== null);
  if (present.some(isRecord)) {
    const columns = columnsOf(present as object[]);
    if (present.length === values.length) return columns;
    return { [PRESENT]: values.map((value) => (value === undefined || value === null ? 0 : 1)), ...columns };
  }
  const list = values.map((value) => value ?? null);
  return present.length > 0 && present.every((value) => typeof value === 'string')
    ? shortest(list as (string | null)[])
    : list;
}

function shortest(list: readonly (string | null)[]): List | Texts {
  const [texts, words] = [textsOf(list, (text) => [text]), textsOf(list, (text) => text.split(' '))];
  const lengths = [list, texts, words].map((each) => JSON.stringify(each).length);
  return [list, texts, words][lengths.indexOf(Math.min(...lengths))]!;
}

function textsOf(list: readonly (string | null)[], split: (text: string) => readonly string[]): Texts {
  const numbers = new Map<string, number>();
  const numberOf = (part: string) => {
    const number = numbers.get(part) ?? numbers.size;
    numbers.set(part, number);
    return number;
  };
  const at = list.map((text) => {
    if (text === null) return null;
    const parts = split(text).map(numberOf);
    return parts.length === 1 ? parts[0]! : parts;
  });
  return { '=': [...numbers.keys()], '@': at };
}

/**
 * The inverse.
 *
 * @param count how many rows there are
 * @throws RangeError that names a column that is none, or that has another number of entries
 */
export function rowsOf(columns: Columns, count: number, path = ''): Row[] {
  const rows: Record<string, unknown>[] = Array.from({ length: count }, () => ({}));
  for (const [name, column] of Object.entries(columns)) {
    if (name === PRESENT) continue;
    const field = `${path}${name}`;
    if (Array.isArray(column) || isTexts(column)) {
      const list = Array.isArray(column) ? (column as List) : listOf(column as Texts, field);
      requireCount(list, count, field);
      for (const [at, value] of list.entries()) if (value !== null) rows[at]![name] = value;
    } else if (isRecord(column)) {
      const places = presentIn(column as Columns, count, field);
      const nested = rowsOf(column as Columns, places.length, `${field}.`);
      for (const [at, place] of places.entries()) rows[place]![name] = nested[at];
    } else throw new RangeError(`${field}: got ${column}, takes a list`);
  }
  return rows;
}

/** How many rows have all of `field`, which every row has. */
export function countOf(columns: Columns, field: string): number {
  const column = columns[field];
  return Array.isArray(column) ? column.length : isTexts(column) ? column['@'].length : 0;
}

function presentIn(columns: Columns, count: number, field: string): number[] {
  const all = Array.from({ length: count }, (_, at) => at);
  const present = columns[PRESENT];
  if (present === undefined) return all;
  if (!Array.isArray(present)) throw new RangeError(`${field}.${PRESENT}: got ${present}, takes a list`);
  requireCount(present, count, `${field}.${PRESENT}`);
  return all.filter((at) => present[at] === 1);
}

function listOf({ '=': texts, '@': at }: Texts, field: string): List {
  const text = (number: unknown) => {
    if (typeof texts[number as number] === 'string') return texts[number as number]!;
    throw new RangeError(`${field}.@: got ${number}, takes numbers below ${texts.length}`);
  };
  return at.map((each) => (each === null ? null : Array.isArray(each) ? each.map(text).join(' ') : text(each)));
}

function requireCount(list: List, count: number, field: string): void {
  if (list.length !== count) throw new RangeError(`${field}: got ${list.length} entries, takes ${count}`);
}

const isRecord = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

const isTexts = (value: unknown): value is Texts =>
  isRecord(value) && Array.isArray(value['=']) && Array.isArray(value['@']);
