// A cell from its id, as `run --dry-run` and result files show it: `hand-off mutex workload=throughput channels=2 ..`.
import { CELL_DEFAULTS, type Cell } from '../../src/session/cell.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { AXES, axes, defaultBatchPages } from './axes.js';
import { type Axis, parseAxis } from './axis.js';

const byKey = new Map<string, Axis>(AXES.map((axis) => [axis.key, axis]));

/** What an id leaves out has its default. Throws UsageError that names what is no part of an id. */
export function parseCellId(id: string): Cell {
  const words = id.trim().split(/\s+/);
  const names = words.filter((word) => !word.includes('='));
  const variant = names.at(-1);
  // The table comes first, and says nothing about the cell.
  if (!variant || names.length > 2) {
    throw badValue('CELL', id, 'an id as `run --dry-run` prints it: [table] variant axis=value ..');
  }
  const given: Record<string, unknown> = {};
  for (const word of words.filter((each) => each.includes('='))) {
    const [key, value] = [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)];
    const axis = byKey.get(key);
    if (!axis) throw badValue('CELL', word, `axis=value, of the axes ${[...byKey.keys()].join(', ')}`);
    const values = parseAxis({ ...axis, flag: `CELL, ${key}` }, value);
    if (values.length !== 1) throw new UsageError(`CELL: got "${word}", takes one value here`);
    given[key] = values[0];
  }
  const channels = axes.channels.fallback[1]!;
  const fallback = { workload: axes.workload.fallback[0]!, transport: axes.transport.fallback[0]!, channels };
  const cell = { ...CELL_DEFAULTS, ...fallback, ...given, variant } as Omit<Cell, 'pagesPerBatch'> & Partial<Cell>;
  return { ...cell, pagesPerBatch: cell.pagesPerBatch ?? defaultBatchPages(cell.pageSize) };
}
