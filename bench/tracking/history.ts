// Results over commits: the runs of one machine in the order of a branch, and series of them with their changes.

import { UsageError } from '../base/usage-error.js';
import type { LeftOut } from '../result/document.js';
import { type Changes, changePoints, type SeriesPoint } from '../stats/change-points.js';
import type { Store } from '../store/find.js';
import { type Found, findRuns, type RunFile, SHA_DIGITS } from '../store/find.js';
import { type RunSummary, readSummaries, type Summaries } from '../store/summaries.js';
import type { CommitLine, LineCommit } from '../system/commit-line.js';
import { combineRuns } from './series-points.js';

/** A commit that was measured, with all its runs. */
export interface HistoryCommit {
  /** Undefined for a run outside git: it stands for itself. */
  readonly sha: string | undefined;
  readonly time: string;
  readonly subject: string | undefined;
  /** On the line. */
  readonly place: number | undefined;
  /** Commits of the line since the one before that was measured, this one included; undefined where there is no line. */
  readonly distance: number | undefined;
  readonly runs: readonly RunSummary[];
}

/** Runs that are no part of the line, and why. */
interface Aside {
  readonly reason: string;
  readonly runs: readonly RunSummary[];
}

export interface History {
  /** The line, where there is one, is not that of first parents, or the clone lacks older commits. */
  readonly line: { readonly shallow: boolean; readonly besideFirstParents: boolean };
  readonly machineKey: string;
  /** Major version of Node: designs differ by several times from one to the next. */
  readonly node: string;
  readonly keepAwake: boolean;
  /** Place of any commit on the line, measured or not. */
  readonly placeOf: (sha: string) => number | undefined;
  /** Undefined for the order of time: without git, or where no run is of a commit of the line. */
  readonly revision: string | undefined;
  readonly commits: readonly HistoryCommit[];
  /** Older measured commits that were not asked for. */
  readonly older: number;
  readonly aside: readonly Aside[];
  /** More runs of commits that are not on the line. */
  readonly strangers: number;
  readonly leftOut: readonly LeftOut[];
  readonly summaries: Summaries;
}

export interface HistoryOptions {
  readonly store: Store;
  /** The order, by sha, and what it is called; undefined where git knows of none. */
  readonly line: CommitLine | undefined;
  /** Major version; default that of the newest run. */
  readonly node?: string | undefined;
  /** Most commits, from the newest back. */
  readonly last: number;
  /** Older ones that are read as well, each by the first `SHA_DIGITS` of its sha. */
  readonly also?: ReadonlySet<string>;
  /** Told while thousands of files are read for the first time. */
  readonly reading?: (files: number) => void;
}

/** Runs beside the line whose branches are looked up, the newest ones. */
const STRANGERS_READ = 20;

/** Reads what it needs of the store, the newest commits. Throws UsageError where there is nothing to show. */
export function readHistory(options: HistoryOptions): History {
  const found = findRuns(options.store.folder, options.store.machineKey);
  const history = historyAlong(options.line, found, options);
  if (!(history instanceof UsageError)) return history;
  // What lies on the line cannot be used: what is beside it still answers, as it does where nothing lies on the line.
  const inTime = options.line ? historyAlong(undefined, found, options) : history;
  if (inTime instanceof UsageError) throw history;
  return inTime;
}

function historyAlong(line: CommitLine | undefined, found: Found, options: HistoryOptions): History | UsageError {
  const { store, last, also, reading } = options;
  const { groups, strangers, onLine } = byCommit(found.runs, line);
  const beside = strangers.slice(-STRANGERS_READ);
  // More than was asked for where runs of other kinds are among them.
  for (let count = last; ; count *= 4) {
    const older = groups.slice(0, -count);
    const chosen = older.filter(([run]) => also?.has(run!.sha ?? ''));
    const files = [...chosen, ...groups.slice(-count)].flat();
    const summaries = readSummaries(store.folder, [...beside, ...files], reading);
    const unread = older.length - chosen.length;
    const history = historyOf(summaries, { ...options, line: onLine }, unread);
    if (unread > 0 && (history instanceof UsageError || history.commits.length < last)) continue;
    if (history instanceof UsageError)
      return found.runs.length > 0 ? history : nothing(store, found.leftOut.length, []);
    return { ...history, leftOut: [...found.leftOut, ...history.leftOut], strangers: strangers.length - beside.length };
  }
}

/** Files by commit as their names say it, in the order of the line or of time, and those of commits beside the line. */
function byCommit(runs: readonly RunFile[], line: CommitLine | undefined) {
  const places = new Map(
    [...(line?.commits.values() ?? [])].map(({ sha, place }) => [sha.slice(0, SHA_DIGITS), place]),
  );
  const placeOf = ({ sha }: RunFile) => (sha === undefined ? undefined : places.get(sha));
  const onLine = runs.some((run) => placeOf(run) !== undefined) ? line : undefined;
  const groups = new Map<string, RunFile[]>();
  const strangers: RunFile[] = [];
  for (const run of runs) {
    if (onLine && placeOf(run) === undefined) strangers.push(run);
    else groups.set(run.sha ?? run.id, [...(groups.get(run.sha ?? run.id) ?? []), run]);
  }
  const ordered = [...groups.values()];
  if (onLine) ordered.sort((x, y) => placeOf(x[0]!)! - placeOf(y[0]!)!);
  return { groups: ordered, strangers, onLine };
}

/** The history of the runs that were read; a UsageError where none of them can be used. */
function historyOf(summaries: Summaries, { store, line, node, last, also }: HistoryOptions, unread: number) {
  const aside: Aside[] = [];
  const without = (reason: string, runs: readonly RunSummary[], strange: (run: RunSummary) => boolean) => {
    const out = runs.filter(strange);
    if (out.length > 0) aside.push({ reason, runs: out });
    return out.length > 0 ? runs.filter((run) => !strange(run)) : runs;
  };
  let runs = without('made with uncommitted changes', summaries.runs, ({ commit }) => commit?.dirty === true);
  const newest = runs.toSorted((x, y) => (x.startedAt < y.startedAt ? -1 : 1)).at(-1);
  if (!newest) return nothing(store, summaries.leftOut.length, aside);
  const major = node ?? majorOf(newest);
  for (const other of new Set(runs.map(majorOf))) {
    if (other !== major) runs = without(`under Node ${other} (--node ${other})`, runs, (run) => majorOf(run) === other);
  }
  const majors = [...new Set(summaries.runs.map(majorOf))].sort();
  if (runs.length === 0) return new UsageError(`--node: got "${major}", takes ${majors.join(', ')}`);
  const { keepAwake } = runs.at(-1)!;
  runs = without(`${keepAwake ? 'without' : 'with'} --keep-awake`, runs, (run) => run.keepAwake !== keepAwake);
  if (line) {
    const reason = line.shallow
      ? 'of commits that this shallow clone does not have, or that are not on the line'
      : `of commits that are not on the ${line.besideFirstParents ? '' : 'first-parent '}line of ${line.name}`;
    runs = without(reason, runs, ({ commit }) => !commit || !line.commits.has(commit.sha));
  }
  if (runs.length === 0) return nothing(store, summaries.leftOut.length, aside);
  const all = inOrder(runs, line?.commits);
  const commits = all.filter(
    ({ sha }, at) => at >= all.length - last || (sha !== undefined && also?.has(sha.slice(0, SHA_DIGITS))),
  );
  return {
    ...{ machineKey: store.machineKey, node: major, keepAwake, revision: line?.name },
    line: { shallow: line?.shallow === true, besideFirstParents: line?.besideFirstParents === true },
    placeOf: (sha: string) => line?.commits.get(sha)?.place,
    commits,
    older: all.length - commits.length + unread,
    aside,
    leftOut: summaries.leftOut,
    summaries,
  };
}

function inOrder(runs: readonly RunSummary[], line: ReadonlyMap<string, LineCommit> | undefined): HistoryCommit[] {
  const groups = new Map<string, RunSummary[]>();
  for (const run of runs) {
    const key = run.commit?.sha ?? run.id;
    const group = groups.get(key);
    if (group) group.push(run);
    else groups.set(key, [run]);
  }
  const timeOf = ({ commit, startedAt }: RunSummary) => commit?.time ?? startedAt;
  const placed = [...groups.values()].map((own) => {
    const sha = own[0]!.commit?.sha;
    return { sha, time: timeOf(own[0]!), at: sha === undefined ? undefined : line?.get(sha), runs: own };
  });
  placed.sort((x, y) => (x.at && y.at ? x.at.place - y.at.place : x.time < y.time ? -1 : x.time > y.time ? 1 : 0));
  return placed.map(({ sha, time, at, runs }, index) => {
    const before = placed[index - 1]?.at;
    const distance = at && before ? at.place - before.place : undefined;
    return { sha, time, subject: at?.subject, place: at?.place, distance, runs };
  });
}

/** One metric of one cell over the commits that measured it. */
export interface PlainSeries {
  readonly cell: string;
  readonly metric: string;
  /** Index of each point's commit in `History.commits`. */
  readonly at: readonly number[];
  readonly points: readonly SeriesPoint[];
}

export interface Series extends PlainSeries {
  readonly changes: Changes;
}

/** The series of some numbers, each with its changes: certain for all of them together. */
export function seriesOf(history: History, wanted: (cell: string, metric: string) => boolean): Series[] {
  const all = plainSeriesOf(history, wanted);
  return all.map((series) => ({ ...series, changes: changePoints(series.points, all.length) }));
}

/** The same without a search for changes. */
export function plainSeriesOf(history: History, wanted: (cell: string, metric: string) => boolean): PlainSeries[] {
  const { summaries, commits } = history;
  return summaries.keys.flatMap(({ cell, metric }, key) => {
    if (!wanted(cell, metric)) return [];
    const at: number[] = [];
    const points: SeriesPoint[] = [];
    for (const [index, { runs }] of commits.entries()) {
      const point = combineRuns(summaries, runs, key);
      if (!point) continue;
      at.push(index);
      points.push(point);
    }
    return points.length === 0 ? [] : [{ cell, metric, at, points }];
  });
}

function majorOf({ node }: RunSummary): string {
  return /^v?(\d+)/.exec(node)?.[1] ?? node;
}

function nothing({ folder, machineKey }: Store, damaged: number, aside: readonly Aside[]): UsageError {
  const others = [...new Set(findRuns(folder).runs.map((run) => run.machineKey))].filter((key) => key !== machineKey);
  const hints = [
    ...(damaged > 0 ? [`${damaged} files there cannot be used`] : []),
    ...aside.map(({ reason, runs }) => `${runs.length} runs there were ${reason}`),
    ...(others.length > 0 ? [`there are runs of ${others.join(', ')}: --machine KEY takes one`] : []),
  ];
  return new UsageError(`no run of ${machineKey} under ${folder}${hints.length > 0 ? `; ${hints.join('; ')}` : ''}`);
}

/** What takes its time, the first time. */
export function reading(files: number): void {
  process.stderr.write(`${files} result files read, to be kept in the cache\n`);
}
