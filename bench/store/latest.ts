// Which saved run is the latest, for every command that says `latest`: the newest complete one by when it finished.

import type { LeftOut } from '../result/document.js';
import { findRuns, type Store } from './find.js';
import { type RunSummary, readSummaries } from './summaries.js';

export interface Latest {
  /** Complete runs before interrupted ones, those that finished last first. Shards are no runs. */
  readonly runs: readonly RunSummary[];
  readonly leftOut: readonly LeftOut[];
}

/** The runs of a store, the latest first. */
export function latestRuns({ folder, machineKey }: Store): Latest {
  const { runs, leftOut } = readSummaries(folder, findRuns(folder, machineKey).runs);
  const rank = ({ complete, finishedAt }: RunSummary) => `${complete} ${finishedAt}`;
  const ordered = runs.toSorted((x, y) => (rank(x) < rank(y) ? 1 : rank(x) > rank(y) ? -1 : 0));
  return { runs: ordered, leftOut: leftOut.filter(({ reason }) => !reason.startsWith('shard ')) };
}
