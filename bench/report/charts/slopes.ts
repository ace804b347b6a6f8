// Slopes: the time of a design by the dose that was put into it, and the line that was fitted.

import * as Plot from '@observablehq/plot';
import { processes, showNumber } from '../../base/quantities.js';
import type { ResultSlope } from '../../result/document.js';
import type { Report } from '../model.js';
import { unitOf, viewOf } from '../words.js';
import { frame, type Look, styleOf, VALUES } from './look.js';

interface Point {
  readonly slope: ResultSlope;
  readonly dose: number;
  readonly value: number;
}

/** One chart a table and kind of dose. */
export function slopeSets({ slopes }: Report, variants: readonly string[]): ResultSlope[][] {
  const shown = slopes.filter(({ variant }) => variants.includes(variant));
  const keys = [...new Set(shown.map(setOf))];
  return keys.map((key) => shown.filter((slope) => setOf(slope) === key));
}

export function drawSlopes(slopes: readonly ResultSlope[], look: Look) {
  const { metric, kind } = slopes[0]!;
  const { scale } = viewOf(metric);
  const points: Point[] = slopes.flatMap((slope) =>
    slope.doses.map((dose, index) => ({ slope, dose, value: slope.values[index]! * scale })),
  );
  return Plot.plot({
    ...frame(look, `${unitOf(metric)} by dose of ${kind}`),
    x: { label: kind === 'hold' ? 'ns that a write is held' : `${kind}: units on each side`, nice: true, grid: true },
    y: { label: unitOf(metric), nice: true, grid: true },
    marks: slopes.flatMap((slope) => {
      const { colour, symbol, dash } = styleOf(slope.variant, look);
      const ends = [Math.min(...slope.doses), Math.max(...slope.doses)];
      const at = (dose: number, part: 'estimate' | 'low' | 'high') =>
        (slope.intercept.estimate + slope.slope[part] * dose) * scale;
      return [
        Plot.areaY(ends, {
          ...{
            x: (dose: number) => dose,
            y1: (dose: number) => at(dose, 'low'),
            y2: (dose: number) => at(dose, 'high'),
          },
          ...{ fill: colour, fillOpacity: 0.15, ariaHidden: 'true' },
        }),
        Plot.line(ends, {
          ...{ x: (dose: number) => dose, y: (dose: number) => at(dose, 'estimate') },
          ...{ stroke: colour, strokeDasharray: dash, ariaHidden: 'true' },
        }),
        Plot.dot(
          points.filter((point) => point.slope === slope),
          {
            ...{ x: 'dose', y: 'value', symbol, fill: colour, stroke: 'var(--paper)', strokeWidth: 0.75, r: 5 },
            ...{ className: VALUES, ariaLabel: slopeWords },
          },
        ),
      ];
    }),
  });
}

function slopeWords({ slope, dose, value }: Point): string {
  const { estimate, low, high } = slope.slope;
  return [
    slope.variant,
    `${slope.kind} ${dose}: ${showNumber(value)} ${unitOf(slope.metric)}`,
    `a unit costs ${showNumber(estimate)} ns (${showNumber(low)} to ${showNumber(high)})`,
    processes(slope.n),
  ].join('\n');
}

function setOf({ table, kind, metric }: ResultSlope): string {
  return `${table} ${kind} ${metric}`;
}
