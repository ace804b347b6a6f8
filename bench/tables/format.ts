// The form that tables are printed in, the same for all commands: tables for people, also when piped, and TSV on request.
import { badValue } from '../base/usage-error.js';

/** What help says of `--format`. */
export const FORMAT_TAKES = 'table, or tsv for programs; default table';

/** Throws UsageError for another one. */
export function formatOf(asked = 'table'): 'table' | 'tsv' {
  if (asked !== 'table' && asked !== 'tsv') throw badValue('--format', asked, 'table, tsv');
  return asked;
}
