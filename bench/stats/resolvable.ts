// The smallest difference that a comparison could have found: printed in each row, so that "unclear" says how unclear.
import { SIGNIFICANCE } from './holm.js';
import { studentQuantile } from './student.js';
import { APART, type Bar, decisionMargin } from './verdict.js';

/** The normal value that 80 % lie below: how often the difference should be found. */
const POWER_POINT = 0.8416212335729143;

export interface Resolution {
  /** Of the mean log-ratio. */
  readonly standardError: number;
  /** Processes. */
  readonly n: number;
  /** As a fraction. */
  readonly noiseFloor: number;
  /** Comparisons in the family that Holm adjusts for; this one is taken to be the only true difference among them. */
  readonly familySize: number;
  /** Default `APART`. */
  readonly bar?: Bar;
}

/**
 * The true difference, as a fraction, that the verdict's rule would call faster or slower in 80 % of such runs: the
 * mean log-ratio must be farther out than the decision margin by the half-width of its interval, and than zero by what
 * the adjusted p needs. Simulated, such differences are found in 75-82 % of runs. Infinite for a single process.
 */
export function smallestResolvable({ standardError, n, noiseFloor, familySize, bar = APART }: Resolution): number {
  if (n < 2) return Infinity;
  const beyondMargin = Math.log1p(decisionMargin(noiseFloor, bar)) + standardError * errorsToPass(SIGNIFICANCE, n - 1);
  const beyondChance = standardError * errorsToPass(bar.significance / familySize, n - 1);
  return Math.expm1(Math.max(beyondMargin, beyondChance));
}

/**
 * How many true standard errors from zero a mean must lie for its t to pass the two-sided test in 80 % of samples, by
 * the normal approximation to the noncentral t. Source: Abramowitz and Stegun, 26.7.10.
 */
function errorsToPass(significance: number, degrees: number): number {
  const t = studentQuantile(1 - significance / 2, degrees);
  return t * (1 - 1 / (4 * degrees)) + POWER_POINT * Math.sqrt(1 + (t * t) / (2 * degrees));
}
