// Two designs in the same processes: their ratio with its interval, and what the measurement could have shown at all.
import { isBimodal } from './bimodal.js';
import { mean } from './mean.js';
import { noiseFloor, type Visits } from './noise-floor.js';
import { type MeanRatio, meanRatio, type RatioInterval } from './ratio.js';
import { smallestResolvable } from './resolvable.js';
import { hodgesLehmann, signedRankP } from './signed-rank.js';
import { APART, type Evidence, LEAST_DIFFERENCE } from './verdict.js';

/** The ratio by ranks: Hodges-Lehmann with its exact interval, and the exact signed-rank p. */
interface RankRatio extends RatioInterval {
  /** What the interval really has: ranks come in steps. */
  readonly confidence: number;
  readonly p: number;
}

/** The ratio of b to a: 1.1 where b's values are 10 % higher. Interval and p are Student's t on the log-ratios. */
export interface Comparison extends MeanRatio, Evidence {
  /** The same with fewer assumptions, to be read beside it. */
  readonly ranks: RankRatio;
  /** Whether the ratio is closer to 1 than the noise floor: such a difference prints as `~`. */
  readonly underNoiseFloor: boolean;
  /** The true difference, as a fraction, that would be found in 80 % of such runs. */
  readonly resolvable: number;
  /** Whether the log-ratios fall into two groups, so that one ratio does not describe them. */
  readonly bimodal: boolean;
}

/**
 * Per process the mean log-ratio of b to a over its visits. In the order A B B A a steady drift cancels in it, and at
 * two visits it is their median too.
 *
 * @throws RangeError when a design has fewer than two visits, or a value is not a positive number
 */
export function logRatios(processes: readonly Visits[]): number[] {
  processes.forEach((visits, process) => {
    for (const design of ['a', 'b'] as const) {
      const values = visits[design];
      if (values.length < 2 || !values.every((value) => value > 0 && value < Infinity)) {
        throw new RangeError(
          `process ${process}, design ${design}: expected at least two positive values, got [${values.join(', ')}]`,
        );
      }
    }
  });
  return processes.map(({ a, b }) => mean(b.map(Math.log)) - mean(a.map(Math.log)));
}

/**
 * Compares design b with design a.
 *
 * @param processes one entry a fresh process, each with its visits in the metric's unit
 * @param familySize the comparisons that `holm` will adjust together with this one
 * @param bar what the verdict will be drawn by
 * @throws RangeError when there are no processes, or as `logRatios`
 */
export function compare(processes: readonly Visits[], familySize = 1, bar = APART): Comparison {
  const logs = logRatios(processes);
  const direct = meanRatio(logs);
  const ranked = hodgesLehmann(logs);
  const floor = noiseFloor(processes);
  return {
    ...direct,
    ranks: {
      ratio: Math.exp(ranked.estimate),
      low: Math.exp(ranked.low),
      high: Math.exp(ranked.high),
      confidence: ranked.confidence,
      p: signedRankP(logs),
    },
    noiseFloor: floor,
    underNoiseFloor: Math.abs(Math.log(direct.ratio)) < Math.log1p(floor),
    resolvable: smallestResolvable({ ...direct, noiseFloor: floor, familySize, bar }),
    bimodal: isBimodal(logs, Math.log1p(LEAST_DIFFERENCE)),
  };
}
