// A history as text: what changed and at which commit, then each series as a line of bars.

import { showNumber } from '../base/quantities.js';
import { fewestPointsForStep } from '../stats/change-points.js';
import { cellLabels, fullName } from '../tables/cell-labels.js';
import { ratioAndInterval, timesText } from '../tables/figures.js';
import { scaleOf, titleOf } from '../tables/metrics.js';
import { percent } from '../tables/readings.js';
import { forTerminal } from '../terminal/escape.js';
import { sparkline } from '../terminal/sparkline.js';
import { wrap } from '../terminal/wrap.js';
import { whyUnmeasured } from './gate-absent.js';
import type { History, HistoryCommit, Series } from './history.js';
import { type HistoryChange, machineChanges, nameOf } from './history-changes.js';
import { type Overturned, overturnedTexts } from './reported.js';

export interface HistoryView {
  readonly history: History;
  readonly series: readonly Series[];
  readonly changes: readonly HistoryChange[];
  /** Series without a change that are left out of the table. */
  readonly hidden: number;
  /** Steps that an earlier history reported and this one does not. */
  readonly overturned?: readonly Overturned[];
}

const [NARROWEST_BARS, WIDEST_BARS] = [8, 40];
/** Of a kind, the newest or first ones. */
const MOST_NOTES = 10;
const NARROW = 60;

/** @param columns of the terminal, 40 or more */
export function renderHistory({ history, series, changes, hidden, overturned }: HistoryView, columns: number): string {
  const labels = cellLabels(series);
  const sections = [
    wrap(captionOf(history), columns),
    ...shallowNotes(history).map((line) => wrap(line, columns, 2)),
    ...machineNotes(history).map((line) => wrap(line, columns, 2)),
    ...overturnedTexts(overturned ?? []).map((line) => wrap(line, columns, 2)),
    ...groupByCommit(changes).map((group) => describeGroup(group, labels, columns)),
    ...undecidedOf(history, series, labels, columns),
    ...(changes.length === 0 && !series.some(isUndecided)
      ? [wrap(noChange(history, series.length + hidden), columns)]
      : []),
    ...wanderingOf(series, labels).map((line) => wrap(line, columns, 2)),
    ...tablesOf(history, series, changes, labels, columns),
    ...(hidden > 0 ? [wrap(`${hidden} more series without a change: --all shows them.`, columns)] : []),
    ...asideOf(history).map((line) => wrap(line, columns, 2)),
  ];
  return sections.join('\n\n');
}

function shallowNotes({ line }: History): string[] {
  return line.shallow
    ? ['This clone is shallow: git fetch --unshallow, or fetch-depth: 0 in CI, lets older runs be placed.']
    : [];
}

function captionOf({ machineKey, node, revision, commits, older, keepAwake, line }: History): string {
  const runs = commits.reduce((sum, commit) => sum + commit.runs.length, 0);
  const order =
    revision === undefined
      ? 'in the order of time'
      : `along ${line.besideFirstParents ? '' : 'first '}parents of ${forTerminal(revision)}`;
  const [first, last] = [commits[0]!, commits.at(-1)!];
  return (
    `${machineKey}${node === 'none' ? '' : `, Node ${forTerminal(node)}`}${keepAwake ? ', CPUs kept awake' : ''}: ${runs} runs of ${commits.length} commits ` +
    `${order}, ${dateOf(first)} to ${dateOf(last)}${older > 0 ? `; ${older} older ones: --last takes more` : ''}`
  );
}

function noChange({ commits }: History, series: number): string {
  const least = fewestPointsForStep(series);
  if (commits.length >= least) return `No change in ${series} series.`;
  return (
    `Too few commits to tell: ${commits.length} are measured, and a step of any size, without noise, ` +
    `needs ${least} among ${series} series.`
  );
}

/** Stands before all changes: they may be the machine's. */
function machineNotes(history: History): string[] {
  const all = machineChanges(history);
  const shown = all.slice(-MOST_NOTES).map(({ commit, what }) => {
    return `The machine changed here: ${forTerminal(nameOf(commit))} ${dateOf(commit)}: ${forTerminal(what.join('; '))}`;
  });
  return all.length > MOST_NOTES
    ? [...shown, `The machine changed at ${all.length - MOST_NOTES} older commits too.`]
    : shown;
}

function isUndecided({ changes }: Series): boolean {
  return changes.undecided.length > 0;
}

/** What looks like a step among too few commits, by the commit where it would begin. */
function undecidedOf(
  { commits }: History,
  series: readonly Series[],
  labels: ReadonlyMap<string, string>,
  columns: number,
): string[] {
  const byCommit = new Map<HistoryCommit, string[]>();
  for (const each of series) {
    for (const { at, ratio, needs } of each.changes.undecided) {
      const commit = commits[each.at[at]!]!;
      const needed = needs === undefined ? 'more than 1000 commits' : `${needs} commits`;
      const line = `${timesText(ratio, 3)} ${forTerminal(fullName(each, labels))}: needs ${needed}, ${each.points.length} are measured`;
      byCommit.set(commit, [...(byCommit.get(commit) ?? []), `  ${wrap(line, columns - 2, 4)}`]);
    }
  }
  return [...byCommit].map(([commit, lines]) => {
    const head = `Too few commits to tell whether there are steps at ${forTerminal(nameOf(commit))} ${dateOf(commit)}${subjectOf(commit)}:`;
    return [wrap(head, columns, 2), ...lines].join('\n');
  });
}

function wanderingOf(series: readonly Series[], labels: ReadonlyMap<string, string>): string[] {
  const all = series.filter(({ changes }) => changes.wanders);
  const shown = all.slice(0, MOST_NOTES).map((each) => {
    const move = percent(each.changes.wanders!.move);
    return `Wanders, by ${move} from commit to commit: ${forTerminal(fullName(each, labels))}: only steps that stand out of that are shown`;
  });
  return all.length > MOST_NOTES ? [...shown, `${all.length - MOST_NOTES} more series wander.`] : shown;
}

/** Changes that began at the same commit are one story. */
function groupByCommit(changes: readonly HistoryChange[]): HistoryChange[][] {
  const groups = new Map<string, HistoryChange[]>();
  for (const change of changes) {
    const { kind, commit, verdict, accepted, machine } = change;
    const key = [kind, commit.sha ?? commit.runs[0]!.id, verdict, accepted, machine?.join()].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups.values()];
}

function describeGroup(group: readonly HistoryChange[], labels: ReadonlyMap<string, string>, columns: number): string {
  const { kind, verdict, commit, until, accepted, also } = group[0]!;
  const word = accepted === undefined ? verdict.toUpperCase() : `accepted, ${verdict}`;
  const span = until ? ` to ${nameOf(until)} ${dateOf(until)}` : '';
  const isMachine = group.some(({ machine }) => machine);
  const head = {
    step: isMachine
      ? `No commit is blamed: the machine changed at ${nameOf(commit)} ${dateOf(commit)}`
      : `${word} since ${nameOf(commit)} ${dateOf(commit)}${subjectOf(commit)}`,
    drift: `${word} little by little from ${nameOf(commit)} ${dateOf(commit)}${span}`,
    spell: `${verdict} for a while, and back: from ${nameOf(commit)} ${dateOf(commit)}${span}`,
  }[kind];
  const notes = [
    ...[...new Set(group.flatMap(({ machine = [] }) => machine))].map((what) => forTerminal(what)),
    ...(accepted === undefined ? [] : [`reason: ${forTerminal(accepted)}`]),
    ...(kind === 'step' && commit.distance !== undefined && commit.distance > 1
      ? [`or at one of the ${commit.distance - 1} commits before it that were not measured`]
      : []),
    ...(also.includes('harness') ? ['what measures changed there too'] : []),
    ...(also.includes('node') ? ['Node changed there too'] : []),
  ];
  const lines = group.map((change) => {
    const { ratio, low, high, between } = change;
    const range = between ? `, at ${between[0]} to ${between[1]}` : '';
    const figures = { ratio, low: low ?? Number.NaN, high: high ?? Number.NaN, n: low === undefined ? 1 : 2 };
    return `${ratioAndInterval(figures)} ${forTerminal(fullName(change, labels))}${range}`;
  });
  return [
    wrap(head, columns),
    ...notes.map((line) => wrap(`  ${line}`, columns, 2)),
    ...lines.map((line) => wrap(`  ${line}`, columns, 4)),
  ].join('\n');
}

/** A table for each table of the runs and metric. */
function tablesOf(
  history: History,
  series: readonly Series[],
  changes: readonly HistoryChange[],
  labels: ReadonlyMap<string, string>,
  columns: number,
): string[] {
  const groups = new Map<string, Series[]>();
  for (const each of series) {
    const key = `${each.cell.split(' ')[0]}: ${titleOf(each.metric)}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups].map(([title, own]) => {
    const rows = own.map((each) => ({ each, ...rowOf(history, each, changes, labels) }));
    const widest = (of: (row: Row) => string) => Math.max(...rows.map((row) => of(row).length));
    const [label, newest, noise, change] = [
      widest((row) => row.label),
      widest((row) => row.newest),
      widest((row) => row.noise),
      widest((row) => row.change),
    ];
    const figures = newest + change + 6;
    // Names that leave no room for their bars stand on a line of their own.
    const narrow = columns < NARROW || label + NARROWEST_BARS + figures + noise + 2 > columns;
    const withNoise = columns >= NARROW;
    const taken = (narrow ? 2 : label) + figures + (withNoise ? noise + 2 : 0);
    const bars = Math.max(NARROWEST_BARS, Math.min(WIDEST_BARS, columns - taken));
    return [
      wrap(title, columns, 2),
      ...rows.map((row) => {
        const values = row.each.points.map(({ value }) => value);
        const line = [
          sparkline(values, bars).padEnd(bars),
          row.newest.padStart(newest),
          ...(withNoise ? [row.noise.padStart(noise)] : []),
          row.change,
        ];
        return narrow
          ? `${wrap(row.label, columns, 2)}\n  ${line.join('  ').trimEnd()}`
          : [row.label.padEnd(label), ...line].join('  ').trimEnd();
      }),
    ].join('\n');
  });
}

interface Row {
  readonly label: string;
  readonly newest: string;
  readonly noise: string;
  readonly change: string;
}

function rowOf(
  history: History,
  { cell, metric, at, points, changes: { noise } }: Series,
  changes: readonly HistoryChange[],
  labels: ReadonlyMap<string, string>,
): Row {
  const last = changes
    .filter((change) => change.cell === cell && change.metric === metric && change.kind !== 'spell')
    .toSorted((x, y) => history.commits.indexOf(x.commit) - history.commits.indexOf(y.commit))
    .at(-1);
  const size = last && `${last.ratio > 1 ? '+' : '-'}${percent(Math.abs(last.ratio - 1))}`;
  const word = last?.machine ? 'machine ' : last?.kind === 'drift' ? 'drift ' : '';
  return {
    label: forTerminal(labels.get(`${cell} ${metric}`)!),
    newest: newestOf(history, { cell, metric, at, points }),
    noise: Number.isFinite(noise) ? `±${percent(noise)}` : '',
    change: last ? `${word}${last.accepted === undefined ? size : `(${size})`} ${nameOf(last.commit).slice(0, 7)}` : '',
  };
}

/** The value of the newest commit; why it has none, and not an older one. */
function newestOf(
  { commits }: History,
  { cell, metric, at, points }: Pick<Series, 'cell' | 'metric' | 'at' | 'points'>,
): string {
  if (at.at(-1) === commits.length - 1) return showNumber(points.at(-1)!.value * scaleOf(metric));
  return whyUnmeasured(commits.at(-1)!, cell)?.status ?? 'not measured';
}

function asideOf({ aside, strangers, leftOut, line }: History): string[] {
  return [
    ...(line.besideFirstParents
      ? ['The order is not that of first parents: a merge took the branch with the runs as its second parent.']
      : []),
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

function dateOf({ time }: HistoryCommit): string {
  return forTerminal(time.slice(0, 10));
}

function subjectOf({ subject }: HistoryCommit): string {
  return subject === undefined ? '' : ` "${forTerminal(subject)}"`;
}
