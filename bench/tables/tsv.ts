// A run as tab-separated values: one row a cell and metric, for programs and spreadsheets.

import { AXES } from '../plan/axes.js';
import { shownAxis } from '../plan/axis-fields.js';
import type { TableSpec } from '../plan/tables.js';
import { groupOf } from '../result/comparisons.js';
import type { Result, ResultCell } from '../result/document.js';
import { shownMetric } from '../result/latency-summary.js';

const HEAD = [
  ...['table', 'variant', ...AXES.map(({ key }) => key), 'metric', 'status'],
  ...['median', 'low', 'high', 'rounds', 'ratio', 'ratioLow', 'ratioHigh', 'verdict', 'reason'],
];

export function renderTsv(result: Result, tables: readonly TableSpec[]): string {
  const rows = tables.flatMap(({ id, metrics }) =>
    result.cells
      .filter(({ table }) => table === id)
      .flatMap((cell) => [
        ...metrics.map((metric) => {
          const { variant, status, reason } = cell;
          const summary = shownMetric(cell, metric);
          const comparison = result.comparisons.find(
            (each) => each.b === variant && each.cell === groupOf(cell) && each.metric === metric,
          );
          return [
            ...[...axesOf(cell), metric, status],
            ...[summary?.median, summary?.low, summary?.high, summary?.rounds],
            ...[comparison?.ratio, comparison?.low, comparison?.high, comparison?.verdict, reason],
          ];
        }),
        ...countRows(cell),
      ]),
  );
  return [HEAD, ...rows]
    .map((row) => row.map((field) => String(field ?? '').replace(/\s+/g, ' ')).join('\t'))
    .join('\n');
}

/** The fields that say which cell a row is of, under the names that ids and `export --to csv` use. */
function axesOf(cell: ResultCell): unknown[] {
  return [cell.table, cell.variant, ...AXES.map((axis) => shownAxis(axis, cell))];
}

/** A row a count, where accesses were counted: `provider.batch.atomicLoads`. */
function countRows(cell: ResultCell): unknown[][] {
  const { counts } = cell;
  if (!counts) return [];
  return (['provider', 'senders'] as const).flatMap((side) =>
    (['batch', 'sync'] as const).flatMap((per) =>
      Object.entries(counts[side][per]).map(([kind, { median, low, high }]) => [
        ...axesOf(cell),
        ...[`${side}.${per}.${kind}`, 'counted', median, low, high, counts.visits, '', '', '', '', ''],
      ]),
    ),
  );
}
