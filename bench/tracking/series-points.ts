// Several runs of one commit as one point of a series.
import type { SeriesPoint } from '../stats/change-points.js';
import type { RunSummary, Summaries } from '../store/summaries.js';

/**
 * The geometric mean of the runs' medians, each with the weight of its processes. Its error is the larger of what the
 * runs' own errors make and what their spread shows; undefined where no run has this number.
 */
export function combineRuns(summaries: Summaries, runs: readonly RunSummary[], key: number): SeriesPoint | undefined {
  const known: { readonly log: number; readonly weight: number }[] = [];
  let [weights, weighted, ownSquares] = [0, 0, 0];
  // One pass: a history has a point for each commit of each series.
  for (const run of runs) {
    const value = summaries.value(run, key);
    if (value === undefined || !(value > 0)) continue;
    const [log, weight] = [Math.log(value), Math.max(1, run.rounds)];
    weights += weight;
    weighted += log * weight;
    ownSquares += ((summaries.error(run, key) ?? Number.NaN) * weight) ** 2;
    known.push({ log, weight });
  }
  if (known.length === 0) return undefined;
  const centre = weighted / weights;
  const value = Math.exp(centre);
  if (Number.isNaN(ownSquares)) return { value };
  const own = Math.sqrt(ownSquares) / weights;
  if (known.length === 1) return { value, error: own };
  const squares = known.reduce((sum, { log, weight }) => sum + weight * (log - centre) ** 2, 0) / weights;
  return { value, error: Math.max(own, Math.sqrt(squares / (known.length - 1))) };
}
