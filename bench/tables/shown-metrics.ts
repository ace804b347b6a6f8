// Which numbers of a cell are looked at when none are asked for.
import { RIGOROUS_TABLES } from '../plan/tables.js';
import { UPSTREAM_TABLES } from '../plan/upstream-tables.js';

/** The table of what other benchmarks measured: all their metrics are shown. */
export const IMPORTED = 'imported';

export function isImported(cell: string): boolean {
  return cell.startsWith(`${IMPORTED} `);
}

/** What a table shows of its cells; of those of no default table the speed. */
export function isShown(cell: string, metric: string): boolean {
  if (isImported(cell)) return true;
  const table = [...RIGOROUS_TABLES, ...UPSTREAM_TABLES].find(({ id }) => id === cell.slice(0, cell.indexOf(' ')));
  return table ? (table.metrics as readonly string[]).includes(metric) : metric === 'jobsPerSecond';
}
