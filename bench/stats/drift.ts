// Slow change: the median slope over all pairs (Theil and Sen), and whether a series rises or falls (Mann and Kendall).
import { normalTail } from './normal.js';
import { median } from './quantile.js';

export interface Trend {
  /** Rising pairs less falling ones. */
  readonly balance: number;
  /** Two-sided, normal with continuity. */
  readonly p: number;
}

/**
 * The Mann-Kendall test of values in order. Ties take their part of the variance. Sources: Mann 1945; Kendall, "Rank
 * correlation methods", 1975 (R package Kendall; the values of scipy's kendalltau against time, continuity aside).
 *
 * @param inflation factor by which neighbours that are alike widen the variance; 1 for independent values
 */
export function mannKendall(values: readonly number[], inflation = 1): Trend {
  const count = values.length;
  let balance = 0;
  for (let from = 0; from < count; from++) {
    for (let to = from + 1; to < count; to++) balance += Math.sign(values[to]! - values[from]!);
  }
  const tied = new Map<number, number>();
  for (const value of values) tied.set(value, (tied.get(value) ?? 0) + 1);
  const ties = [...tied.values()].reduce((sum, size) => sum + size * (size - 1) * (2 * size + 5), 0);
  const variance = ((count * (count - 1) * (2 * count + 5) - ties) / 18) * inflation;
  const distance = Math.max(0, Math.abs(balance) - 1);
  return { balance, p: variance <= 0 ? 1 : Math.min(1, 2 * normalTail(distance / Math.sqrt(variance))) };
}

export interface RobustLine {
  /** Per step of the series. */
  readonly slope: number;
  /** At the first value. */
  readonly intercept: number;
}

/**
 * The line through values in order whose slope is the median of all pairs' slopes, and whose intercept leaves as many
 * values above as below. Source: Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968 (scipy's
 * theilslopes, method 'joint').
 *
 * @param values from two to some hundreds: all pairs are looked at
 */
export function theilSen(values: readonly number[]): RobustLine {
  const count = values.length;
  const slopes = new Float64Array((count * (count - 1)) / 2);
  let pair = 0;
  for (let from = 0; from < count; from++) {
    for (let to = from + 1; to < count; to++) slopes[pair++] = (values[to]! - values[from]!) / (to - from);
  }
  // Ten times as fast as with a comparing function, and there are thousands.
  slopes.sort();
  const slope = (slopes[(pair - 1) >> 1]! + slopes[pair >> 1]!) / 2;
  return { slope, intercept: median(values.map((value, at) => value - slope * at)) };
}
