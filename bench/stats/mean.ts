// The mean of a few independent values, with Student's t interval and test.
import { studentQuantile, studentTail } from './student.js';

/** The mean of n values, in their unit. */
export interface MeanInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Two-sided, against a true mean of zero. */
  readonly p: number;
  readonly n: number;
  readonly standardError: number;
}

/** @throws RangeError when there are no values or one is not finite */
export function mean(values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  if (values.length === 0 || !Number.isFinite(sum)) {
    throw new RangeError(`mean: expected finite numbers, at least one, got ${values.length} adding up to ${sum}`);
  }
  return sum / values.length;
}

/** The sum of squared distances from the mean. Errors as `mean`. */
export function squaresAboutMean(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((total, value) => total + (value - centre) ** 2, 0);
}

/**
 * The mean with its t interval. One value says nothing about its spread: its interval is the whole line and its p is 1.
 * Values that are all equal (exact counts) have an interval of no width, and p 0 unless they are zero.
 * Source: Student, "The probable error of a mean", 1908.
 *
 * @param values one a process: they must be independent
 * @param confidence inside 0..1
 * @throws RangeError when there are no values, one is not finite, or confidence is outside
 */
export function meanInterval(values: readonly number[], confidence = 0.95): MeanInterval {
  const n = values.length;
  const centre = mean(values);
  if (n === 1) return { mean: centre, low: -Infinity, high: Infinity, p: 1, n, standardError: Infinity };
  const standardError = Math.sqrt(squaresAboutMean(values) / (n - 1) / n);
  const halfWidth = studentQuantile((1 + confidence) / 2, n - 1) * standardError;
  const p = centre === 0 ? 1 : 2 * studentTail(Math.abs(centre) / standardError, n - 1);
  return { mean: centre, low: centre - halfWidth, high: centre + halfWidth, p, n, standardError };
}
