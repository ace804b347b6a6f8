// Values in words: what a point of a chart says when it is pointed at, and what the tables say.
import { processes, showBytes, showNumber } from '../base/quantities.js';
import { timesText } from '../tables/figures.js';
import { METRIC_VIEWS } from '../tables/metrics.js';
import { percent } from '../tables/readings.js';
import type { ReportCell, ReportComparison, Value } from './model.js';

const VIEWS: Readonly<Record<string, { readonly title: string; readonly scale: number }>> = METRIC_VIEWS;

/** What a metric is called on an axis, and what its stored values are multiplied by. */
export function viewOf(metric: string): { readonly title: string; readonly scale: number } {
  return Object.hasOwn(VIEWS, metric) ? VIEWS[metric]! : { title: metric, scale: 1 };
}

/** `22.3 (21.8 to 23.2)`, in the unit that the metric is shown in. */
export function valueWords(metric: string, { median, low, high }: Value): string {
  const { scale } = viewOf(metric);
  const interval =
    low === undefined || high === undefined ? '' : ` (${showNumber(low * scale)} to ${showNumber(high * scale)})`;
  return `${showNumber(median * scale)}${interval}`;
}

/** The unit and no more: `MiB/s` of `MiB/s (higher is better)`. */
export function unitOf(metric: string): string {
  return viewOf(metric).title.replace(/ \((higher|lower) is better\)$/, '');
}

/** Whether more of it is better. */
export function isRate(metric: string): boolean {
  return viewOf(metric).title.includes('(higher');
}

export function placeWords({ channels, pageSize }: Pick<ReportCell, 'channels' | 'pageSize'>): string {
  return `${channels} ${channels === 1 ? 'channel' : 'channels'}, pages of ${showBytes(pageSize)}`;
}

/** What one point says, a line a fact. */
export function cellWords(cell: ReportCell, metric: string): string {
  const value = cell.metrics[metric]!;
  return [
    cell.variant,
    placeWords(cell),
    `${valueWords(metric, value)} ${unitOf(metric)}`,
    ...(value.rounds === undefined ? ['all samples together'] : [processes(value.rounds)]),
    ...(cell.oversubscribed ? ['more threads than CPUs'] : []),
    ...(cell.steadiness && cell.steadiness !== 'steady' ? [cell.steadiness] : []),
    ...(cell.longTurns ? ['long turns'] : []),
  ].join('\n');
}

const VERDICTS = {
  faster: '▲ FASTER',
  slower: '▼ SLOWER',
  same: '= SAME',
  unclear: '? UNCLEAR',
  'too-few': '… TOO FEW',
} as const;

/** A verdict with a sign of its own, so that no colour is needed. */
export function verdictWords(verdict: string): string {
  return Object.hasOwn(VERDICTS, verdict) ? VERDICTS[verdict as keyof typeof VERDICTS] : verdict;
}

/** `x0.99`, or `~0.99` under the noise floor. */
export function ratioWords({ ratio, underNoiseFloor }: Pick<ReportComparison, 'ratio' | 'underNoiseFloor'>): string {
  return timesText(ratio).replace('x', underNoiseFloor ? '~' : 'x');
}

/** `0.981 to 1.020`; nothing where there is none. */
export function intervalWords({ low, high }: Pick<ReportComparison, 'low' | 'high'>): string {
  return low === undefined || high === undefined ? '' : `${low.toFixed(3)} to ${high.toFixed(3)}`;
}

export function comparisonWords(comparison: ReportComparison): string {
  const { a, b, metric, p, n, noiseFloor, resolvable, verdict } = comparison;
  const interval = intervalWords(comparison);
  return [
    `${b} against ${a}`,
    placeWords(comparison),
    `${ratioWords(comparison)}${interval && ` (${interval})`} of ${unitOf(metric)}`,
    `${verdictWords(verdict)}, p ${p.toPrecision(2)}, ${processes(n)}`,
    `noise ${percent(noiseFloor, 'unknown')}, detects differences from ${percent(resolvable)}`,
  ].join('\n');
}
