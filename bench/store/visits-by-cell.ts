// The visits of a few cells of a file that was checked before: a file's other lines are not parsed, nor its other visits.
import { type ResultCell, SCHEMA } from '../result/document.js';
import { migrate } from './migrate.js';
import { rowsIn, unpackedBytes } from './stored.js';

/** By the id of a cell; undefined where the run did not measure it. */
export type VisitsOf = (cell: string) => ResultCell['visits'] | undefined;

/** The visits in the text of a file whose content is known to be right: they alone, cell by cell as they are asked for. */
export function visitsByCell(text: string, file: string): VisitsOf {
  const lines = visitLines(text);
  const { cells, visits: packed } = lines ? { visits: lines.visits } : migrate(JSON.parse(text), file);
  const { count, measured } = lines?.places ?? placesOf(cells, file);
  const entryAt = typeof packed === 'string' ? entriesOf(unpackedBytes(packed), count) : undefined;
  return (cell) => {
    const at = measured.get(cell);
    if (at === undefined) return undefined;
    const columns = entryAt ? entryAt(at) : (cells as readonly ResultCell[])[at]!.visits;
    return rowsIn(columns, 'round', `${file}: cells[${at}].visits`) as ResultCell['visits'];
  };
}

/** Where a file has its measured cells, by id. */
interface Places {
  readonly count: number;
  readonly measured: ReadonlyMap<string, number>;
}

/** What says of which cell visits are. */
const NAMED = ['id', 'status'];

/** @param stored columns, of which only those of `NAMED` are looked at, or rows */
function placesOf(stored: unknown, file: string): Places {
  const isRows = typeof stored !== 'object' || stored === null || Array.isArray(stored);
  const named = isRows
    ? stored
    : Object.fromEntries(NAMED.map((name) => [name, (stored as Readonly<Record<string, unknown>>)[name]]));
  const cells = rowsIn(named, 'id', `${file}: cells`) as readonly ResultCell[];
  return {
    count: cells.length,
    measured: new Map(cells.flatMap(({ id, status }, at) => (status === 'measured' ? [[id, at]] : []))),
  };
}

/** Of the file before: runs of one plan have the same cells. */
let known: { readonly named: string; readonly places: Places } | undefined;

/** @param named columns as JSON */
function placesIn(named: string): Places {
  if (known?.named !== named) known = { named, places: placesOf(JSON.parse(named), '') };
  return known.places;
}

/**
 * What is needed by the lines of `storedText`, without the rest of a file, which takes far longer to parse; undefined of a text
 * that has other lines, as one that an editor or an older version wrote.
 */
function visitLines(text: string): { readonly places: Places; readonly visits: unknown } | undefined {
  const from = text.startsWith(`{\n"schema":${SCHEMA},\n`) ? text.indexOf('\n"cells":{\n') : -1;
  const end = text.indexOf('\n}', from);
  if (from < 0 || end < 0) return undefined;
  try {
    const named = `{${NAMED.map((name) => `"${name}":${lineOf(text.slice(from, end), name)}`)}}`;
    return { places: placesIn(named), visits: JSON.parse(lineOf(text.slice(end), 'visits')) };
  } catch {
    return undefined;
  }
}

/** The value of the field that has a line of its own, as JSON. Throws SyntaxError where there is none. */
function lineOf(text: string, name: string): string {
  const start = `\n"${name}":`;
  const from = text.indexOf(start);
  if (from < 0) throw new SyntaxError(`no line ${name}`);
  const end = text.indexOf('\n', from + 1);
  return text.slice(from + start.length, end < 0 ? undefined : end).replace(/,$/, '');
}

/** The entries of a JSON list of so many objects, without spaces, each parsed when it is asked for: a few of thousands. */
function entriesOf(bytes: Buffer, count: number): (at: number) => unknown {
  const starts = [1];
  for (let at = bytes.indexOf('},{'); at >= 0; at = bytes.indexOf('},{', at + 1)) starts.push(at + 2);
  if (starts.length === count) {
    const ends = [...starts.slice(1), bytes.length];
    return (at) => JSON.parse(bytes.toString('utf8', starts[at], ends[at]! - 1));
  }
  // More of them: some lie inside an entry.
  const entries = JSON.parse(bytes.toString()) as readonly unknown[];
  return (at) => entries[at];
}
