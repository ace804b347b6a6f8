// The changes of a history, each with the commit that it began at, and whether somebody has accepted it.

import { betterOf } from '../result/comparisons.js';
import type { Blessing } from './blessings.js';
import { changedConditions } from './gate-references.js';
import type { History, HistoryCommit, Series } from './history.js';

export interface HistoryChange {
  readonly kind: 'step' | 'drift' | 'spell';
  readonly cell: string;
  readonly metric: string;
  /** Later to earlier, as factors; a spell to what is around it. */
  readonly ratio: number;
  /** Of steps. */
  readonly low?: number;
  readonly high?: number;
  readonly p?: number;
  /** The first commit of the new level, of the drift or of the spell. */
  readonly commit: HistoryCommit;
  /** The last one of a drift or a spell. */
  readonly until?: HistoryCommit;
  /** Measured commits before and after it at which a step could as well have been, and the first and last of these. */
  readonly earlier?: number;
  readonly later?: number;
  readonly between?: readonly [string, string];
  /** In what the machine changed there: it is not the commit's. */
  readonly machine?: readonly string[];
  readonly verdict: 'faster' | 'slower';
  /** What else changed between the commit and the one measured before it: a step may be theirs. */
  readonly also: readonly ('harness' | 'node')[];
  /** Why it is taken for granted. */
  readonly accepted?: string;
}

/** @param holds whether a blessing's filter holds for a metric of a cell */
export function changesOf(
  history: History,
  series: readonly Series[],
  blessings: readonly Blessing[],
  holds: (filter: string, cell: string, metric: string) => boolean,
): HistoryChange[] {
  const { commits, placeOf } = history;
  return series.flatMap(({ cell, metric, at, changes }): HistoryChange[] => {
    const commitAt = (point: number) => commits[at[point]!]!;
    const verdictOf = (ratio: number): HistoryChange['verdict'] =>
      ratio > 1 === (betterOf(metric) === 'higher') ? 'faster' : 'slower';
    // Also a commit that was not measured, between the last of the old level and the first of the new one.
    const isWithin = (sha: string, from: number, to: number) => {
      const [before, place, last] = [commits[at[from - 1] ?? -1]?.place ?? -1, placeOf(sha), commitAt(to).place];
      if (place !== undefined && last !== undefined) return place > before && place <= last;
      return commits.slice(at[from], at[to]! + 1).some((commit) => commit.sha === sha);
    };
    const acceptedFrom = (from: number, to: number) => {
      const blessing = blessings.find(
        ({ commit, filter }) => isWithin(commit, from, to) && (filter === undefined || holds(filter, cell, metric)),
      );
      return blessing ? { accepted: blessing.reason } : {};
    };
    return [
      ...changes.steps.map(({ at: point, earliest, latest, ratio, low, high, p }) => ({
        ...({ kind: 'step', cell, metric, ratio, low, high, p, commit: commitAt(point) } as const),
        ...{ earlier: point - earliest, later: latest - point, verdict: verdictOf(ratio) },
        ...(earliest < latest ? { between: [nameOf(commitAt(earliest)), nameOf(commitAt(latest))] as const } : {}),
        ...machineChanged(commits.slice(at[earliest - 1], at[latest]! + 1)),
        also: alsoChanged(commitAt(point - 1), commitAt(point)),
        ...acceptedFrom(earliest, latest),
      })),
      ...changes.drifts.map(({ from, to, ratio, p }) => ({
        ...({ kind: 'drift', cell, metric, ratio, p, commit: commitAt(from), until: commitAt(to) } as const),
        ...{ verdict: verdictOf(ratio), also: [] },
        ...acceptedFrom(from, to),
      })),
      ...changes.spells.map(({ from, to, ratio }) => ({
        ...({ kind: 'spell', cell, metric, ratio, commit: commitAt(from), until: commitAt(to) } as const),
        ...{ verdict: verdictOf(ratio), also: [] },
      })),
    ];
  });
}

/** A commit's short sha, or the run that stands for itself. */
export function nameOf({ sha, runs }: HistoryCommit): string {
  return sha?.slice(0, 12) ?? `run ${runs[0]!.id}`;
}

/** Where the machine is another one than of the commit measured before: in what. */
export function machineChanges({ commits }: History): { readonly commit: HistoryCommit; readonly what: string[] }[] {
  return commits.slice(1).flatMap((commit, index) => {
    const what = changedConditions(commits[index]!, commit);
    return what.length > 0 ? [{ commit, what }] : [];
  });
}

function machineChanged(commits: readonly HistoryCommit[]): Pick<HistoryChange, 'machine'> {
  const what = commits.slice(1).flatMap((commit, index) => changedConditions(commits[index]!, commit));
  return what.length > 0 ? { machine: [...new Set(what)] } : {};
}

function alsoChanged(before: HistoryCommit, after: HistoryCommit): HistoryChange['also'] {
  const differs = (of: (run: HistoryCommit['runs'][number]) => string) =>
    of(before.runs.at(-1)!) !== of(after.runs.at(-1)!);
  return [
    ...(differs(({ code }) => code.harness) ? (['harness'] as const) : []),
    ...(differs(({ node }) => node) ? (['node'] as const) : []),
  ];
}
