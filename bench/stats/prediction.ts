// One more value beside some: whether it is likely to be of the same kind.
import { mean, squaresAboutMean } from './mean.js';
import { median } from './quantile.js';
import { usualSpread } from './spread.js';
import { studentTail } from './student.js';

/** A value farther from the median than this, in usual spreads, counts as if it were as far: one spike hides no step. */
const CLIP = 4;

/**
 * The two-sided p of a value that is drawn from the normal distribution of the others: Student's t of its distance to
 * their mean, widened by what that mean may be off. Source: Hahn and Meeker, "Statistical intervals", 1991, section 4.7.
 *
 * @param values two or more
 */
export function predictionP(values: readonly number[], value: number): number {
  const degrees = values.length - 1;
  const centre = median(values);
  const most = CLIP * usualSpread(values.map((each) => each - centre));
  const clipped = values.map((each) => Math.min(centre + most, Math.max(centre - most, each)));
  const distance = Math.abs(value - mean(clipped));
  const spread = Math.sqrt((squaresAboutMean(clipped) / degrees) * (1 + 1 / values.length));
  if (spread === 0) return distance === 0 ? 1 : 0;
  return 2 * studentTail(distance / spread, degrees);
}
