// Small tables of text, and lists of records, in the forms that they can be printed in.
import { boxedTable, WIDEST } from './boxed-table.js';
import { forCsv, forMarkdown, forTerminal, forTsv } from './escape.js';
import { wrap } from './wrap.js';

/** A table of text. The fields are escaped here, whatever is in them. */
export interface Grid {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A list of records, one a line: for programs. */
export interface Records {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number | boolean | null | undefined)[])[];
}

/** Boxed, in as many parts as a terminal needs; all columns but the first are numbers. Fields may have several lines. */
export function gridAsText({ title, head, rows }: Grid): string {
  const safe = (field: string) => field.split('\n').map(forTerminal).join('\n');
  const table = boxedTable(
    head.map(safe),
    rows.map((row) => row.map(safe)),
  );
  return `${wrap(forTerminal(title), WIDEST, 2)}\n${table}`;
}

/** GitHub's table. */
export function gridAsMarkdown({ title, head, rows }: Grid): string {
  const line = (fields: readonly string[]) => `| ${fields.join(' | ')} |`;
  const aligns = head.map((_, at) => (at === 0 ? '---' : '---:'));
  const safe = (field: string) => forMarkdown(field.replaceAll('\n', ' '));
  const body = rows.map((row) => line(row.map(safe)));
  return [`**${forMarkdown(title)}**`, '', line(head.map(safe)), line(aligns), ...body].join('\n');
}

/** GitHub's table of records. */
export function recordsAsMarkdown({ head, rows }: Records): string {
  const line = (fields: readonly string[]) => `| ${fields.join(' | ')} |`;
  const aligns = head.map((_, at) => (rows.some((row) => typeof row[at] === 'number') ? '---:' : '---'));
  const body = rows.map((row) => line(head.map((_, at) => forMarkdown(String(row[at] ?? '').replaceAll('\n', ' ')))));
  return [line(head.map(forMarkdown)), line(aligns), ...body].join('\n');
}

export function recordsAsCsv(records: Records): string {
  return lines(records, ',', forCsv);
}

export function recordsAsTsv(records: Records): string {
  return lines(records, '\t', forTsv);
}

/** Numbers are no formulas: only text is escaped. */
function lines({ head, rows }: Records, separator: string, safe: (text: string) => string): string {
  const field = (value: unknown) => (typeof value === 'string' ? safe(value) : String(value ?? ''));
  return [head, ...rows].map((row) => row.map(field).join(separator)).join('\n');
}
