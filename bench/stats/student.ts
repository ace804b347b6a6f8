// Student's t: how far the mean of a few values may lie from the truth.
import { incompleteBeta } from './incomplete-beta.js';

/**
 * The probability that t is larger than the given one.
 *
 * @param degrees degrees of freedom, > 0
 * @throws RangeError unless degrees > 0
 */
export function studentTail(t: number, degrees: number): number {
  if (!(degrees > 0)) throw new RangeError(`Student's t: expected degrees of freedom > 0, got ${degrees}`);
  if (t < 0) return 1 - studentTail(-t, degrees);
  if (t === Infinity) return 0;
  const square = t * t;
  const outer = degrees / (degrees + square);
  // Each form where its argument keeps its digits.
  if (outer > 0.5) return (1 - incompleteBeta(square / (degrees + square), 0.5, degrees / 2)) / 2;
  return incompleteBeta(outer, degrees / 2, 0.5) / 2;
}

/**
 * The t below which a share of the distribution lies: `studentQuantile(0.975, 5)` is 2.5706, the half-width of a 95 %
 * interval from 6 values in standard errors. By bisection, to the last digits that the tail gives.
 *
 * @param share in 0..1, both ends excluded
 * @throws RangeError for another share, or unless degrees > 0
 */
export function studentQuantile(share: number, degrees: number): number {
  if (!(share > 0 && share < 1)) throw new RangeError(`Student's t: expected a share inside 0..1, got ${share}`);
  if (share < 0.5) return -studentQuantile(1 - share, degrees);
  const tail = 1 - share;
  let low = 0;
  let high = 1;
  while (studentTail(high, degrees) > tail) {
    low = high;
    high *= 2;
  }
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (studentTail(middle, degrees) > tail) low = middle;
    else high = middle;
  }
}
