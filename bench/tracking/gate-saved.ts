// A gate over saved runs: the ladder, and a rerun of what is suspect where the build at hand is the candidate's.

import type { Interrupts } from '../base/interrupts.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { measuredIn } from '../store/find.js';
import { storeOf } from '../store/store-flags.js';
import { describeCommit } from '../system/commit.js';
import { type CommitLine, commitLine } from '../system/commit-line.js';
import { git, namesOfCommits } from '../system/git.js';
import { PROJECT } from '../system/project.js';
import { attributesOf, requireSome } from '../tables/projection.js';
import { isImported } from '../tables/shown-metrics.js';
import { readBlessings } from './blessings.js';
import type { Judged } from './gate-against.js';
import type { GateFlags, Judging } from './gate-flags.js';
import { judgeLine } from './gate-line.js';
import type { GateRow } from './gate-row.js';
import type { History } from './history.js';
import { machineChanges, nameOf } from './history-changes.js';

/** The newest run instead of a commit's, in the order of time. */
const LATEST = 'latest';

/** Throws UsageError where the commit has no saved run. */
export async function gateSaved(
  revision: string,
  flags: GateFlags,
  judging: Judging,
  interrupts: Interrupts,
): Promise<Judged> {
  const store = storeOf(flags);
  const isMeasured = measuredIn(store.folder, store.machineKey);
  const isLatest = revision === LATEST;
  const line = isLatest ? undefined : commitLine(revision, isMeasured);
  if (!line && !isLatest)
    throw badValue('gate', revision, `a commit, branch or tag of a checkout of multifd-bench, or ${LATEST}`, [
      LATEST,
      ...namesOfCommits(),
    ]);
  // The line ends at the commit that was named.
  const sha = line && [...line.commits.keys()].at(-1);
  const blessings = readBlessings(store.folder, store.machineKey);
  const release = line && releaseBefore(sha!, line);
  const { history, series, rows: judged } = judgeLine({ store, line, isMeasured, blessings, release, judging });
  if (flags.filter !== undefined && judged.length === 0)
    requireSome(
      flags.filter,
      history.summaries.keys.map(({ cell, metric }) => attributesOf(cell, metric)),
    );
  const shallow = history.line.shallow || line?.shallow ? shallowText(history) : undefined;
  const newest = history.commits.at(-1)!;
  if (sha !== undefined && newest.sha !== sha) {
    const about = { candidate: sha.slice(0, 12), baseline: 'nothing', machineKey: store.machineKey };
    if (shallow) return { ...about, rows: [], warnings: [shallow], inconclusive: true };
    throw new UsageError(
      `gate: no saved run of ${revision} (${sha.slice(0, 12)}) on ${store.machineKey}: \`run\` makes one of what is ` +
        `checked out and committed, \`gate --against REV\` measures without one, \`gate ${LATEST}\` takes the newest`,
    );
  }
  const before = history.commits.at(-2);
  const nameOfBefore = before ? nameOf(before) : 'nothing';
  const about = {
    ...{ candidate: nameOf(newest), baseline: `the level up to ${nameOfBefore}` },
    machineKey: store.machineKey,
    warnings: [
      ...(shallow ? [shallow] : []),
      ...machineText(history),
      ...history.leftOut.map(({ path, reason }) => `${path}: ${reason}`),
      ...newFailures(history, series),
    ],
    // What the clone does not have may be what this commit is judged by.
    ...(shallow ? { inconclusive: true } : {}),
  };
  if (!flags.confirm) return { ...about, rows: judged.map(withoutRerun) };
  // Nothing here can measure what another benchmark did.
  const rows = judged.map((row) => (isImported(row.cell) ? withoutRerun(row) : row));
  if (!rows.some(({ status }) => status === 'suspect')) return { ...about, rows };
  const hindrance = whyNoRerun(newest.sha);
  if (hindrance) return { ...about, rows, warnings: [...about.warnings, `no rerun: ${hindrance}`] };
  // What measures is not loaded by a gate that only reads.
  const { rerun } = await import('./gate-confirm.js');
  return { ...about, rows: await rerun(rows, history, judging, interrupts) };
}

/** What a shallow clone cannot tell, and how to deepen it. */
function shallowText({ aside, strangers, commits }: History): string {
  const without = aside.reduce(
    (sum, { reason, runs }) => sum + (reason.includes('shallow') ? runs.length : 0),
    strangers,
  );
  return (
    `this clone is shallow: ${commits.length} measured commits are in it, ${without} runs are of others, whose order ` +
    'it does not know: git fetch --unshallow, or fetch-depth: 0 in CI'
  );
}

/** What a candidate is not judged by, since it was measured on what counts as another machine. */
function machineText(history: History): string[] {
  const last = machineChanges(history).at(-1);
  if (!last || last.commit === history.commits.at(-1)) return [];
  return [
    `the machine changed at ${nameOf(last.commit)} (${last.what.join('; ')}): losses before it are not held against this commit`,
  ];
}

/** The place of the newest release tag before the commit. */
function releaseBefore(sha: string, { commits }: CommitLine): number | undefined {
  const tag = git('describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*', `${sha}^`);
  const released = tag === undefined ? undefined : git('rev-parse', '--verify', '--quiet', `${tag}^{commit}`);
  return released === undefined ? undefined : commits.get(released)?.place;
}

/** Failed cells of the candidate that no commit before has measured: no row says so. */
function newFailures({ commits }: History, series: readonly { readonly cell: string }[]): string[] {
  const known = new Set(series.map(({ cell }) => cell));
  const failed = commits
    .at(-1)!
    .runs.flatMap(({ unmeasured }) => unmeasured.filter(({ status }) => status === 'failed'));
  return failed.filter(({ cell }) => !known.has(cell)).map(({ cell, reason }) => `${cell} failed: ${reason}`);
}

/** All rungs that were asked for hold. */
function withoutRerun(row: GateRow): GateRow {
  const isMachine = row.rungs.some(({ name }) => name === 'machine');
  return row.status === 'suspect' && !isMachine ? { ...row, status: 'failed' } : row;
}

/** A rerun measures the build that is here: it must be that of the candidate. */
function whyNoRerun(sha: string | undefined): string | undefined {
  if (sha === undefined) return 'the run is of no commit';
  const here = describeCommit(PROJECT);
  if (!here) return 'this build lies in no checkout';
  if (here.sha !== sha) return `this build is of ${here.sha.slice(0, 12)}`;
  return here.dirty ? 'this build has uncommitted changes' : undefined;
}
