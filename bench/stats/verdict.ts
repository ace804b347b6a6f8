// The rule that turns a comparison into one word.
import { SIGNIFICANCE } from './holm.js';
import type { RatioInterval } from './ratio.js';

export type Verdict = 'faster' | 'slower' | 'same' | 'unclear' | 'too-few';

/** Fewer processes than this decide nothing: it is the fewest in which ranks can give p < 0.05. */
export const LEAST_PROCESSES = 6;
/** Differences up to this fraction are never called faster or slower, however certain: layout alone makes as much. */
export const LEAST_DIFFERENCE = 0.02;

/** What a difference has to pass to be called faster or slower. */
export interface Bar {
  /** Differences up to this fraction are never called one. */
  readonly least: number;
  /** The adjusted p has to be below it. */
  readonly significance: number;
  /** Whether the interval has to be clear of the noise floor as well. */
  readonly isFloored: boolean;
}

/** Of what was measured at other moments, in long turns or by whole visits. */
export const APART: Bar = { least: LEAST_DIFFERENCE, significance: SIGNIFICANCE, isFloored: true };
/**
 * Of designs that stood side by side: their turns are milliseconds apart, so that what two visits differ by is in the interval
 * already, and copies of one design, compiled apart, do not differ by 1 %. Held against measured copies by
 * `doctor --calibrate`; docs/measuring.md has the outcome.
 */
export const SIDE_BY_SIDE: Bar = { least: 0.01, significance: 0.02, isFloored: false };

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
  /** Default `APART`. */
  readonly bar?: Bar;
  /**
   * The effect that a slope experiment predicts for the same pair; 'same' may rest on it where the direct one cannot.
   */
  readonly slope?: RatioInterval;
}

/** The fraction that an interval must be clear of. */
export function decisionMargin(noiseFloor: number, { least, isFloored }: Bar = APART): number {
  return isFloored ? Math.max(noiseFloor, least) : least;
}

/**
 * Whether the ratio's whole interval lies inside 1/(1 + margin) .. 1 + margin. With a 95 % interval this is the two
 * one-sided tests procedure at 2.5 % a side. Source: Schuirmann 1987.
 */
export function isEquivalent({ low, high }: RatioInterval, margin = EQUIVALENCE_MARGIN): boolean {
  return low > 1 / (1 + margin) && high < 1 + margin;
}

/**
 * What b is, compared with a. 'faster' and 'slower' need the p below the bar's and the whole interval beyond the decision
 * margin; 'same' needs it inside the equivalence margin. A difference that is certain and small, between the two
 * margins, is called by its direction.
 *
 * @param adjustedP the comparison's p after `holm` over its family
 */
export function verdict(evidence: Evidence, adjustedP: number, { better, margin, bar = APART, slope }: Rule): Verdict {
  if (evidence.n < LEAST_PROCESSES) return 'too-few';
  const clearOf = 1 + decisionMargin(evidence.noiseFloor, bar);
  if (adjustedP < bar.significance && evidence.low > clearOf) return better === 'higher' ? 'faster' : 'slower';
  if (adjustedP < bar.significance && evidence.high < 1 / clearOf) return better === 'higher' ? 'slower' : 'faster';
  if (isEquivalent(evidence, margin) || (slope && isEquivalent(slope, margin))) return 'same';
  return 'unclear';
}
