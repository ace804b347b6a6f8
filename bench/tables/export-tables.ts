// A run as one long table for other programs, and as Markdown for people.

import { percentOf, processes } from '../base/quantities.js';
import { shownMetrics } from '../result/compare-runs.js';
import { byRound } from '../result/comparisons.js';
import type { Result } from '../result/document.js';
import { shownMetric } from '../result/latency-summary.js';
import { gridAsMarkdown, recordsAsCsv } from '../terminal/grid.js';
import { unitOf } from './export-names.js';
import { attributesOf, type Layout, layOut } from './projection.js';

/** A line for each process of each metric of each cell. */
export function toCsv({ cells, commit, machine, node, run }: Result): string {
  const measured = cells.filter(({ sameAs }) => sameAs === undefined);
  const about = [commit?.sha, commit?.time, commit?.dirty, machine.key, node.version, run.id];
  const all = measured.map((cell) => ({ cell, attributes: attributesOf(cell.id, '') }));
  const axes = [...new Set(all.flatMap(({ attributes }) => [...attributes.keys()]))].filter(
    (name) => name !== 'metric',
  );
  return recordsAsCsv({
    head: [
      'commit',
      'commitTime',
      'dirty',
      'machine',
      'node',
      'run',
      ...axes,
      'status',
      'metric',
      'unit',
      'round',
      'value',
    ],
    rows: all.flatMap(({ cell, attributes }) => {
      const start = [...about, ...axes.map((axis) => attributes.get(axis)), cell.status];
      if (cell.status !== 'measured') return [start];
      return shownMetrics(cell).flatMap((metric) =>
        [...byRound(cell.visits, metric)].flatMap(([round, values]) =>
          values.some((value) => value === undefined)
            ? []
            : [
                [
                  ...start,
                  metric,
                  unitOf(metric),
                  round,
                  values.reduce((sum, value) => sum + value, 0) / values.length,
                ],
              ],
        ),
      );
    }),
  });
}

/** Medians with half their intervals, variants down. */
export function toMarkdown({ cells, commit, machine, node, run }: Result, layout: Layout): string {
  const items = cells.flatMap((cell) =>
    shownMetrics(cell).map((metric) => ({ attributes: attributesOf(cell.id, metric), cell, metric })),
  );
  const grids = layOut(items, layout).map(({ title, rows, columns, at }) => {
    const text = (row: string, column: string) => {
      const item = at(row, column);
      if (!item) return '';
      if (item.cell.status !== 'measured') return item.cell.status;
      const summary = shownMetric(item.cell, item.metric);
      if (!summary) return '';
      const { median, low, high } = summary;
      return `${median}${low === undefined ? '' : ` ±${percentOf((high! - low) / 2 / median)} %`}`;
    };
    const unit = unitOf(items.find((item) => at(rows[0]!, columns[0]!) === item)?.metric ?? '');
    return gridAsMarkdown({
      title: `${title} (${unit})`,
      head: ['', ...columns],
      rows: rows.map((row) => [row, ...columns.map((column) => text(row, column))]),
    });
  });
  const at = commit ? `commit ${commit.sha.slice(0, 12)}${commit.dirty ? ' with changes' : ''}` : 'no commit';
  return [...grids, `${machine.key}, Node ${node.version}, ${at}, ${processes(run.rounds)}, seed ${run.seed}`].join(
    '\n\n',
  );
}
