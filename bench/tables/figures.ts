// Figures as people read them in every table: ratios, and the intervals beside them.
import { percentOf } from '../base/quantities.js';

/** Above this share of the value the two ends of an interval are shown, which lie at unlike distances from it. */
const WIDE_INTERVAL = 0.5;

interface Interval {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly underNoiseFloor?: boolean;
}

/** `x0.98`, `x61.7`, `x800`; a tenth and less as a fraction, `1/350`, of which `x0.00` would say nothing. */
export function timesText(ratio: number, digits = 2): string {
  if (ratio < 0.1 && ratio > 0) return `1/${(1 / ratio).toFixed(0)}`;
  return `x${ratio.toFixed(ratio >= 100 ? 0 : ratio >= 10 ? 1 : digits)}`;
}

/** ` ±3%`, ` ±0.3%`: half the interval, or its two ends on a line of their own. Empty where there is none. */
export function spread(middle: number, low: number, high: number, show: (value: number) => string): string {
  const share = (high - low) / 2 / middle;
  if (!Number.isFinite(share)) return '';
  return share > WIDE_INTERVAL ? `\n${show(low)} to ${show(high)}` : ` ±${percentOf(share)}%`;
}

/** `x1.02 ±2%`, `~0.99 ±4%` below the noise floor; of fewer than `leastProcesses` without an interval. */
export function ratioText(
  { ratio, low, high, underNoiseFloor, n }: Interval,
  { digits = 2, leastProcesses = 2 } = {},
): string {
  const interval =
    n >= leastProcesses ? spread(ratio, low, high, (value) => timesText(value, digits).replace('x', '')) : '';
  return `${timesText(ratio, digits).replace('x', underNoiseFloor ? '~' : 'x')}${interval}`;
}

/** `x0.998 (0.985 to 1.011)`, `1/350 (1/410 to 1/299)`. */
export function ratioAndInterval({ ratio, low, high, n }: Interval): string {
  const end = (value: number) => timesText(value, 3).replace('x', '');
  return `${timesText(ratio, 3)}${n > 1 ? ` (${end(low)} to ${end(high)})` : ''}`;
}
