// Time against CPU: what a design takes, and what it burns for it. Left and below is better.
import * as Plot from '@observablehq/plot';
import { type Choice, chosenCells } from '../choice.js';
import type { Report, ReportCell } from '../model.js';
import { cellWords, unitOf, valueWords } from '../words.js';
import { frame, type Look, styleOf, VALUES, valueAxis } from './look.js';

const CPU = 'cpuNsPerJob';
/** Latency where it was timed, else the time that a batch takes of the whole. */
const TIMES = ['handoffNs.p99', 'handoffNs.p50', 'nsPerJob'] as const;

export const EFFICIENCY_CAPTION = 'numbers are channels; left and below is better';

interface Point {
  readonly cell: ReportCell;
  readonly cpu: number;
  readonly time: number;
}

/** The cells that the chart draws, and the measure of time that they have. */
export function efficiencyCells(report: Report, choice: Choice): { cells: ReportCell[]; metric: string } | undefined {
  const own = chosenCells(report, choice).filter(({ metrics }) => metrics[CPU] !== undefined);
  const metric = TIMES.find((name) => own.some(({ metrics }) => metrics[name]));
  return metric && { cells: own.filter(({ metrics }) => metrics[metric]), metric };
}

export function drawEfficiency(cells: readonly ReportCell[], metric: string, look: Look) {
  const points = pointsOf(cells, metric);
  return Plot.plot({
    ...frame(look, 'time against CPU'),
    x: valueAxis(
      'CPU us per batch',
      points.map(({ cpu }) => cpu),
      look,
    ),
    y: valueAxis(
      metric === 'nsPerJob' ? 'us per batch' : unitOf(metric),
      points.map(({ time }) => time),
      look,
    ),
    marks: [
      ...look.variants.flatMap((variant) => {
        const own = points.filter(({ cell }) => cell.variant === variant);
        const { colour, symbol } = styleOf(variant, look);
        return [
          Plot.dot(own, {
            ...{ x: 'cpu', y: 'time', symbol, fill: colour, stroke: 'var(--paper)', strokeWidth: 0.75, r: 5.5 },
            ...{ className: VALUES, ariaLabel: (point: Point) => efficiencyWords(point, metric) },
          }),
          Plot.text(own, {
            ...{ x: 'cpu', y: 'time', dx: 8, dy: -8, fill: 'var(--quiet)', fontSize: 10, ariaHidden: 'true' },
            text: ({ cell }: Point) => String(cell.channels),
          }),
        ];
      }),
    ],
  });
}

function pointsOf(cells: readonly ReportCell[], metric: string): Point[] {
  return cells.map((cell) => ({
    cell,
    cpu: cell.metrics[CPU]!.median / 1e3,
    time: cell.metrics[metric]!.median / 1e3,
  }));
}

function efficiencyWords({ cell }: Point, metric: string): string {
  return `${cellWords(cell, metric)}\n${valueWords(CPU, cell.metrics[CPU]!)} CPU us per batch`;
}
