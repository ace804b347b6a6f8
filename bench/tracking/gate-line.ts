// What a gate reads of a line that may have thousands of measured commits, and what it says of the last of them.
import { SHA_DIGITS, type Store } from '../store/find.js';
import type { CommitLine, LineCommit } from '../system/commit-line.js';
import { isShown } from '../tables/shown-metrics.js';
import type { Blessing } from './blessings.js';
import { judge } from './gate.js';
import type { Judging } from './gate-flags.js';
import { Processes } from './gate-processes.js';
import { BASELINE_COMMITS } from './gate-references.js';
import type { GateRow } from './gate-row.js';
import { type History, type PlainSeries, plainSeriesOf, readHistory, reading } from './history.js';

/** The newest commits, which the level of now and the noise are taken from. */
const NEWEST_COMMITS = 60;
/** Of older ones at most about so many are read, evenly spread: a level that lasted is among them. */
const OLDER_COMMITS = 60;
/** Runs of no commit: all of them, up to this. */
const MOST_IN_TIME = 1000;

export interface LineOptions {
  readonly store: Store;
  /** Undefined for the order of time. */
  readonly line: CommitLine | undefined;
  readonly isMeasured: (sha: string) => boolean;
  readonly blessings: readonly Blessing[];
  /** Place on the line of the last release before the candidate. */
  readonly release: number | undefined;
  readonly judging: Judging;
}

export interface JudgedLine {
  readonly history: History;
  readonly series: readonly PlainSeries[];
  readonly rows: readonly GateRow[];
}

/** The rows of the line's last measured commit. Where a loss began between two commits that were read, what lies between is read too. */
export function judgeLine(options: LineOptions): JudgedLine {
  const processes = new Processes(options.store.folder);
  const judged = judgeWith(processes, options);
  processes.save();
  return judged;
}

function judgeWith(processes: Processes, options: LineOptions): JudgedLine {
  if (!options.line) return judgeThese(options, processes, [], MOST_IN_TIME);
  const measured = [...options.line.commits.values()].filter(({ sha }) => options.isMeasured(sha));
  const chosen = olderCommits(measured, options);
  const first = judgeThese(options, processes, chosen);
  const between = first.rows.flatMap((row) => unreadBetween(row, measured, first.history));
  return between.length === 0 ? first : judgeThese(options, processes, [...chosen, ...between]);
}

function judgeThese(
  { store, line, blessings, release, judging }: LineOptions,
  processes: Processes,
  older: readonly LineCommit[],
  last = NEWEST_COMMITS,
): JudgedLine {
  const also = new Set(older.map(({ sha }) => sha.slice(0, SHA_DIGITS)));
  const history = readHistory({ store, line, last, also, reading });
  const { thresholds, holds, wanted, brief } = judging;
  const series = plainSeriesOf(history, (cell, metric) => isShown(cell, metric) && wanted(cell, metric));
  return { history, series, rows: judge({ history, series, processes, blessings, release, thresholds, holds, brief }) };
}

/** The first commits of all and of each level that was accepted, and of the others every second, fourth, eighth.. one. */
function olderCommits(measured: readonly LineCommit[], { line, blessings, release }: LineOptions): LineCommit[] {
  const older = measured.slice(0, -NEWEST_COMMITS);
  let stride = 1;
  while (older.length / stride > OLDER_COMMITS) stride *= 2;
  const accepted = [...newestByFilter(blessings, line).values(), release ?? 0];
  const isFirst = (at: number) =>
    accepted.some((place) => older[at]!.place >= place && (older[at - BASELINE_COMMITS]?.place ?? -1) < place);
  return older.filter((_, at) => at % stride === 0 || at < BASELINE_COMMITS || isFirst(at));
}

/** The place of the last blessing of each filter: the others are of no account any more. */
function newestByFilter(blessings: readonly Blessing[], line: CommitLine | undefined): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const { commit, filter = '' } of blessings) {
    const place = line?.commits.get(commit)?.place;
    if (place !== undefined) newest.set(filter, Math.max(place, newest.get(filter) ?? 0));
  }
  return newest;
}

function unreadBetween(
  { since, baseline }: GateRow,
  measured: readonly LineCommit[],
  { commits }: History,
): LineCommit[] {
  if (since?.kind !== 'step') return [];
  const at = (sha: string | undefined) => measured.findIndex((commit) => commit.sha === sha);
  const read = new Set(commits.map(({ sha }) => sha));
  return measured.slice(at(baseline) + 1, Math.max(0, at(since.commit))).filter(({ sha }) => !read.has(sha));
}
