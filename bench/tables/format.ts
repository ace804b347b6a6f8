// The form that tables are printed in, the same for all commands: tables for people, also when piped, others on request.
import { type Command, Option } from 'commander';
import { badValue } from '../base/usage-error.js';
import { type Records, recordsAsCsv, recordsAsMarkdown, recordsAsTsv } from '../terminal/grid.js';

const FORMATS = ['table', 'markdown', 'csv', 'tsv'] as const;
export type Format = (typeof FORMATS)[number];

/** What a command prints, in the forms that it has ready. */
export interface Printed {
  /** For a terminal. */
  table(): string;
  /** For programs: a line each. */
  records(): Records;
  /** For a page; the records, unless this is given. */
  markdown?(): string;
}

export function declareFormat(command: Command): Command {
  const how = new Option('--format <how>', 'table, markdown; csv or tsv for programs; default table');
  return command.addOption(how.conflicts('json'));
}

/** Throws UsageError for another one. */
export function formatOf(asked = 'table'): Format {
  const format = FORMATS.find((each) => each === asked);
  if (!format) throw badValue('--format', asked, FORMATS.join(', '));
  return format;
}

/** With a line end. */
export function inFormat(format: Format, { table, records, markdown }: Printed): string {
  if (format === 'table') return `${table()}\n`;
  if (format === 'markdown') return `${markdown ? markdown() : recordsAsMarkdown(records())}\n`;
  return `${format === 'csv' ? recordsAsCsv(records()) : recordsAsTsv(records())}\n`;
}
