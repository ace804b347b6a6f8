// A run as records: one for each cell and metric, for programs and spreadsheets.

import { AXES } from '../plan/axes.js';
import { shownAxis } from '../plan/axis-fields.js';
import type { TableSpec } from '../plan/tables.js';
import { groupOf } from '../result/comparisons.js';
import type { Result, ResultCell } from '../result/document.js';
import { shownMetric } from '../result/latency-summary.js';
import type { Records } from '../terminal/grid.js';

type Row = Records['rows'][number];

const HEAD = [
  ...['table', 'variant', ...AXES.map(({ key }) => key), 'metric', 'status'],
  ...['median', 'low', 'high', 'rounds', 'ratio', 'ratioLow', 'ratioHigh', 'verdict', 'reason'],
];

export function runRecords(result: Result, tables: readonly TableSpec[]): Records {
  const rows = tables.flatMap(({ id, metrics }): Row[] =>
    result.cells
      .filter(({ table }) => table === id)
      .flatMap((cell) => [
        ...metrics.map((metric): Row => {
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
  return { head: HEAD, rows };
}

/** The fields that say which cell a row is of, under the names that ids and `export --to csv` use. */
function axesOf(cell: ResultCell): Row {
  return [cell.table, cell.variant, ...AXES.map((axis) => shownAxis(axis, cell) as Row[number])];
}

/** A row a count, where accesses were counted: `provider.batch.atomicLoads`. */
function countRows(cell: ResultCell): Row[] {
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
