// Fisher's F: whether one variance is larger than another by more than chance.
import { incompleteBeta } from './incomplete-beta.js';

/**
 * The probability that a ratio of two variances of the same population is larger than the given one.
 *
 * @param ratio >= 0; Infinity where the denominator was zero
 * @param above degrees of freedom of the variance in the numerator, > 0
 * @param below those of the denominator, > 0
 * @throws RangeError for a negative ratio or degrees that are not positive
 */
export function fisherTail(ratio: number, above: number, below: number): number {
  if (ratio === Infinity) return 0;
  return incompleteBeta(below / (below + above * ratio), below / 2, above / 2);
}
