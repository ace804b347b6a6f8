// Charts under the tables of a run (`run --plot`): bars per column, boxes over the processes, a curve over channels.

import { percentOf } from '../base/quantities.js';
import type { MetricName, TableSpec } from '../plan/tables.js';
import { byRound } from '../result/comparisons.js';
import type { Result, ResultCell } from '../result/document.js';
import { shownMetric } from '../result/latency-summary.js';
import { mean } from '../stats/mean.js';
import { renderBars, renderBoxes } from '../terminal/bars.js';
import { renderCurve } from '../terminal/curve.js';
import { type Block, blocksOf } from './comparison-table.js';
import { METRIC_VIEWS } from './metrics.js';

/** Lines of at most `columns` characters, a part for each printed table. */
export function renderPlots(result: Result, tables: readonly TableSpec[], columns: number): string {
  return tables
    .flatMap((spec) => blocksOf(result, spec).flatMap((block) => plotBlock(block, spec, columns)))
    .join('\n');
}

function plotBlock(
  { title, unit, columns: shown, cells }: Block,
  { columns: axis }: TableSpec,
  columns: number,
): string[] {
  const parts = shown.flatMap(({ heading, metric, holds }) => {
    const own = cells.filter((cell) => holds(cell) && shownMetric(cell, metric) !== undefined);
    if (own.length === 0) return [];
    const { scale } = METRIC_VIEWS[metric];
    const bars = own.map((cell) => {
      const { median, low = Number.NaN, high = Number.NaN } = shownMetric(cell, metric)!;
      const half = (high - low) / 2 / median;
      return { label: cell.variant, value: median * scale, ...(half > 0 && { note: `±${percentOf(half)}%` }) };
    });
    const boxes = own.map((cell) => ({
      label: cell.variant,
      values: processValues(cell, metric).map((value) => value * scale),
    }));
    return [
      `${heading}`,
      ...renderBars(bars, columns),
      ...(boxes.every(({ values }) => values.length > 1) ? renderBoxes(boxes, columns) : []),
      '',
    ];
  });
  if (parts.length === 0) return [];
  const curve = axis === 'channels' && shown.length > 1 ? curvesOf(cells, shown[0]!.metric, columns) : [];
  return [title.slice(0, columns), unit.slice(0, columns), '', ...parts, ...curve];
}

/** The two first designs that were measured at several counts: one line is drawn, the other dotted. */
function curvesOf(cells: readonly ResultCell[], metric: MetricName, columns: number): string[] {
  const { scale } = METRIC_VIEWS[metric];
  const series = [...new Set(cells.map(({ variant }) => variant))].flatMap((variant) => {
    const points = cells.flatMap((cell) => {
      const summary = cell.variant === variant ? shownMetric(cell, metric) : undefined;
      return summary ? [{ channels: cell.channels, value: summary.median * scale }] : [];
    });
    return points.length > 1 ? [{ variant, points: points.sort((x, y) => x.channels - y.channels) }] : [];
  });
  const [first, second] = series;
  if (!first) return [];
  const heading = `over channels: ${first.variant}${second ? `, and dotted ${second.variant}` : ''}`;
  const drawn = second
    ? [{ points: first.points }, { points: second.points, dotted: true }]
    : [{ points: first.points }];
  return [...renderCurve(drawn, heading.slice(0, columns), columns), ''];
}

/** One value a process: the mean of its two visits. */
function processValues(cell: ResultCell, metric: MetricName): number[] {
  const values = [...byRound(cell.visits, metric).values()];
  return values.filter((visits) => visits.every((value) => value !== undefined)).map(mean);
}
