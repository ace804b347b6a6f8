// The rule that turns a comparison into one word.
import { SIGNIFICANCE } from './holm.js';
import type { RatioInterval } from './ratio.js';

export type Verdict = 'faster' | 'slower' | 'same' | 'unclear' | 'too-few';

/** Fewer processes than this decide nothing: it is the fewest in which ranks can give p < 0.05. */
export const LEAST_PROCESSES = 6;
/** Differences up to this fraction are never called faster or slower, however certain: layout alone makes as much. */
export const LEAST_DIFFERENCE = 0.02;
/**
 * The same for designs that stood side by side in each process: copies of one design, compiled apart, do not differ by more.
 * Held against measured copies by `doctor --calibrate`; docs/measuring.md has the outcome.
 */
export const LEAST_SIDE_BY_SIDE = 0.01;
/** The difference that the default run is to find. */
export const TARGET_DIFFERENCE = 0.03;
/** Within this fraction, either way, two designs count as the same. */
export const EQUIVALENCE_MARGIN = 0.05;

/** What a verdict is drawn from: the ratio of b to a over n processes, and what noise alone could show. */
export interface Evidence extends RatioInterval {
  readonly n: number;
  /** As a fraction: 0.03 for 3 %. */
  readonly noiseFloor: number;
}

export interface Rule {
  /** Which direction of the metric is the faster one: 'higher' for jobs per second, 'lower' for nanoseconds. */
  readonly better: 'higher' | 'lower';
  /** Default `EQUIVALENCE_MARGIN`. */
  readonly margin?: number;
  /** Default `LEAST_DIFFERENCE`. */
  readonly least?: number;
  /**
   * The effect that a slope experiment predicts for the same pair; 'same' may rest on it where the direct one cannot.
   */
  readonly slope?: RatioInterval;
}

/** The fraction that an interval must be clear of: the noise floor, and never less than `least`. */
export function decisionMargin(noiseFloor: number, least = LEAST_DIFFERENCE): number {
  return Math.max(noiseFloor, least);
}

/**
 * Whether the ratio's whole interval lies inside 1/(1 + margin) .. 1 + margin. With a 95 % interval this is the two
 * one-sided tests procedure at 2.5 % a side. Source: Schuirmann 1987.
 */
export function isEquivalent({ low, high }: RatioInterval, margin = EQUIVALENCE_MARGIN): boolean {
  return low > 1 / (1 + margin) && high < 1 + margin;
}

/**
 * What b is, compared with a. 'faster' and 'slower' need the p below 0.05 and the whole interval beyond the decision
 * margin; 'same' needs it inside the equivalence margin. A difference that is certain and small, between the two
 * margins, is called by its direction.
 *
 * @param adjustedP the comparison's p after `holm` over its family
 */
export function verdict(evidence: Evidence, adjustedP: number, { better, margin, least, slope }: Rule): Verdict {
  if (evidence.n < LEAST_PROCESSES) return 'too-few';
  const clearOf = 1 + decisionMargin(evidence.noiseFloor, least);
  if (adjustedP < SIGNIFICANCE && evidence.low > clearOf) return better === 'higher' ? 'faster' : 'slower';
  if (adjustedP < SIGNIFICANCE && evidence.high < 1 / clearOf) return better === 'higher' ? 'slower' : 'faster';
  if (isEquivalent(evidence, margin) || (slope && isEquivalent(slope, margin))) return 'same';
  return 'unclear';
}
