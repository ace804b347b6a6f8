// Plain CSV as runs: a row for each value (`name`, `value`), or a column for each series.
import { didYouMean } from '../base/did-you-mean.js';
import { decimalMarksOf, spreadsheetNumber } from '../base/spreadsheet.js';
import { badValue, UsageError } from '../base/usage-error.js';
import type { ImportedRun } from './imported.js';

/** Columns of a file with a row for each value. */
const KNOWN = ['name', 'value', 'commit', 'time', 'better'] as const;
type Known = (typeof KNOWN)[number];
export type Better = 'lower' | 'higher';
/** By which way is better. */
const METRICS: Readonly<Record<Better, string>> = { lower: 'value', higher: 'score' };

interface Row {
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * Rows of the same commit, or else of the same time, are one run, and their values its processes; a row without either
 * is a run of its own. Throws UsageError that names the file and the line.
 *
 * @param better where the file has no such column
 */
export function importCsv(text: string, file: string, better: Better): ImportedRun[] {
  const [head, ...rows] = rowsOf(text);
  if (!head || rows.length === 0)
    throw new UsageError(`${file}: got no rows, takes a line of headings and rows below it`);
  const columns = columnsOf(head, file);
  const marks = decimalMarksOf(text);
  const runs = new Map<string, { about: Omit<ImportedRun, 'cells'>; cells: Map<string, Map<string, number[]>> }>();
  for (const [at, { line, fields }] of rows.entries()) {
    const where = `${file}, line ${line}`;
    if (fields.length !== head.fields.length)
      throw new UsageError(`${where}: got ${fields.length} fields, takes ${head.fields.length} as in the headings`);
    const field = (known: Known) => fields[columns.known.get(known) ?? -1]?.trim() || undefined;
    const commit = field('commit');
    const time = timeOf(field('time'), where);
    const { cells } = getOrMake(runs, commit ?? time ?? `row ${at}`, () => ({
      about: { tool: 'csv', time, commit, where },
      cells: new Map(),
    }));
    for (const { name, column } of columns.values) {
      const written = fields[column]!.trim();
      if (written === '' && !columns.known.has('value')) continue;
      const value = spreadsheetNumber(written, head.separator === ',' ? undefined : marks, where);
      if (!(value > 0 && Number.isFinite(value)))
        throw badValue(`${where}: ${head.fields[column]}`, written, 'a number above 0');
      const metric = METRICS[betterOf(field('better'), better, where)];
      const cell = getOrMake(cells, field('name') ?? name, () => new Map<string, number[]>());
      getOrMake(cell, metric, () => []).push(value);
    }
  }
  return [...runs.values()].map(({ about, cells }) => ({
    ...about,
    cells: [...cells].map(([name, values]) => ({ name, values: Object.fromEntries(values) })),
  }));
}

function getOrMake<T>(all: Map<string, T>, key: string, make: () => T): T {
  const made = all.get(key) ?? make();
  all.set(key, made);
  return made;
}

function columnsOf({ fields, line }: Row, file: string) {
  const names = fields.map((field) => field.trim());
  const place = (name: string) => names.findIndex((each) => each.toLowerCase() === name);
  const known = new Map(KNOWN.flatMap((name) => (place(name) < 0 ? [] : [[name, place(name)] as const])));
  const others = names.flatMap((name, column) => ([...known.values()].includes(column) ? [] : [{ name, column }]));
  const stem = file.replace(/.*\//, '').replace(/\.\w+$/, '');
  if (known.has('value')) {
    const [stranger] = others;
    if (stranger)
      throw new UsageError(
        `${file}, line ${line}: column "${stranger.name}": takes ${KNOWN.join(', ')}${didYouMean(stranger.name, KNOWN)}`,
      );
    return { known, values: [{ name: stem, column: known.get('value')! }] };
  }
  if (known.has('name'))
    throw new UsageError(
      `${file}, line ${line}: column "name" without "value"${didYouMean(
        'value',
        others.map(({ name }) => name),
      )}`,
    );
  if (others.length === 0)
    throw new UsageError(`${file}, line ${line}: takes a column "value", or a column for each series`);
  const numeric = others.find(({ name }) => name === '' || /^[+-]?[\d.,]+$/.test(name));
  if (numeric)
    throw new UsageError(`${file}, line ${line}: got "${numeric.name}" as a heading: the first line names the columns`);
  return { known, values: others };
}

function betterOf(field: string | undefined, fallback: Better, where: string): Better {
  if (field === undefined) return fallback;
  if (field !== 'lower' && field !== 'higher') throw badValue(`${where}: better`, field, 'lower, higher');
  return field;
}

function timeOf(field: string | undefined, where: string): string | undefined {
  if (field === undefined) return undefined;
  const seconds = /^\d{9,10}$/.test(field) ? Number(field) * 1000 : field;
  const time = new Date(seconds);
  if (Number.isNaN(time.getTime()))
    throw badValue(`${where}: time`, field, 'a time, as in 2026-11-30T10:00:00Z or in seconds since 1970');
  return time.toISOString();
}

/** Fields may be quoted, a quote in them doubled; empty lines and those that begin with # are passed over. */
function rowsOf(text: string): (Row & { readonly separator: string })[] {
  const lines = text.split(/\r?\n/).map((content, at) => ({ content, line: at + 1 }));
  const used = lines.filter(({ content }) => content.trim() !== '' && !content.startsWith('#'));
  const named = /^sep=(.)$/i.exec(used[0]?.content ?? '')?.[1];
  const rows = named === undefined ? used : used.slice(1);
  const bare = (rows[0]?.content ?? '').replaceAll(/"(?:[^"]|"")*"/g, '');
  const separator = named ?? (bare.includes(';') ? ';' : bare.includes('\t') ? '\t' : ',');
  return rows.map(({ content, line }) => ({ line, separator, fields: fieldsOf(content, separator) }));
}

function fieldsOf(line: string, separator: string): string[] {
  const fields = [''];
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const letter = line[at]!;
    const isQuote = letter === '"' && (quoted || fields.at(-1)!.trim() === '');
    if (isQuote && quoted && line[at + 1] === '"') fields.push(`${fields.pop()}${line[++at]}`);
    else if (isQuote) quoted = !quoted;
    else if (letter === separator && !quoted) fields.push('');
    else fields.push(`${fields.pop()}${letter}`);
  }
  return fields;
}
