// What a gate says: the cells that fail, and on request each cell's way up the ladder.

import { cellLabels, fullName } from '../tables/cell-labels.js';
import { attributesOf } from '../tables/projection.js';
import { percent } from '../tables/readings.js';
import { forMarkdown, forTerminal } from '../terminal/escape.js';
import { gridAsMarkdown, type Records } from '../terminal/grid.js';
import { wrap } from '../terminal/wrap.js';
import type { GateRow, GateStatus } from './gate-row.js';

export interface GateReport {
  readonly candidate: string;
  readonly baseline: string;
  readonly machineKey: string;
  readonly rows: readonly GateRow[];
  readonly exitCode: number;
  /** Something beside the rows keeps all of them from being decided. */
  readonly inconclusive?: boolean;
  readonly warnings: readonly string[];
  /** The part of the plan that was measured, where it was split. */
  readonly shard?: { readonly index: number; readonly of: number };
}

/** What `gate --json` prints. */
export type GateDocument = ReturnType<typeof gateDocument>;

const ORDER: readonly GateStatus[] = ['failed', 'broken', 'suspect', 'missing', 'no-data', 'accepted', 'passed'];
const WORDS: Readonly<Record<GateStatus, string>> = {
  failed: 'FAILED',
  suspect: 'SUSPECT, not confirmed',
  broken: 'BROKEN',
  missing: 'MISSING',
  'no-data': 'no data',
  accepted: 'accepted',
  passed: 'passed',
};

/** Shown without being asked for. */
const URGENT: readonly GateStatus[] = ['failed', 'broken', 'suspect', 'missing'];

/** 0 fine, 1 a regression or a failed cell, 3 inconclusive: something that has a baseline, or all, was not judged. */
export function exitCodeOf(rows: readonly GateRow[], inconclusive = false): number {
  if (inconclusive) return 3;
  const has = (status: GateStatus) => rows.some((row) => row.status === status);
  if (has('failed') || has('broken')) return 1;
  const unjudged = rows.some(({ status, baseline }) => status === 'no-data' && baseline !== undefined);
  return has('suspect') || has('missing') || unjudged || !(has('passed') || has('accepted')) ? 3 : 0;
}

/** How much is shown: what is urgent; a few of each kind of cell and why; each rung of every cell's ladder. */
export type Explained = 'urgent' | 'short' | 'all';

/** Of a kind, unless all are asked for. */
const [MOST_URGENT, MOST_OTHERS] = [10, 3];

/** @param columns of the terminal */
export function renderGate(report: GateReport, explained: Explained, columns = 80): string {
  const { rows, warnings } = report;
  const labels = cellLabels(rows);
  const shown = inOrder(rows).filter(({ status }) => explained !== 'urgent' || URGENT.includes(status));
  return [
    forTerminal(headline(report)),
    ...kindsOf(shown).flatMap((kind) => renderKind(kind, labels, explained)),
    ...noDataOf(rows, explained),
    ...warnings.map((line) => `warning: ${forTerminal(line)}`),
  ]
    .flatMap((text) => text.split('\n'))
    .map((line) => wrap(line, columns, line.startsWith('  ') ? 4 : 2))
    .join('\n');
}

/** Cells with the same result, by what it was decided. */
function kindsOf(rows: readonly GateRow[]): GateRow[][] {
  const kinds = new Map<string, GateRow[]>();
  for (const row of rows) {
    const key = `${row.status} ${row.rungs.at(-1)?.name ?? row.reason ?? ''}`;
    kinds.set(key, [...(kinds.get(key) ?? []), row]);
  }
  return [...kinds.values()];
}

function renderKind(kind: readonly GateRow[], labels: ReadonlyMap<string, string>, explained: Explained): string[] {
  const { status } = kind[0]!;
  const most = explained === 'all' ? Number.POSITIVE_INFINITY : URGENT.includes(status) ? MOST_URGENT : MOST_OTHERS;
  const rest = kind.length - most;
  const more = rest > 0 ? [`  .. and ${rest} more: --explain all lists them`] : [];
  const named = (row: GateRow) => `${forTerminal(fullName(row, labels))}${changeOf(row)}`;
  if (explained === 'all' || status === 'failed' || kind.length === 1) {
    const blocks = kind
      .slice(0, most)
      .flatMap((row) => [
        `${WORDS[status]}  ${named(row)}${because(row, forTerminal)}`,
        ...sinceOf(row, forTerminal),
        ...row.rungs.map(({ name, holds, seen }) => `  ${holds ? 'on  ' : 'stop'} ${name}: ${forTerminal(seen)}`),
      ]);
    return [...blocks, ...more];
  }
  const whyOf = ({ rungs, reason }: GateRow) => forTerminal(rungs.at(-1)?.seen ?? reason ?? '');
  const why = new Set(kind.map(whyOf)).size === 1 ? whyOf(kind[0]!) : undefined;
  const rung = kind[0]!.rungs.at(-1)?.name;
  return [
    `${WORDS[status]}: ${kind.length} cells${rung === undefined ? '' : `, at the rung "${rung}"`}`,
    ...(why ? [`  ${why}`] : []),
    ...kind
      .slice(0, most)
      .flatMap((row) => [`  ${named(row)}${why === undefined ? `: ${whyOf(row)}` : ''}`, ...sinceOf(row, forTerminal)]),
    ...more,
  ];
}

/** A record for each cell. */
export function gateRecords({ rows }: GateReport): Records {
  const attributes = rows.map(({ cell, metric }) => attributesOf(cell, metric));
  const axes = [...new Set(attributes.flatMap((each) => [...each.keys()]))];
  return {
    head: ['result', ...axes, 'ratio', 'baseline', 'rung', 'why'],
    rows: inOrder(rows).map((row) => {
      const own = attributes[rows.indexOf(row)]!;
      const last = row.rungs.at(-1);
      return [
        ...[row.status, ...axes.map((axis) => own.get(axis)), row.ratio, row.baseline],
        ...[last?.name, row.reason ?? last?.seen],
      ];
    }),
  };
}

export function gateAsMarkdown(report: GateReport, explained: Explained): string {
  const { rows, warnings } = report;
  const labels = cellLabels(rows);
  const shown = inOrder(rows).filter(({ status }) => explained !== 'urgent' || status !== 'passed');
  const grid = gridAsMarkdown({
    title: 'Gate',
    head: ['cell', 'result', 'change', 'why'],
    rows: shown.map((row) => [
      fullName(row, labels),
      WORDS[row.status],
      changeOf(row).trim(),
      [...sinceOf(row, (text) => text), row.rungs.at(-1)?.seen ?? row.reason ?? ''].join('; ').trim(),
    ]),
  });
  return [
    `### ${forMarkdown(headline(report))}`,
    ...(shown.length > 0 ? [grid] : []),
    ...warnings.map((line) => `- ${forMarkdown(line)}`),
  ].join('\n\n');
}

export function gateDocument(report: GateReport) {
  const { candidate, baseline, machineKey, rows, exitCode, warnings, inconclusive, shard } = report;
  const result = exitCode === 0 ? 'passed' : exitCode === 1 ? 'regression' : 'inconclusive';
  return {
    ...{ schema: 1, kind: 'gate', candidate, baseline, machineKey, result, exitCode },
    ...(inconclusive ? { inconclusive } : {}),
    ...(shard ? { shard } : {}),
    failed: rows
      .filter(({ status }) => status === 'failed')
      .map(({ cell, metric, ratio }) => ({ cell, metric, ratio })),
    cells: rows.map(({ ratio, baseline: commit, ...row }) => ({
      ...row,
      ratio: ratio ?? null,
      baseline: commit ?? null,
    })),
    warnings,
  };
}

function headline({ candidate, baseline, rows, exitCode }: GateReport): string {
  const counts = ORDER.map((status) => ({ status, count: rows.filter((row) => row.status === status).length }));
  const said = counts
    .filter(({ count }) => count > 0)
    .map(({ status, count }) => `${count} ${status.replace('-', ' ')}`);
  const isLoss = rows.some(({ status }) => status === 'failed');
  const word =
    exitCode === 0 ? 'no regression' : exitCode === 1 ? (isLoss ? 'REGRESSION' : 'FAILED CELLS') : 'INCONCLUSIVE';
  return `${word}: ${candidate} against ${baseline}: ${said.join(', ') || 'nothing to judge'}`;
}

function inOrder(rows: readonly GateRow[]): GateRow[] {
  return rows.toSorted((x, y) => ORDER.indexOf(x.status) - ORDER.indexOf(y.status));
}

function changeOf({ ratio }: GateRow): string {
  if (ratio === undefined) return '';
  return `  ${ratio >= 1 ? '+' : '-'}${percent(Math.abs(ratio - 1))}`;
}

/** A loss that is older than the candidate: nobody blames that one. */
function sinceOf({ since }: GateRow, safe: (text: string) => string): string[] {
  if (!since) return [];
  const commit = `${since.commit.slice(0, 12)}${since.subject === '' ? '' : ` "${safe(since.subject)}"`}`;
  const where = since.kind === 'step' ? `since ${commit}` : `little by little, from ${commit} on`;
  return [`  ${where}, not by this commit alone: stays until it is mended or blessed`];
}

function because({ reason }: GateRow, safe: (text: string) => string): string {
  return reason === undefined ? '' : ` (${safe(reason)})`;
}

/** Said in one line where rows are not shown one by one. */
function noDataOf(rows: readonly GateRow[], explained: Explained): string[] {
  const without = rows.filter(({ status }) => status === 'no-data');
  return explained !== 'urgent' || without.length === 0
    ? []
    : [`${without.length} of ${rows.length} cells have too little data: --explain lists them`];
}
