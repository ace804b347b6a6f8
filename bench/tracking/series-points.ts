// Several runs of one commit as one point of a series.
import type { SeriesPoint } from '../stats/change-points.js';
import type { RunSummary, Summaries } from '../store/summaries.js';

/**
 * The geometric mean of the runs' medians, each with the weight of its processes. Its error is the larger of what the
 * runs' own errors make and what their spread shows; undefined where no run has this number.
 */
export function combineRuns(summaries: Summaries, runs: readonly RunSummary[], key: number): SeriesPoint | undefined {
  let [count, weights, weighted, ownSquares] = [0, 0, 0, 0];
  // A history has a point for each commit of each series: most are of one run, and nothing is allocated for them.
  for (const run of runs) {
    const log = logOf(summaries, run, key);
    if (log === undefined) continue;
    const weight = weightOf(run);
    count++;
    weights += weight;
    weighted += log * weight;
    ownSquares += ((summaries.error(run, key) ?? Number.NaN) * weight) ** 2;
  }
  if (count === 0) return undefined;
  const centre = weighted / weights;
  const value = Math.exp(centre);
  if (Number.isNaN(ownSquares)) return { value };
  const own = Math.sqrt(ownSquares) / weights;
  if (count === 1) return { value, error: own };
  const squares = runs.reduce(
    (sum, run) => sum + weightOf(run) * ((logOf(summaries, run, key) ?? centre) - centre) ** 2,
    0,
  );
  return { value, error: Math.max(own, Math.sqrt(squares / weights / (count - 1))) };
}

function logOf(summaries: Summaries, run: RunSummary, key: number): number | undefined {
  const value = summaries.value(run, key);
  return value === undefined || !(value > 0) ? undefined : Math.log(value);
}

function weightOf({ rounds }: RunSummary): number {
  return Math.max(1, rounds);
}
