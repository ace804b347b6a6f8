// The groups of a report: the cells that differ in variant, channels and page size alone, and so share one chart.

import { DEFAULT_TABLES, RIGOROUS_TABLES } from '../plan/tables.js';
import { UPSTREAM_TABLES } from '../plan/upstream-tables.js';
import { groupOf } from '../result/comparisons.js';
import type { ResultCell } from '../result/document.js';
import { SLOPE_TITLES } from './slope-titles.js';

export interface Group {
  /** The table's title, and the axes in which it differs from its neighbours. */
  readonly title: string;
  /** Every axis that its cells share. */
  readonly axes: string;
}

const TITLES: ReadonlyMap<string, string> = new Map([
  ...[...DEFAULT_TABLES, ...RIGOROUS_TABLES, ...UPSTREAM_TABLES].map(({ id, title }) => [id, title] as const),
  ...Object.entries(SLOPE_TITLES),
]);

/** The groups in the order of their first cells, and the group of each cell. */
export function groupsOf(cells: readonly ResultCell[]): { groups: Group[]; indexes: number[] } {
  const fixed = tablesWithOneBatch(cells);
  const keys = cells.map((cell) => groupKey(cell, fixed.has(cell.table)));
  const distinct = [...new Set(keys)];
  const groups = distinct.map((key) => {
    const { table } = cells[keys.indexOf(key)]!;
    const siblings = distinct.filter((other) => cells[keys.indexOf(other)]!.table === table).map(axesIn);
    const own = axesIn(key);
    const shared = own.filter((axis) => siblings.every((axes) => axes.includes(axis)));
    const telling = own.filter((axis) => !shared.includes(axis));
    const title = TITLES.get(table) ?? describe(shared.filter(said));
    return { title: [title, ...telling].join(', '), axes: own.join(' ') };
  });
  return { groups, indexes: keys.map((key) => distinct.indexOf(key)) };
}

/** `throughput over memory, depth 64`: a table that flags described, in words. */
function describe(axes: readonly string[]): string {
  const value = (axis: string) => axes.find((each) => each.startsWith(`${axis}=`))?.slice(axis.length + 1);
  const [workload = 'throughput', transport] = [value('workload'), value('transport')];
  const rest = axes.filter((axis) => !/^(workload|transport)=/.test(axis));
  return [`${workload}${transport === undefined ? '' : ` over ${transport}`}`, ...rest].join(', ');
}

/** Tables where a page size never comes with two sizes of batch: there the batch is no axis of its own. */
function tablesWithOneBatch(cells: readonly ResultCell[]): Set<string> {
  const batches = new Map<string, Map<number, Set<number>>>();
  for (const { table, pageSize, pagesPerBatch } of cells) {
    const sizes = batches.get(table) ?? new Map<number, Set<number>>();
    batches.set(table, sizes.set(pageSize, (sizes.get(pageSize) ?? new Set()).add(pagesPerBatch)));
  }
  return new Set(
    [...batches].filter(([, sizes]) => [...sizes.values()].every(({ size }) => size === 1)).map(([id]) => id),
  );
}

function groupKey(cell: ResultCell, oneBatch: boolean): string {
  const batch = oneBatch ? / pagesPerBatch=\d+/ : /$/;
  return groupOf(cell)
    .replace(/ channels=\d+/, '')
    .replace(/ pageSize=\S+/, '')
    .replace(batch, '');
}

function axesIn(key: string): string[] {
  return key.split(' ').filter((word) => word.includes('='));
}

/** Axes that nearly every run leaves at their defaults say nothing in a title. */
function said(axis: string): boolean {
  return !['requesters=1', 'depth=1', 'codec=none', 'providerWait=park', 'senderWait=park', 'place=spread'].includes(
    axis,
  );
}
