// What a gate says of a cell that commits before measured and the candidate has no number of.

import { BASELINE_COMMITS } from './gate-references.js';
import type { Acceptance, GateLimits, GateRow } from './gate-row.js';
import type { History, HistoryCommit, PlainSeries } from './history.js';

/** Broken where it failed, missing where it was skipped, invalid or left out; accepted where that may be. */
export function absentRow(
  { cell, metric, at }: PlainSeries,
  { commits, summaries }: History,
  { mayGo }: GateLimits,
  accepted: Acceptance | undefined,
): GateRow {
  const row = { cell, metric, ratio: undefined, rungs: [], baseline: undefined };
  const candidate = commits.at(-1)!;
  const last = commits[at.at(-1)!]!;
  if (accepted && accepted.place > (last.place ?? -1)) return { ...row, status: 'accepted', reason: accepted.reason };
  if (mayGo) return { ...row, status: 'accepted', reason: 'the config file says that it may go' };
  if (at.at(-1)! < commits.length - 1 - BASELINE_COMMITS) {
    return { ...row, status: 'no-data', reason: `not measured of the last ${BASELINE_COMMITS} commits` };
  }
  const baseline = last.sha;
  const without = whyUnmeasured(candidate, cell);
  if (without) {
    const reason = `${without.status}: ${without.reason}`;
    return { ...row, baseline, status: without.status === 'failed' ? 'broken' : 'missing', reason };
  }
  const key = summaries.keys.findIndex((each) => each.cell === cell && each.metric === metric);
  if (candidate.runs.some((run) => summaries.value(run, key) === 0)) {
    return { ...row, baseline, status: 'broken', reason: 'its value is 0' };
  }
  const reason = 'not among the cells of this commit: measure it, bless the commit, or set mayGo in the config file';
  return { ...row, baseline, status: 'missing', reason };
}

/** Why the newest run of a commit that has the cell has no numbers of it. */
export function whyUnmeasured(
  { runs }: HistoryCommit,
  cell: string,
): HistoryCommit['runs'][number]['unmeasured'][number] | undefined {
  return runs.flatMap(({ unmeasured }) => unmeasured.filter((each) => each.cell === cell)).at(-1);
}
