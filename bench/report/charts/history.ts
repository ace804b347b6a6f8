// History: the medians of each design over the commits that were measured, and where they changed.
import * as Plot from '@observablehq/plot';
import { showNumber } from '../../base/quantities.js';
import type { Choice } from '../choice.js';
import type { DrawnChange, DrawnHistory, DrawnSeries, Report } from '../model.js';
import { intervalWords, unitOf, viewOf } from '../words.js';
import { frame, isLog, type Look, styleOf, VALUES, valueAxis } from './look.js';

/** 95 % of a normal distribution lie within so many standard errors. */
const NORMAL_97_5 = 1.96;

interface Point {
  readonly at: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The series of the choice, by the count of channels: one chart each. */
export function historyCharts({ history }: Report, { group, metric, pageSize, variants }: Choice): DrawnSeries[][] {
  const own = (history?.series ?? []).filter((series) => series.group === group && variants.includes(series.variant));
  const chosen = own.some((series) => series.metric === metric) ? metric : own[0]?.metric;
  const sized = own.some((series) => series.pageSize === pageSize) ? pageSize : own[0]?.pageSize;
  const shown = own.filter((series) => series.metric === chosen && series.pageSize === sized);
  const counts = [...new Set(shown.map(({ channels }) => channels))].sort((x, y) => x - y);
  return counts.map((count) => shown.filter(({ channels }) => channels === count));
}

export function drawHistory({ commits }: DrawnHistory, all: readonly DrawnSeries[], look: Look) {
  const { metric } = all[0]!;
  const { scale } = viewOf(metric);
  const lines = all.map((series) => ({
    series,
    points: pointsOf(series, scale),
    style: styleOf(series.variant, look),
  }));
  const values = lines.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high]));
  const last = Math.max(1, commits.length - 1);
  const step = Math.max(1, Math.ceil(commits.length / Math.max(2, Math.floor(look.width / 150))));
  const log = isLog(look.scale, values);
  return Plot.plot({
    ...frame(look, `${unitOf(metric)} over commits`),
    x: {
      domain: [-0.5, last + 0.5],
      ticks: commits.flatMap((_, at) => (at % step === 0 ? [at] : [])),
      tickFormat: (at: number) => commits[at]?.time.slice(0, 10) ?? '',
      label: 'measured commits',
    },
    // Changes of a few percent are what is looked for: a linear axis need not start at nothing.
    y: log ? valueAxis(unitOf(metric), values, look) : { label: unitOf(metric), grid: true, nice: true },
    marks: [
      ...lines.flatMap(({ series, style: { colour } }) =>
        series.changes.flatMap((change) => [
          Plot.rectX([change], {
            ...{
              x1: (each: DrawnChange) => each.from - 0.5,
              x2: (each: DrawnChange) => Math.max(each.to, each.from) + (each.kind === 'step' ? -0.4 : 0.5),
            },
            ...{ fill: colour, fillOpacity: change.kind === 'step' ? 0.9 : 0.15, ariaHidden: 'true' },
          }),
        ]),
      ),
      ...lines.flatMap(({ series, points, style: { colour, symbol, dash } }) => [
        Plot.ruleX(points, { x: 'at', y1: 'low', y2: 'high', stroke: colour, strokeOpacity: 0.35, ariaHidden: 'true' }),
        Plot.line(points, { x: 'at', y: 'value', stroke: colour, strokeDasharray: dash, ariaHidden: 'true' }),
        Plot.dot(points, {
          ...{ x: 'at', y: 'value', symbol, fill: colour, r: points.length > 60 ? 2 : 4 },
          ...{ className: VALUES, ariaLabel: (point: Point) => pointWords(commits, series, point) },
        }),
      ]),
    ],
  });
}

function pointsOf({ at, medians, errors }: DrawnSeries, scale: number): Point[] {
  return at.map((place, index) => {
    const value = medians[index]! * scale;
    const factor = Math.exp(NORMAL_97_5 * (errors?.[index] ?? 0));
    return { at: place, value, low: value / factor, high: value * factor };
  });
}

function pointWords(commits: DrawnHistory['commits'], series: DrawnSeries, { at, value }: Point): string {
  const { name, time, subject } = commits[at]!;
  const changes = series.changes
    .filter(({ from }) => from === at)
    .map((change) => changeWords(commits, series, change));
  return [
    `${series.variant}, ${series.channels} ch`,
    `${showNumber(value)} ${unitOf(series.metric)}`,
    `${name} of ${time.slice(0, 10)}${subject === '' ? '' : `: ${subject}`}`,
    ...changes,
  ].join('\n');
}

/** Which commits are there, and which of them are drawn. */
export function extentWords({ measured, searched, commits, order }: DrawnHistory): string {
  const drawn =
    commits.length < measured
      ? `${commits.length} of ${measured} measured commits are drawn`
      : `${measured} measured commits`;
  const changes = searched < measured ? `, changes are those of the newest ${searched}` : '';
  return `${drawn}, ${order}${changes}`;
}

/** `mutex, 2 ch: step to x0.91 (0.88 to 0.94), SLOWER, at 0123456789ab (subject)`. */
export function changeWords(
  commits: DrawnHistory['commits'],
  { variant, channels }: DrawnSeries,
  change: DrawnChange,
): string {
  const { kind, verdict, ratio, from, to, note } = change;
  const interval = intervalWords(change);
  const commit = (place: number) =>
    `${commits[place]!.name}${commits[place]!.subject === '' ? '' : ` (${commits[place]!.subject})`}`;
  const where = to === from ? `at ${commit(from)}` : `from ${commit(from)} to ${commit(to)}`;
  const sign = verdict === 'faster' ? '▲ FASTER' : '▼ SLOWER';
  return `${variant}, ${channels} ch: ${kind}, x${ratio.toFixed(3)}${interval && ` (${interval})`}, ${sign} ${where}${note === undefined ? '' : `; ${note}`}`;
}
