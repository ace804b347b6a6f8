// The smallest difference that a comparison could have found: printed in each row, so that "unclear" says how unclear.
import { SIGNIFICANCE } from './holm.js';
import { studentQuantile } from './student.js';
import { decisionMargin } from './verdict.js';

/** How often the difference should be found. */
const POWER = 0.8;

export interface Resolution {
  /** Of the mean log-ratio. */
  readonly standardError: number;
  /** Processes. */
  readonly n: number;
  /** As a fraction. */
  readonly noiseFloor: number;
  /** Comparisons in the family that Holm adjusts for, the worst case of being its smallest p assumed. */
  readonly familySize: number;
}

/**
 * The true difference, as a fraction, that the verdict's rule would call faster or slower in 80 % of such runs. The mean
 * log-ratio must pass whichever lies farther out, the decision margin by the half-width of its interval or zero by the
 * half-width that the adjusted p needs; t's 80 % point of standard errors more makes it pass four times in five.
 * Simulated, such differences are found in 76-81 % of runs. Infinite for a single process.
 */
export function smallestResolvable({ standardError, n, noiseFloor, familySize }: Resolution): number {
  if (n < 2) return Number.POSITIVE_INFINITY;
  const errors = (share: number) => studentQuantile(share, n - 1) * standardError;
  const beyondMargin = Math.log1p(decisionMargin(noiseFloor)) + errors(1 - SIGNIFICANCE / 2);
  const beyondChance = errors(1 - SIGNIFICANCE / 2 / familySize);
  return Math.expm1(Math.max(beyondMargin, beyondChance) + errors(POWER));
}
