// Slopes: what one unit of a dose costs, fitted in every process, and what it predicts for the design without the dose.

import { rounded } from '../base/rounding.js';
import { showDose } from '../plan/axis-values.js';
import { type MeanInterval, mean } from '../stats/mean.js';
import { median } from '../stats/quantile.js';
import { meanRatio } from '../stats/ratio.js';
import { type DoseResponse, doseResponse } from '../stats/slope.js';
import type { Interval, RatioIntervalJson, ResultCell, ResultSlope } from './document.js';

/** Fits every design that was measured at two doses or more, table by table. */
export function fitSlopes(cells: readonly ResultCell[], metric: string): ResultSlope[] {
  const groups = new Map<string, ResultCell[]>();
  for (const cell of cells) {
    if (cell.dose === undefined || cell.status !== 'measured') continue;
    const key = cell.id.replace(` dose=${showDose(cell.dose)}`, '');
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups].flatMap(([cell, dosed]) => {
    const rounds = [...new Set(dosed.flatMap(({ visits }) => visits.map(({ round }) => round)))];
    const processes = rounds.flatMap((round) => {
      const points = dosed.map((each) => ({ dose: each.dose!.amount, value: valueIn(each, round, metric) }));
      return points.every(({ value }) => value !== undefined) ? [points as { dose: number; value: number }[]] : [];
    });
    if (dosed.length < 2 || processes.length < 2) return [];
    const fitted = doseResponse(processes);
    const { slope, intercept, linearity } = fitted;
    const order = [...dosed].sort((x, y) => x.dose!.amount - y.dose!.amount);
    return [
      {
        cell,
        table: dosed[0]!.table,
        variant: dosed[0]!.variant,
        kind: dosed[0]!.dose!.kind,
        metric,
        doses: order.map(({ dose }) => dose!.amount),
        values: order.map((each) => rounded(mean(rounds.flatMap((round) => valueIn(each, round, metric) ?? [])))),
        slope: shown(slope),
        intercept: shown(intercept),
        linearityP: linearity ? rounded(linearity.p) : null,
        largestDeviation: linearity ? rounded(linearity.largestDeviation) : null,
        n: processes.length,
        predicted: predictWithout(fitted),
      },
    ];
  });
}

/** Median over all turns of a process: as robust as the comparisons are. */
function valueIn({ visits }: ResultCell, round: number, metric: string): number | undefined {
  const values = visits
    .filter((visit) => visit.round === round)
    .flatMap((visit) => visit.turns?.[metric] ?? [visit.values[metric]!]);
  return values.length > 0 ? median(values) : undefined;
}

function predictWithout({ lines }: DoseResponse): RatioIntervalJson | null {
  if (!lines.every(({ slope, intercept }) => intercept > 0 && intercept - slope > 0)) return null;
  const { ratio, low, high } = meanRatio(
    lines.map(({ slope, intercept }) => Math.log((intercept - slope) / intercept)),
  );
  return { ratio, low, high };
}

function shown({ mean, low, high }: MeanInterval): Interval {
  return { estimate: rounded(mean), low: rounded(low), high: rounded(high) };
}
