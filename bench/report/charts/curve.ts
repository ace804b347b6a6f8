// A measure against channels, or against page sizes where the channels are one: points with intervals, models, and where CPUs run out.
import * as Plot from '@observablehq/plot';
import { showBytes } from '../../base/quantities.js';
import type { Choice } from '../choice.js';
import { chosenCells } from '../choice.js';
import type { Report, ReportCell } from '../model.js';
import { cellWords, unitOf, viewOf } from '../words.js';
import { frame, isLog, type Look, styleOf, VALUES, valueAxis } from './look.js';

interface Point {
  readonly cell: ReportCell;
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
}

/** The cells that the chart draws: those of the page size, or of all sizes where there is one count of channels. */
export function curveCells(report: Report, choice: Choice, metric = choice.metric): ReportCell[] {
  const cells = chosenCells(report, choice).filter((cell) => Object.hasOwn(cell.metrics, metric));
  const own = cells.filter(({ pageSize }) => pageSize === choice.pageSize);
  return new Set(own.map(({ channels }) => channels)).size > 1 ? own : cells;
}

/** Whether the cells run over channels; else over page sizes. */
export function isOverChannels(cells: readonly ReportCell[]): boolean {
  return new Set(cells.map(({ pageSize }) => pageSize)).size <= 1;
}

export function drawCurve(report: Report, choice: Choice, look: Look, metric = choice.metric) {
  const cells = curveCells(report, choice, metric);
  const overChannels = isOverChannels(cells);
  const place = (cell: ReportCell) => (overChannels ? cell.channels : cell.pageSize);
  const { scale } = viewOf(metric);
  const shown = look.variants.filter((name) => cells.some(({ variant }) => variant === name));
  const ticks = [...new Set(cells.map(place))].sort((x, y) => x - y);
  const [start, end] = [(ticks[0] ?? 1) / 1.25, (ticks.at(-1) ?? 1) * 1.25];
  const span = end / start;
  const points: Point[] = cells.map((cell) => {
    const { median, low = median, high = median } = cell.metrics[metric]!;
    // Side by side, so that one does not hide another: 1 % of the axis each.
    const shift = span ** ((shown.indexOf(cell.variant) - (shown.length - 1) / 2) * 0.01);
    return { cell, x: place(cell) * shift, y: median * scale, low: low * scale, high: high * scale };
  });
  const models = report.models.filter(
    (model) =>
      overChannels &&
      model.group === choice.group &&
      model.metric === metric &&
      model.pageSize === cells[0]?.pageSize &&
      shown.includes(model.variant),
  );
  const values = points.flatMap(({ low, high }) => [low, high]);
  const log = isLog(look.scale, values);
  const visible = log ? points.filter(({ y }) => y > 0) : points;
  const over = overChannels ? oversubscribedFrom(cells, ticks) : undefined;
  return Plot.plot({
    ...frame(look, `${unitOf(metric)} against ${overChannels ? 'channels' : 'page size'}`),
    x: {
      type: 'log',
      base: 2,
      domain: [start, end],
      ticks,
      tickFormat: overChannels ? String : showBytes,
      label: overChannels ? 'channels' : 'page size',
    },
    y: valueAxis(unitOf(metric), values, look),
    marks: [
      over === undefined
        ? null
        : Plot.rectX([over], { x1: over, x2: end, fill: 'var(--region)', className: 'region', ariaHidden: 'true' }),
      over === undefined
        ? null
        : Plot.text([over], {
            ...{ x: over, frameAnchor: 'top', textAnchor: 'start', dx: 4, dy: 4 },
            ...{ text: () => 'more threads than CPUs', fill: 'var(--quiet)', fontSize: 11 },
          }),
      ...models.map(({ variant, name, points: line }) =>
        Plot.line(line, {
          ...{ x: '0', y: (point: readonly [number, number]) => point[1] * scale },
          ...{
            stroke: styleOf(variant, look).colour,
            strokeWidth: name === 'USL' ? 5 : 2,
            strokeOpacity: 0.3,
            ariaHidden: 'true',
          },
        }),
      ),
      ...shown.flatMap((variant) => {
        const own = visible.filter(({ cell }) => cell.variant === variant).sort((p, q) => p.x - q.x);
        const { colour, symbol, dash } = styleOf(variant, look);
        return [
          Plot.line(own, { x: 'x', y: 'y', stroke: colour, strokeDasharray: dash, ariaHidden: 'true' }),
          Plot.ruleX(own, {
            x: 'x',
            y1: log ? positive('low') : 'low',
            y2: 'high',
            stroke: colour,
            strokeWidth: 2.5,
            ariaHidden: 'true',
          }),
          Plot.dot(own, {
            ...{ x: 'x', y: 'y', symbol, fill: colour, stroke: 'var(--paper)', strokeWidth: 0.75, r: 5 },
            ...{ className: VALUES, ariaLabel: ({ cell }: Point) => cellWords(cell, metric) },
          }),
        ];
      }),
    ],
  });
}

/** Where the axis enters the counts at which designs with threads of their own have more of them than CPUs. */
function oversubscribedFrom(cells: readonly ReportCell[], ticks: readonly number[]): number | undefined {
  const first = ticks.find((count) =>
    cells.some(({ channels, oversubscribed }) => oversubscribed && channels === count),
  );
  if (first === undefined) return undefined;
  const before = ticks[ticks.indexOf(first) - 1];
  return before === undefined ? first / 1.25 : Math.sqrt(first * before);
}

/** A lower end that a logarithm takes. */
function positive(name: 'low') {
  return (point: Point) => (point[name] > 0 ? point[name] : point.y);
}
