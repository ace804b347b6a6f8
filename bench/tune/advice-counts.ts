// The numbers of channels that `tune` measured: a table, and a curve of it.

import { showNumber } from '../base/quantities.js';
import { LEAST_PROCESSES } from '../stats/verdict.js';
import { spread } from '../tables/figures.js';
import { boxed } from '../terminal/boxed-table.js';
import { renderCurve } from '../terminal/curve.js';
import type { Records } from '../terminal/grid.js';
import { wrap } from '../terminal/wrap.js';
import type { Advice } from './advice.js';
import type { CurvePoint, Spread } from './curve-point.js';

/** Below this the table of counts has columns left out. */
export const WIDE = 72;
/** .. and below this the prediction of the closed network. */
const WIDEST = 92;
const APART =
  'Losses compare counts within the same processes; throughputs are medians over the processes each count was in.';
const CURVE_TITLE = 'thousand batches/s over channels; the USL dotted';

const MODELS: readonly (readonly [string, (point: CurvePoint) => number | undefined])[] = [
  ['bound', ({ bound }) => bound],
  ['predicted', ({ predicted }) => predicted],
  ['USL', ({ usl }) => usl],
];

const MARKS: Readonly<Record<CurvePoint['standing'], string>> = {
  equal: 'within 2 %',
  undecided: 'undecided',
  worse: '',
  'breaks-limit': 'too slow',
};
// biome-ignore format: a table
const PLAIN = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' ',
};

export function countsTable({ curve, channels, limit, decision }: Advice, columns: number): string[] {
  const wide = columns >= WIDE;
  const models = columns >= WIDEST ? MODELS : MODELS.filter(([name]) => name !== 'predicted');
  const head = [
    'ch',
    wide ? 'k batches/s' : 'k/s',
    wide ? 'loses to the best' : 'loses',
    ...(limit ? ['p99'] : []),
    ...(wide ? models.map(([name]) => name) : []),
    '',
  ];
  const table = boxed(head, head.map((name) => (name === '' ? 'l' : 'r')).join(''), PLAIN);
  for (const point of curve) {
    const own = [
      `${point.channels}${point.oversubscribed ? '*' : ''}`,
      withSpread(point.jobsPerSecond, 1e-3),
      lossText(point, wide),
    ];
    const predictions = models
      .map(([, of]) => of(point))
      .map((value) => (value === undefined ? '' : showNumber(value / 1e3)));
    const latency = point.latency?.p99Ns === undefined ? (point.latency?.reason ?? '') : time(point.latency.p99Ns);
    table.push([
      ...own,
      ...(limit ? [latency] : []),
      ...(wide ? predictions : []),
      point.channels === channels && decision.form !== 'nothing'
        ? decision.form === 'use'
          ? '<- use'
          : '<- take'
        : MARKS[point.standing],
    ]);
  }
  const note = curve.some(({ oversubscribed }) => oversubscribed)
    ? ['* more threads than CPUs: the scheduler is measured too']
    : [];
  return [
    ...table
      .toString()
      .split('\n')
      .map((line) => line.trimEnd()),
    ...[...note, APART].map((line) => wrap(line, columns)),
  ];
}

/** The table for programs: a record for each count. */
export function countRecords({ curve, variant }: Advice): Records {
  return {
    head: [
      ...['variant', 'channels', 'jobsPerSecond', 'low', 'high', 'loss', 'lossLow', 'lossHigh'],
      ...['p99Ns', 'bound', 'predicted', 'usl', 'standing', 'oversubscribed'],
    ],
    rows: curve.map(({ channels, jobsPerSecond, loss, latency, bound, predicted, usl, standing, oversubscribed }) => [
      ...[variant, channels, jobsPerSecond.median, jobsPerSecond.low, jobsPerSecond.high],
      ...[loss?.loss, loss?.low, loss?.high, latency?.p99Ns, bound, predicted, usl, standing, oversubscribed],
    ]),
  };
}

export function curveOf({ curve }: Advice, columns: number): string[] {
  const measured = curve.map(({ channels, jobsPerSecond: { median, low, high } }) => ({
    channels,
    value: median / 1e3,
    low: low / 1e3,
    high: high / 1e3,
  }));
  const model = curve.flatMap(({ channels, usl }) => (usl === undefined ? [] : [{ channels, value: usl / 1e3 }]));
  const lines = renderCurve([{ points: measured }, { points: model, dotted: true }], CURVE_TITLE, columns);
  return lines.length === 0 ? [] : ['', ...lines];
}

function lossText({ loss, standing }: CurvePoint, wide: boolean): string {
  if (!loss || standing === 'breaks-limit') return '-';
  const percent = (value: number) => (value * 100).toFixed(1);
  const interval = wide && Number.isFinite(loss.low) ? ` (${percent(loss.low)} to ${percent(loss.high)})` : '';
  return `${percent(loss.loss)} %${interval}`;
}

/** Fewer processes have no interval of 95 %: two that are alike by chance would show one of nothing. */
export function withSpread({ median, low, high, rounds }: Spread, scale: number): string {
  const show = (value: number) => showNumber(value * scale);
  const interval = rounds < LEAST_PROCESSES ? '' : spread(median, low, high, show).replace(/^\n(.*)/, ' ($1)');
  return `${show(median)}${interval}`;
}

export function time(ns: number): string {
  return ns >= 1e6 ? `${showNumber(ns / 1e6)} ms` : `${showNumber(ns / 1e3)} us`;
}
