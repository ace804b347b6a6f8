// Several runs of one commit as one point of a series.
import type { SeriesPoint } from '../stats/change-points.js';
import type { RunSummary, Summaries } from '../store/summaries.js';

/**
 * The geometric mean of the runs' medians, each with the weight of its processes. Its error is the larger of what the
 * runs' own errors make and what their spread shows; undefined where no run has this number.
 */
export function combineRuns(summaries: Summaries, runs: readonly RunSummary[], key: number): SeriesPoint | undefined {
  const known = runs.flatMap((run) => {
    const value = summaries.value(run, key);
    if (value === undefined || !(value > 0)) return [];
    return [{ log: Math.log(value), error: summaries.error(run, key), weight: Math.max(1, run.rounds) }];
  });
  if (known.length === 0) return undefined;
  const weights = known.reduce((sum, { weight }) => sum + weight, 0);
  const centre = known.reduce((sum, { log, weight }) => sum + log * weight, 0) / weights;
  const value = Math.exp(centre);
  if (known.some(({ error }) => error === undefined)) return { value };
  const own = Math.sqrt(known.reduce((sum, { error, weight }) => sum + (error! * weight) ** 2, 0)) / weights;
  if (known.length === 1) return { value, error: own };
  const squares = known.reduce((sum, { log, weight }) => sum + weight * (log - centre) ** 2, 0) / weights;
  return { value, error: Math.max(own, Math.sqrt(squares / (known.length - 1))) };
}
