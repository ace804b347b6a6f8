// The history of a report's cells: few enough points to draw, every change among the newest commits.

import { rounded } from '../base/rounding.js';
import { UsageError } from '../base/usage-error.js';
import type { Result } from '../result/document.js';
import type { CommitLine } from '../system/commit-line.js';
import { attributesOf, parseFilter } from '../tables/projection.js';
import type { Blessing } from '../tracking/blessings.js';
import { type History, type HistoryCommit, readHistory, seriesOf } from '../tracking/history.js';
import { changesOf, type HistoryChange } from '../tracking/history-changes.js';
import { combineRuns } from '../tracking/series-points.js';
import type { DrawnChange, DrawnHistory, DrawnSeries, Report, ReportCell } from './model.js';
import { printable } from './printable.js';

export interface HistorySource {
  readonly folder: string;
  readonly line: CommitLine | undefined;
  readonly blessings: readonly Blessing[];
}

/** Changes are looked for among so many commits: it takes a second, and older ones have been seen. */
const SEARCHED = 1000;
/** Points of all series together: some 200 KiB. */
const MOST_POINTS = 12_000;
/** Commits that are drawn: no more can be told apart in a chart, and with fewer it says nothing. */
const [LEAST_COMMITS, MOST_COMMITS] = [60, 300];

/** Of the machine and Node of the run; undefined where the store has no run of them. */
export function historyOf(result: Result, report: Report, source: HistorySource): DrawnHistory | undefined {
  const wanted = wantedOf(result, report);
  const read = allOf(result, source);
  if (!read || wanted.size === 0) return undefined;
  const newest: History = { ...read, commits: read.commits.slice(-SEARCHED) };
  const series = seriesOf(newest, (cell, metric) => wanted.has(`${cell} ${metric}`));
  const holds = (filter: string, cell: string, metric: string) => parseFilter(filter)(attributesOf(cell, metric));
  const changes = changesOf(newest, series, source.blessings, holds);
  const room = Math.min(MOST_COMMITS, Math.max(LEAST_COMMITS, Math.floor(MOST_POINTS / wanted.size)));
  const commits = thinned(read.commits, changes, room);
  const places = new Map(commits.map((commit, place) => [commit, place]));
  const own = read.summaries.keys.flatMap((key, number): DrawnSeries[] => {
    const cell = wanted.get(`${key.cell} ${key.metric}`);
    if (!cell) return [];
    const points = commits.flatMap((commit, at) => {
      const point = combineRuns(read.summaries, commit.runs, number);
      return point ? [{ at, ...point }] : [];
    });
    if (points.length === 0) return [];
    const { group, variant, channels, pageSize } = cell;
    const errors = points.map(({ error }) => error);
    return [
      {
        ...{ group, variant, channels, pageSize, metric: key.metric },
        at: points.map(({ at }) => at),
        medians: points.map(({ value }) => rounded(value)),
        ...(errors.every((error) => error !== undefined)
          ? { errors: errors.map((error) => Number(error!.toPrecision(2))) }
          : {}),
        changes: changes
          .filter((change) => change.cell === key.cell && change.metric === key.metric)
          .map((change) => drawn(change, places)),
      },
    ];
  });
  return printable({
    order: read.revision === undefined ? 'in the order of time' : `along ${read.revision}`,
    measured: read.commits.length,
    searched: newest.commits.length,
    commits: commits.map(({ sha, time, subject }) => ({
      name: sha?.slice(0, 12) ?? 'no commit',
      time,
      subject: subject ?? '',
    })),
    series: own,
  });
}

/** What tables compare, of every design. */
function wantedOf(result: Result, report: Report): Map<string, ReportCell> {
  const wanted = new Map<string, ReportCell>();
  for (const [index, cell] of report.cells.entries()) {
    const { id, sameAs } = result.cells[index]!;
    if (sameAs !== undefined) continue;
    for (const { group, metric } of report.comparisons) {
      if (group === cell.group && Object.hasOwn(cell.metrics, metric)) wanted.set(`${id} ${metric}`, cell);
    }
  }
  return wanted;
}

function allOf({ machine, node }: Result, { folder, line }: HistorySource): History | undefined {
  const store = { folder, machineKey: machine.key };
  const major = /^v?(\d+)/.exec(node.version)?.[1];
  try {
    return readHistory({ store, line, node: major, last: Number.POSITIVE_INFINITY });
  } catch (cause) {
    // A run of another machine, or one that was never saved here.
    if (cause instanceof UsageError) return undefined;
    throw cause;
  }
}

/** Evenly spread commits, the first and the last, and those at which something changed. */
export function thinned<C>(
  commits: readonly C[],
  changes: readonly { readonly commit: C; readonly until?: C }[],
  most: number,
): C[] {
  if (commits.length <= most) return [...commits];
  const changed = new Set(changes.flatMap(({ commit, until }) => [commit, until ?? commit]));
  const step = (commits.length - 1) / (most - 1);
  const even = new Set(Array.from({ length: most }, (_, at) => Math.round(at * step)));
  return commits.filter((commit, at) => even.has(at) || changed.has(commit));
}

function drawn(change: HistoryChange, places: ReadonlyMap<HistoryCommit, number>): DrawnChange {
  const { kind, verdict, ratio, low, high, commit, until, also, accepted } = change;
  const notes = [
    ...(also.length > 0 ? [`${also.join(' and ')} changed too`] : []),
    ...(accepted ? [`accepted: ${accepted}`] : []),
  ];
  return {
    ...{ kind, verdict, ratio: rounded(ratio) },
    ...(low === undefined || high === undefined ? {} : { low: rounded(low), high: rounded(high) }),
    from: places.get(commit)!,
    to: places.get(until ?? commit)!,
    ...(notes.length > 0 ? { note: notes.join('; ') } : {}),
  };
}
