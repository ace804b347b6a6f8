// The bootstrap, for percentiles only: means and ratios have Student's t, which errs less at the n of a run.

import type { Random } from '../../src/random.js';
import { normalTail } from './normal.js';
import { quantileOfSorted, sorted } from './quantile.js';
import { studentQuantile } from './student.js';

export interface BootstrapOptions {
  /** The same seed gives the same interval. */
  readonly random: Random;
  /** Default 0.95. */
  readonly confidence?: number;
  /** Default 2000. */
  readonly resamples?: number;
}

export interface BootstrapInterval {
  /** The statistic of the units as they are. */
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/**
 * A percentile interval for each of several statistics of independent units, from the same resamples: whole processes are drawn with replacement, each with all
 * its samples or its histogram, since samples of one process are not independent. The plain interval is too narrow for
 * few units, so it is taken further out, at the normal tail of sqrt(n / (n - 1)) t in place of the nominal one
 * (the "expanded percentile interval": Hesterberg, "What teachers should know about the bootstrap", 2015).
 *
 * Simulated coverage of 95 %: the median of 6 to 20 processes 95-96 %; the 90th percentile of samples pooled over
 * processes whose levels differ by 20 %, 87 % at 6 processes, 89 % at 8 to 10 and 92 % at 20.
 *
 * @param units at least two, one a process
 * @throws RangeError for fewer than two units, or when a statistic is not finite
 */
export function bootstrapIntervals<Unit>(
  units: readonly Unit[],
  statistics: (resample: readonly Unit[]) => readonly number[],
  { random, confidence = 0.95, resamples = 2000 }: BootstrapOptions,
): BootstrapInterval[] {
  const n = units.length;
  if (n < 2) throw new RangeError(`bootstrap: expected at least two units, got ${n}`);
  const draw = () => units.map(() => units[random.below(n)]);
  const drawn = Array.from({ length: resamples }, () => statistics(draw()));
  const share = normalTail(Math.sqrt(n / (n - 1)) * studentQuantile((1 + confidence) / 2, n - 1));
  return statistics(units).map((estimate, at) => {
    const values = sorted(drawn.map((each) => each[at]!));
    return { estimate, low: quantileOfSorted(values, share), high: quantileOfSorted(values, 1 - share) };
  });
}
