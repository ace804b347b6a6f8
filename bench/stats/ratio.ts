// Ratios: intervals made on logarithms, where twice and half are equally far from one.
import { meanInterval } from './mean.js';

/** A ratio with its interval, all three as factors: 1 for no difference. */
export interface RatioInterval {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** The geometric mean of n ratios with Student's t interval on their logarithms. */
export interface MeanRatio extends RatioInterval {
  /** Two-sided, against a true ratio of 1. */
  readonly p: number;
  readonly n: number;
  /** Of the mean logarithm. */
  readonly standardError: number;
}

/**
 * @param logRatios natural logarithms, one a process: they must be independent
 * @throws RangeError as `meanInterval`
 */
export function meanRatio(logRatios: readonly number[]): MeanRatio {
  const { mean, low, high, p, n, standardError } = meanInterval(logRatios);
  return { ratio: Math.exp(mean), low: Math.exp(low), high: Math.exp(high), p, n, standardError };
}
