// Small tables of text, and lists of records, in the forms that they can be printed in.
import { boxed } from './boxed-table.js';
import { forCsv, forMarkdown, forTerminal, forTsv } from './escape.js';

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

/** Boxed, for a terminal; all columns but the first are numbers. */
export function gridAsText({ title, head, rows }: Grid): string {
  const table = boxed(head.map(forTerminal));
  for (const row of rows) table.push(row.map(forTerminal));
  return `${forTerminal(title)}\n${table.toString()}`;
}

/** GitHub's table. */
export function gridAsMarkdown({ title, head, rows }: Grid): string {
  const line = (fields: readonly string[]) => `| ${fields.join(' | ')} |`;
  const aligns = head.map((_, at) => (at === 0 ? '---' : '---:'));
  const body = rows.map((row) => line(row.map(forMarkdown)));
  return [`**${forMarkdown(title)}**`, '', line(head.map(forMarkdown)), line(aligns), ...body].join('\n');
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
