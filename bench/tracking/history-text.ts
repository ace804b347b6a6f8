// A history as text: what changed and at which commit, then each series as a line of bars.

import { showNumber } from '../base/quantities.js';
import { betterOf } from '../result/comparisons.js';
import { LEAST_POINTS } from '../stats/change-points.js';
import { percent } from '../tables/readings.js';
import { forTerminal } from '../terminal/escape.js';
import { sparkline } from '../terminal/sparkline.js';
import { wrap } from '../terminal/wrap.js';
import type { History, HistoryCommit, Series } from './history.js';
import type { HistoryChange } from './history-changes.js';
import { fullName, seriesLabels } from './series-labels.js';

export interface HistoryView {
  readonly history: History;
  readonly series: readonly Series[];
  readonly changes: readonly HistoryChange[];
  /** Series without a change that are left out of the table. */
  readonly hidden: number;
}

const WIDEST_BARS = 40;
const NARROW = 60;

/** @param columns of the terminal, 40 or more */
export function renderHistory({ history, series, changes, hidden }: HistoryView, columns: number): string {
  const labels = seriesLabels(series);
  const sections = [
    wrap(captionOf(history), columns),
    ...groupByCommit(changes).map((group) => describeGroup(group, labels, columns)),
    ...(changes.length === 0 ? [wrap(noChange(history, series.length + hidden), columns)] : []),
    ...tablesOf(series, changes, labels, columns),
    ...(hidden > 0 ? [wrap(`${hidden} more series without a change: --all shows them.`, columns)] : []),
    ...asideOf(history).map((line) => wrap(line, columns, 2)),
  ];
  return sections.join('\n\n');
}

function captionOf({ machineKey, node, revision, commits, older, keepAwake }: History): string {
  const runs = commits.reduce((sum, commit) => sum + commit.runs.length, 0);
  const order = revision === undefined ? 'in the order of time' : `along first parents of ${forTerminal(revision)}`;
  const [first, last] = [commits[0]!, commits.at(-1)!];
  return (
    `${machineKey}, Node ${forTerminal(node)}${keepAwake ? ', CPUs kept awake' : ''}: ${runs} runs of ${commits.length} commits ` +
    `${order}, ${dateOf(first)} to ${dateOf(last)}${older > 0 ? `; ${older} older ones: --last takes more` : ''}`
  );
}

function noChange({ commits }: History, series: number): string {
  if (commits.length >= LEAST_POINTS) return `No change in ${series} series.`;
  return `${commits.length} commits are too few to see a change: ${LEAST_POINTS} are the least.`;
}

/** Changes that began at the same commit are one story. */
function groupByCommit(changes: readonly HistoryChange[]): HistoryChange[][] {
  const groups = new Map<string, HistoryChange[]>();
  for (const change of changes) {
    const { kind, commit, verdict, accepted } = change;
    const key = [kind, commit.sha ?? commit.runs[0]!.id, verdict, accepted].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups.values()];
}

function describeGroup(group: readonly HistoryChange[], labels: ReadonlyMap<string, string>, columns: number): string {
  const { kind, verdict, commit, until, accepted, also } = group[0]!;
  const word = accepted === undefined ? verdict.toUpperCase() : `accepted, ${verdict}`;
  const span = until ? ` to ${nameOf(until)} ${dateOf(until)}` : '';
  const head = {
    step: `${word} since ${nameOf(commit)} ${dateOf(commit)}${subjectOf(commit)}`,
    drift: `${word} little by little from ${nameOf(commit)} ${dateOf(commit)}${span}`,
    spell: `${verdict} for a while, and back: from ${nameOf(commit)} ${dateOf(commit)}${span}`,
  }[kind];
  const notes = [
    ...(accepted === undefined ? [] : [`reason: ${forTerminal(accepted)}`]),
    ...(kind === 'step' && commit.distance !== undefined && commit.distance > 1
      ? [`or at one of the ${commit.distance - 1} commits before it that were not measured`]
      : []),
    ...(also.includes('harness') ? ['what measures changed there too'] : []),
    ...(also.includes('node') ? ['Node changed there too'] : []),
  ];
  const lines = group.map((change) => {
    const { ratio, low, high, earlier, later } = change;
    const interval = low === undefined || high === undefined ? '' : ` (${low.toFixed(3)} to ${high.toFixed(3)})`;
    const range = earlier || later ? `, give or take ${Math.max(earlier ?? 0, later ?? 0)}` : '';
    return `x${ratio.toFixed(3)}${interval} ${forTerminal(fullName(change, labels))}${range}`;
  });
  return [
    wrap(head, columns),
    ...notes.map((line) => wrap(`  ${line}`, columns, 2)),
    ...lines.map((line) => wrap(`  ${line}`, columns, 4)),
  ].join('\n');
}

/** A table for each table of the runs and metric. */
function tablesOf(
  series: readonly Series[],
  changes: readonly HistoryChange[],
  labels: ReadonlyMap<string, string>,
  columns: number,
): string[] {
  const groups = new Map<string, Series[]>();
  for (const each of series) {
    const key = `${each.cell.split(' ')[0]}: ${each.metric}, ${betterOf(each.metric)} is better`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const rows = new Map(series.map((each) => [each, rowOf(each, changes, labels)]));
  const widest = (of: (row: Row) => string) => Math.max(...[...rows.values()].map((row) => of(row).length));
  const narrow = columns < NARROW;
  const widths = {
    label: widest(({ label }) => label),
    newest: widest(({ newest }) => newest),
    noise: widest(({ noise }) => noise),
  };
  const most = widest(({ change }) => change);
  const taken = (narrow ? 2 : widths.label) + widths.newest + (narrow ? 0 : widths.noise + 2) + most + 6;
  const bars = Math.max(8, Math.min(WIDEST_BARS, columns - taken));
  return [...groups].map(([title, own]) =>
    [
      wrap(title, columns),
      ...own.map((each) => {
        const { label, newest, noise, change } = rows.get(each)!;
        const values = each.points.map(({ value }) => value);
        const line = [
          sparkline(values, bars).padEnd(bars),
          newest.padStart(widths.newest),
          ...(narrow ? [] : [noise.padStart(widths.noise)]),
          change,
        ];
        return narrow
          ? `${wrap(label, columns)}\n  ${line.join('  ').trimEnd()}`
          : [label.padEnd(widths.label), ...line].join('  ').trimEnd();
      }),
    ].join('\n'),
  );
}

interface Row {
  readonly label: string;
  readonly newest: string;
  readonly noise: string;
  readonly change: string;
}

function rowOf(
  { cell, metric, points, changes: { noise } }: Series,
  changes: readonly HistoryChange[],
  labels: ReadonlyMap<string, string>,
): Row {
  const last = changes
    .filter((change) => change.cell === cell && change.metric === metric && change.kind !== 'spell')
    .at(-1);
  const size = last && `${last.ratio > 1 ? '+' : '-'}${percent(Math.abs(last.ratio - 1))}`;
  const word = last?.kind === 'drift' ? 'drift ' : '';
  return {
    label: forTerminal(labels.get(`${cell} ${metric}`)!),
    newest: showNumber(points.at(-1)!.value),
    noise: Number.isFinite(noise) ? `±${percent(noise)}` : '',
    change: last ? `${word}${last.accepted === undefined ? size : `(${size})`} ${nameOf(last.commit).slice(0, 7)}` : '',
  };
}

function asideOf({ aside, strangers, leftOut }: History): string[] {
  return [
    ...aside.map(({ reason, runs }) => {
      const branches = [...new Set(runs.flatMap(({ commit }) => (commit ? [commit.branch] : [])))].slice(0, 5);
      const named =
        reason.startsWith('of commits') && branches.length > 0 ? `: ${branches.map(forTerminal).join(', ')}` : '';
      return `aside: ${runs.length} run${runs.length > 1 ? 's' : ''} ${forTerminal(reason)}${named}`;
    }),
    ...(strangers > 0 ? [`aside: ${strangers} more runs of commits that are not on the line`] : []),
    ...leftOut.slice(0, 10).map(({ path, reason }) => `left out: ${forTerminal(path)}: ${forTerminal(reason)}`),
    ...(leftOut.length > 10 ? [`left out: ${leftOut.length - 10} more files`] : []),
  ];
}

function nameOf({ sha, runs }: HistoryCommit): string {
  return sha?.slice(0, 12) ?? `run ${forTerminal(runs[0]!.id)}`;
}

function dateOf({ time }: HistoryCommit): string {
  return forTerminal(time.slice(0, 10));
}

function subjectOf({ subject }: HistoryCommit): string {
  return subject === undefined ? '' : ` "${forTerminal(subject)}"`;
}
