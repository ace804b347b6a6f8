// Latency percentile curves on a log-odds axis: 90 %, 99 % and 99.9 % have equal room, and tails can be read.
import * as Plot from '@observablehq/plot';
import { showNumber } from '../../base/quantities.js';
import { type Choice, chosenCells, PARTS } from '../choice.js';
import type { CurvePoint } from '../curves.js';
import { logOdds } from '../log-odds.js';
import type { Report, ReportCell } from '../model.js';
import { placeWords } from '../words.js';
import { frame, type Look, styleOf, VALUES, valueAxis } from './look.js';

const TICKS = [0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999];

/** The cells that have a curve of the chosen part. */
export function curvedCells(report: Report, choice: Choice): ReportCell[] {
  return chosenCells(report, choice).filter(({ curves }) => curves && Object.hasOwn(curves, choice.part));
}

export function drawPercentiles(report: Report, choice: Choice, look: Look) {
  const cells = curvedCells(report, choice);
  const lines = cells.map((cell) => ({ cell, curve: cell.curves![choice.part]! }));
  const shares = lines.flatMap(({ curve }) => curve.map(([share]) => share));
  const farthest = Math.max(...shares, 0.9);
  const ticks = TICKS.filter((share) => share <= farthest);
  return Plot.plot({
    ...frame(look, `latency against percentile, ${PARTS[choice.part]}`),
    x: {
      domain: [logOdds(0.08), logOdds(farthest) + 0.1],
      ticks: ticks.map(logOdds),
      tickFormat: (_: number, index: number) => shareWords(ticks[index]!),
      label: 'share of hand-offs that took no longer',
      grid: true,
    },
    y: valueAxis(
      `us, ${PARTS[choice.part]}`,
      lines.flatMap(({ curve }) => curve.map(([, ns]) => ns / 1e3)),
      look,
    ),
    marks: lines.flatMap(({ cell, curve }) => {
      const { colour, symbol, dash } = styleOf(cell.variant, look);
      const shown = curve.filter(([share]) => share >= 0.08);
      const place = { x: (point: CurvePoint) => logOdds(point[0]), y: (point: CurvePoint) => point[1] / 1e3 };
      return [
        Plot.line(shown, { ...place, stroke: colour, strokeWidth: 2, strokeDasharray: dash, ariaHidden: 'true' }),
        Plot.dot(readings(shown), {
          ...{ ...place, symbol, fill: colour, stroke: 'var(--paper)', strokeWidth: 0.75, r: 4.5 },
          ...{ className: VALUES, ariaLabel: (point: CurvePoint) => curveWords(cell, point) },
        }),
      ];
    }),
  });
}

/** The points that are marked: the first past each named percentile, and the last. */
export function readings(curve: readonly CurvePoint[]): CurvePoint[] {
  const named = TICKS.flatMap((share) => curve.filter(([at]) => at >= share).slice(0, 1));
  return [...new Set([...named, ...curve.slice(-1)])];
}

function curveWords(cell: ReportCell, [share, ns]: CurvePoint): string {
  return [cell.variant, placeWords(cell), `${shareWords(share)} took ${showNumber(ns / 1e3)} us or less`].join('\n');
}

/** 0.99943 as `99.943 %`: as many digits as say how much is left. */
export function shareWords(share: number): string {
  const digits = Math.max(0, Math.ceil(-Math.log10(1 - share) - 1e-9) - 1);
  return `${Number((share * 100).toFixed(share < 0.9 ? 1 : digits + 1))} %`;
}
