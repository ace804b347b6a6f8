// Two designs or builds that were measured in runs of their own: no process has seen both.
import { isBimodal } from './bimodal.js';
import type { Comparison } from './comparison.js';
import { mean, squaresAboutMean } from './mean.js';
import { noiseFloor } from './noise-floor.js';
import { median } from './quantile.js';
import { rankSum } from './rank-sum.js';
import { smallestResolvable } from './resolvable.js';
import { studentQuantile, studentTail } from './student.js';
import { LEAST_DIFFERENCE } from './verdict.js';

/**
 * What a machine does between two runs is in no interval, since all processes of a run share it: differences up to this
 * fraction are never called faster or slower.
 */
export const BETWEEN_RUNS = 0.05;

/**
 * Welch's t on the logarithms of the processes' values, with ranks beside it (Hodges-Lehmann's shift and the exact
 * Mann-Whitney p). Source: Welch, "The generalization of 'Student's' problem when several different population
 * variances are involved", 1947.
 *
 * @param a one entry a process, each with its visits in the metric's unit: positive, one at least
 * @param familySize the comparisons that `holm` will adjust together with this one
 * @throws RangeError when a side has no processes
 */
export function compareUnpaired(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
  familySize = 1,
): Comparison {
  const [logsA, logsB] = [a, b].map((side) => side.map((visits) => mean(visits.map(Math.log)))) as [number[], number[]];
  const difference = mean(logsB) - mean(logsA);
  const [errorA, errorB] = [logsA, logsB].map(squaredError) as [number, number];
  const standardError = Math.sqrt(errorA + errorB);
  const degrees = standardError ** 4 / (errorA ** 2 / (logsA.length - 1) + errorB ** 2 / (logsB.length - 1));
  const known = Number.isFinite(standardError) && degrees > 0;
  const half = known ? studentQuantile(0.975, degrees) * standardError : standardError === 0 ? 0 : Infinity;
  const n = Math.min(logsA.length, logsB.length);
  const pairs = Array.from({ length: n }, (_, at) => ({ a: a[at]!, b: b[at]! }));
  const isVisitedTwice = pairs.some((pair) => pair.a.length > 1 || pair.b.length > 1);
  const floor = isVisitedTwice ? Math.max(BETWEEN_RUNS, noiseFloor(pairs)) : BETWEEN_RUNS;
  return {
    ratio: Math.exp(difference),
    low: Math.exp(difference - half),
    high: Math.exp(difference + half),
    p: known
      ? 2 * studentTail(Math.abs(difference) / standardError, degrees)
      : standardError === 0 && difference !== 0
        ? 0
        : 1,
    n,
    standardError,
    ranks: ranksOf(logsA, logsB),
    noiseFloor: floor,
    underNoiseFloor: Math.abs(difference) < Math.log1p(floor),
    resolvable: smallestResolvable({ standardError, n: known ? degrees + 1 : 1, noiseFloor: floor, familySize }),
    bimodal: [logsA, logsB].some((logs) => isBimodal(logs, Math.log1p(LEAST_DIFFERENCE))),
  };
}

/** Of the mean: infinite for a single process. */
function squaredError(logs: readonly number[]): number {
  return logs.length < 2 ? Infinity : squaresAboutMean(logs) / (logs.length - 1) / logs.length;
}

function ranksOf(logsA: readonly number[], logsB: readonly number[]): Comparison['ranks'] {
  const shifts = logsB.flatMap((y) => logsA.map((x) => y - x));
  const ratio = Math.exp(median(shifts));
  // Its interval is not made: it decides nothing, and nothing shows it.
  return {
    ratio,
    low: Math.exp(Math.min(...shifts)),
    high: Math.exp(Math.max(...shifts)),
    confidence: 1,
    p: rankSum(logsA, logsB).p,
  };
}
