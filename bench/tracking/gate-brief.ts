// Cells that pass whatever levels they have: nearly all of hundreds, and where they are only counted no level is looked for.
import type { Thresholds } from '../stats/gate-ladder.js';
import type { ReferenceBounds } from './gate-references.js';
import type { History, HistoryCommit, PlainSeries } from './history.js';

/** True where no commit before was better by more than passes, so that no level of them was, and each has data enough. */
export function passesAnyway(
  { points, at }: PlainSeries,
  { commits }: History,
  { accepted, higher, changed }: ReferenceBounds,
  { processes, relative }: Thresholds,
): boolean {
  const end = points.length - 1;
  const { value } = points[end]!;
  let isJudged = false;
  for (let point = accepted; point <= end; point++) {
    const before = points[point]!.value;
    if ((higher ? before / value : value / before) > 1 + relative) return false;
    if (roundsOf(commits[at[point]!]!) < processes) return false;
    if (point < end && changed[at[point]!]!.length === 0) isJudged = true;
  }
  return isJudged;
}

function roundsOf({ runs }: HistoryCommit): number {
  return runs.reduce((sum, { rounds }) => sum + rounds, 0);
}
