// What a gate says: the cells that fail, and on request each cell's way up the ladder.

import { percent } from '../tables/readings.js';
import { forMarkdown, forTerminal } from '../terminal/escape.js';
import { gridAsMarkdown } from '../terminal/grid.js';
import type { GateRow, GateStatus } from './gate-row.js';
import { fullName, seriesLabels } from './series-labels.js';

export interface GateReport {
  readonly candidate: string;
  readonly baseline: string;
  readonly machineKey: string;
  readonly rows: readonly GateRow[];
  readonly exitCode: number;
  /** Something beside the rows keeps all of them from being decided. */
  readonly inconclusive?: boolean;
  readonly warnings: readonly string[];
}

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

/** @param explain whether every cell's rungs are shown, not those of failures alone */
export function renderGate(report: GateReport, explain: boolean): string {
  const { rows, warnings } = report;
  const labels = seriesLabels(rows);
  const shown = inOrder(rows).filter(({ status }) => explain || URGENT.includes(status));
  return [
    forTerminal(headline(report)),
    ...shown.map((row) =>
      [
        `${WORDS[row.status]}  ${forTerminal(fullName(row, labels))}${changeOf(row)}${because(row, forTerminal)}`,
        ...sinceOf(row, forTerminal),
        ...row.rungs.map(
          ({ name, holds, seen }) => `  ${holds ? 'on  ' : 'stop'} ${name.padEnd(10)} ${forTerminal(seen)}`,
        ),
      ].join('\n'),
    ),
    ...noDataOf(rows, explain),
    ...warnings.map((line) => `warning: ${forTerminal(line)}`),
  ].join('\n');
}

export function gateAsMarkdown(report: GateReport, explain: boolean): string {
  const { rows, warnings } = report;
  const labels = seriesLabels(rows);
  const shown = inOrder(rows).filter(({ status }) => explain || status !== 'passed');
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

export function gateDocument({ candidate, baseline, machineKey, rows, exitCode, warnings }: GateReport) {
  const result = exitCode === 0 ? 'passed' : exitCode === 1 ? 'regression' : 'inconclusive';
  return {
    ...{ schema: 1, candidate, baseline, machineKey, result, exitCode },
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
function noDataOf(rows: readonly GateRow[], explain: boolean): string[] {
  const without = rows.filter(({ status }) => status === 'no-data');
  return explain || without.length === 0
    ? []
    : [`${without.length} of ${rows.length} cells have too little data: --explain lists them`];
}
