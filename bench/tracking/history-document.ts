// A history for programs: the document that `history --json` prints, and a record a point.

import { roundAll, rounded } from '../base/rounding.js';
import type { Records } from '../terminal/grid.js';
import type { HistoryCommit } from './history.js';
import type { HistoryChange } from './history-changes.js';
import type { HistoryView } from './history-text.js';

export function historyDocument({ history, series, changes, overturned = [] }: HistoryView) {
  const { machineKey, node, keepAwake, revision, commits, older, aside, strangers, leftOut } = history;
  return {
    schema: 1,
    ...{ machineKey, node, keepAwake, order: revision === undefined ? 'time' : 'first-parent' },
    ...(revision === undefined ? {} : { revision }),
    commits: commits.map(commitDocument),
    older,
    series: series.map(({ cell, metric, at, points, changes: { levels, noise, undecided, wanders } }) => ({
      ...{ cell, metric, levels: levels.map(rounded), noise: Number.isFinite(noise) ? rounded(noise) : null },
      ...{ undecided: undecided.map((each) => ({ ...each, ratio: rounded(each.ratio) })) },
      ...{ wanders: wanders ? rounded(wanders.move) : null },
      points: points.map(({ value, error }, point) => ({
        ...{ commit: at[point]!, value: rounded(value), error: error === undefined ? null : rounded(error) },
      })),
    })),
    changes: changes.map(({ commit, until, ...change }) => ({
      ...(roundAll(change) as typeof change),
      commit: commitDocument(commit),
      ...(until ? { until: commitDocument(until) } : {}),
    })),
    overturned: overturned.map(({ commit, to, ...about }) => ({
      ...about,
      commit: commitDocument(commit),
      ...(to ? { to: commitDocument(to) } : {}),
    })),
    aside: aside.map(({ reason, runs }) => ({ reason, runs: runs.map(({ file }) => file.path) })),
    strangers,
    leftOut,
  };
}

function commitDocument({ sha, time, subject, distance, runs }: HistoryCommit) {
  return {
    sha: sha ?? null,
    time,
    subject: subject ?? null,
    distance: distance ?? null,
    runs: runs.map(({ id }) => id),
  };
}

/** A record a point: with the change that begins there. */
export function historyRecords({ history, series, changes }: HistoryView): Records {
  const rows = series.flatMap(({ cell, metric, at, points }) =>
    points.map(({ value, error }, point) => {
      const commit = history.commits[at[point]!]!;
      const change = changes.find((each) => each.cell === cell && each.metric === metric && each.commit === commit);
      return [
        ...[history.machineKey, cell, metric, commit.sha ?? '', commit.time, commit.subject ?? '', commit.runs.length],
        ...[rounded(value), error === undefined ? '' : rounded(error), ...changeFields(change)],
      ];
    }),
  );
  return {
    head: [
      ...['machine', 'cell', 'metric', 'commit', 'time', 'subject', 'runs', 'value', 'error'],
      ...['change', 'verdict', 'ratio', 'low', 'high', 'p', 'accepted'],
    ],
    rows,
  };
}

function changeFields(change: HistoryChange | undefined) {
  if (!change) return ['', '', '', '', '', '', ''];
  const { kind, verdict, ratio, low, high, p, accepted } = change;
  const digits = (value: number | undefined) => (value === undefined ? '' : rounded(value));
  return [kind, verdict, rounded(ratio), digits(low), digits(high), digits(p), accepted ?? ''];
}
