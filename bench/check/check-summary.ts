// What a check found, line by line: what passed, what failed, what was not modelled; and as the JSON document.

import { processes, showNumber } from '../base/quantities.js';
import type { Listed } from '../plan/catalogue.js';
import { groupOf } from '../result/comparisons.js';
import type { Result } from '../result/document.js';
import type { Comparison, Conformance, Verification } from './parts.js';
import { BOUNDS } from './parts.js';

export interface CheckReport {
  readonly listed: Listed;
  /** As it was given: a path or a name. */
  readonly given: string;
  readonly conformance: Conformance;
  readonly verification: Verification;
  readonly comparison: Comparison;
}

export type CheckStatus = 'passed' | 'failed' | 'incomplete';

/** Failed if any part did; incomplete if the search of the model was cut short. */
export function statusOf({ conformance, verification, comparison }: CheckReport): CheckStatus {
  if ([conformance, verification, comparison].some(({ status }) => status === 'failed')) return 'failed';
  return verification.status === 'incomplete' ? 'incomplete' : 'passed';
}

/** A line a part, and below each what is wrong. */
export function renderCheck(report: CheckReport): string {
  const { listed, given, conformance, verification, comparison } = report;
  const lines = [
    `${listed.variant.name}${given === listed.variant.name ? '' : ` (${given})`}`,
    partLine('conformance', conformance.status, conformanceText(conformance)),
    ...conformance.tests.flatMap(({ title, status, reason }) =>
      status === 'failed' ? [`  FAILED  ${title}: ${reason}`] : [],
    ),
    ...notRun(conformance),
    partLine('verify', verification.status, verificationText(verification)),
  ];
  if ('checked' in verification) {
    for (const { kind, scenario, message } of verification.checked.findings) {
      lines.push(`  FAILED  ${kind} in "${scenario}": ${message}`);
    }
    for (const access of verification.checked.unreached) lines.push(`  not reached by any scenario: ${access}`);
    if (verification.status === 'failed') lines.push(`  each with its trace: multifd-bench verify ${given}`);
  }
  lines.push(partLine('comparison', comparison.status, comparisonText(comparison)));
  if ('result' in comparison) {
    lines.push(...verdicts(comparison.result, listed.variant.name));
    for (const { status, variant, channels, reason } of comparison.result.cells) {
      if (status === 'failed') lines.push(`  FAILED  ${variant}, ${channels} channels: ${reason}`);
    }
  }
  lines.push(`check ${statusOf(report)}`);
  return lines.join('\n');
}

function notRun({ tests }: Conformance): string[] {
  const left = tests.filter(({ status }) => status === 'not-run');
  return left.length === 0 ? [] : [`  ${left.length} tests ${left[0]!.reason}`];
}

/** `  x1.14 (0.76 to 1.52) of mutex's batches a second, 1 channel: UNCLEAR`. */
function verdicts({ comparisons, cells }: Result, name: string): string[] {
  return comparisons
    .filter(({ b }) => b === name)
    .map(({ a, cell, ratio, low, high, verdict }) => {
      const channels = cells.find((each) => each.variant === name && groupOf(each) === cell)!.channels;
      const interval = `x${ratio.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
      const where = `${channels} channel${channels === 1 ? '' : 's'}`;
      return `  ${interval} of what ${a} hands over, ${where}: ${verdict.toUpperCase()}`;
    });
}

function partLine(part: string, status: string, text: string): string {
  const shown = status === 'failed' ? 'FAILED' : status.replace('-', ' ');
  return `${part.padEnd(12)} ${shown.padEnd(12)} ${text}`;
}

function conformanceText({ tests }: Conformance): string {
  const count = (wanted: string) => tests.filter(({ status }) => status === wanted).length;
  const applies = tests.length - count('skipped');
  const ms = tests.reduce((sum, { tookMs = 0 }) => sum + tookMs, 0);
  const skipped = tests.flatMap(({ status, reason }) => (status === 'skipped' ? [reason] : []));
  const not = skipped.length > 0 ? `; ${skipped.length} of ${tests.length} do not apply (${skipped.join('; ')})` : '';
  return `${count('passed')} of ${applies} tests passed, ${showNumber(ms / 1000)} s${not}`;
}

function verificationText(verification: Verification): string {
  if (!('checked' in verification)) return verification.reason;
  const { complete, states, elapsedMs, findings } = verification.checked;
  const found = findings.length === 0 ? 'no finding' : `${findings.length} finding${findings.length === 1 ? '' : 's'}`;
  const where = `${BOUNDS.channels} channels, ${BOUNDS.jobs} jobs and a sync`;
  const whole = complete ? 'all of them' : findings.length === 0 ? 'all within 2 preemptions' : 'not all of them';
  return `${found} for ${where}; ${states} states, ${whole}, ${showNumber(elapsedMs / 1000)} s`;
}

function comparisonText(comparison: Comparison): string {
  if (!('result' in comparison)) return comparison.reason;
  const { run, cells } = comparison.result;
  const names = [...new Set(cells.map(({ variant }) => variant))].join(', ');
  return `${names} in ${processes(run.rounds)}, batches that nobody writes`;
}

export function checkDocument(report: CheckReport) {
  const { listed, given, conformance, verification, comparison } = report;
  const verified = 'checked' in verification ? verification.checked : undefined;
  return {
    schema: 1,
    name: listed.variant.name,
    design: given,
    status: statusOf(report),
    conformance,
    verify: verified
      ? {
          status: verification.status,
          bounds: BOUNDS,
          complete: verified.complete,
          states: verified.states,
          unreached: verified.unreached,
          findings: verified.findings.map(({ kind, scenario, message }) => ({ kind, scenario, message })),
        }
      : verification,
    comparison:
      'result' in comparison
        ? {
            status: comparison.status,
            cells: comparison.result.cells.map(({ visits: _visits, histograms: _histograms, ...cell }) => cell),
            comparisons: comparison.result.comparisons,
          }
        : comparison,
  };
}
