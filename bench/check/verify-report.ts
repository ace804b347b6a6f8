// What verifying found, for people and as the JSON document.

import type { Checked, CheckedFinding, CheckedScenario, DesignBounds } from '../../src/verify/designs/index.js';
import {
  type MutantResult,
  renderTrace,
  type Strategy,
  type Survivor,
  type TraceRow,
  WAYS,
} from '../../src/verify/index.js';
import { showNumber } from '../base/quantities.js';
import { type Format, inFormat } from '../tables/format.js';
import { boxedTable, WIDEST } from '../terminal/boxed-table.js';
import { wrap } from '../terminal/wrap.js';

/** A finished run of the command. */
export interface VerifyRun {
  readonly bounds: DesignBounds;
  readonly strategy: Strategy;
  readonly mutates: boolean;
  readonly reports: readonly Checked[];
  readonly notModelled: readonly { readonly name: string; readonly reason: string }[];
}

type Rows = readonly (readonly string[])[];

function renderRows(head: readonly string[], rows: Rows, format: Format): string {
  return inFormat(format, { table: () => boxedTable(head, rows, 'l'), records: () => ({ head, rows }) }).trimEnd();
}

/** One subject: what was searched, what was found, which mutants died of what. */
export function renderChecked(checked: Checked, survivors: readonly Survivor[], format: Format): string {
  const { name, complete, states, elapsedMs, findings, scenarios, upstreamHangs } = checked;
  const verdict =
    findings.length === 0 ? 'no finding' : `${findings.length} FINDING${findings.length === 1 ? '' : 'S'}`;
  const parts = [
    `${name}: ${verdict}; ${complete ? 'complete' : 'NOT complete'}; ${states} states, ${showNumber(elapsedMs / 1000)} s`,
    renderRows(
      ['scenario', 'states', 'schedules', 'complete', 's'],
      scenarios.map((each) => [
        each.scenario,
        `${each.states}`,
        `${each.schedules}`,
        completeness(each),
        showNumber((each.elapsedMs + (each.instead?.elapsedMs ?? 0)) / 1000),
      ]),
      format,
    ),
    ...findings.map(renderFinding),
    ...(checked.drawn ?? []).map(({ scenario, bounds }) =>
      said(`drawn, and not searched whole: ${scenario}: ${bounds}`),
    ),
  ];
  parts.push(...renderHints(scenarios).map(said));
  for (const access of checked.unreached) parts.push(said(`not reached by any scenario: ${access}`));
  if (upstreamHangs) parts.push(renderUpstream(upstreamHangs));
  if (checked.mutants.length > 0) parts.push(renderMatrix(checked, survivors, format));
  return parts.join('\n');
}

export function said(text: string): string {
  return wrap(text, WIDEST, 4);
}

/** `no (at most 500000 states), then 51740 states within at most 2 preemptions, at most 500000 states`. */
function completeness({ strategy, complete, bounds, cuts, instead }: CheckedScenario): string {
  if (complete) return strategy === 'exhaustive' ? 'yes' : `yes (${bounds})`;
  const why = [bounds, ...cuts].join('; ');
  return instead ? `no (${why}), then ${instead.states} states within ${instead.bounds}` : `no (${why})`;
}

function renderFinding({ kind, message, scenario, trace, schedule }: CheckedFinding): string {
  const shown = trace.length === 0 ? '' : `\n${renderTrace(folded(trace))}\nschedule ${schedule.join(',')}`;
  return `\n${kind} in "${scenario}": ${message}${shown}`;
}

/** Each hint read once: where, what it was made to return, why it may race. */
function renderHints(scenarios: readonly CheckedScenario[]): string[] {
  const found = new Map<string, { modes: Set<string>; reason: string }>();
  for (const { at, mode, reason } of scenarios.flatMap(({ hints }) => hints)) {
    const hint = found.get(at) ?? { modes: new Set(), reason };
    hint.modes.add(mode);
    found.set(at, hint);
  }
  return [...found].map(
    ([at, { modes, reason }]) => `hint read at ${at}, searched as ${[...modes].join(', ')}: ${reason}`,
  );
}

/** Each hang, and how the first comes about. */
function renderUpstream(hangs: readonly CheckedFinding[]): string {
  const [first] = hangs;
  if (!first) return "upstream's error path does not hang";
  const heads = hangs.map(
    ({ kind, message, scenario }) =>
      `upstream's error path hangs, as it does in QEMU ("${scenario}"): ${kind}: ${message}`,
  );
  return `${heads.map(said).join('\n')}\n${renderTrace(folded(first.trace))}`;
}

/** Filling a batch takes many plain accesses that say little: rows of them become one, but for the last. */
function folded(trace: readonly TraceRow[]): TraceRow[] {
  const rows: TraceRow[] = [];
  for (const [i, row] of trace.entries()) {
    const before = rows.at(-1);
    const isFill = (each: TraceRow | undefined): boolean => each?.line.includes('src/ram/batches.ts:') === true;
    if (i < trace.length - 1 && before && isFill(before) && isFill(row) && before.thread === row.thread) {
      rows[rows.length - 1] = { ...row, operation: '(its batch)', value: '' };
    } else rows.push(row);
  }
  return rows;
}

/** A row an operation, a column a way to weaken it. */
function renderMatrix(checked: Checked, survivors: readonly Survivor[], format: Format): string {
  const { mutants, unknownSurvivors, staleSurvivors } = checked;
  const ways = Object.keys(WAYS).filter((way) => mutants.some(({ mutant }) => mutant.how === way));
  const reasons: string[] = [];
  const noteOf = (id: string): string => {
    const reason = survivors.find(({ mutant }) => mutant === id)?.reason;
    if (reason === undefined) return 'UNKNOWN';
    if (!reasons.includes(reason)) reasons.push(reason);
    return `(${reasons.indexOf(reason) + 1})`;
  };
  const rows = new Map<string, string[]>();
  for (const result of mutants) {
    const { file, line, operation, how, id } = result.mutant;
    const key = id.slice(0, id.lastIndexOf(' '));
    const row = rows.get(key) ?? [`${file}:${line}`, `${key.split(' ')[1]} ${operation}`, ...ways.map(() => '')];
    row[2 + ways.indexOf(how)] = result.status === 'killed' ? result.finding!.kind : `${result.status} ${noteOf(id)}`;
    rows.set(key, row);
  }
  const killed = mutants.filter(({ status }) => status === 'killed').length;
  return [
    `${mutants.length} mutants: ${killed} killed, ${mutants.length - killed} alive`,
    renderRows(['line', 'operation', ...ways], [...rows.values()], format),
    ...reasons.map((reason, i) => said(`(${i + 1}) ${reason}`)),
    ...unknownSurvivors.map((id) => said(`UNKNOWN SURVIVOR: ${id}: kill it by a scenario, or list it with its reason`)),
    ...staleSurvivors.map((id) => said(`STALE SURVIVOR: ${id} is listed, and no such mutant is alive`)),
  ].join('\n');
}

/** What all of it comes to, and what that rests on. `primitives`: the name of what is no design. */
export function summaryOf(run: VerifyRun, primitives: string, assumptions: readonly string[]): string {
  const { reports, bounds, notModelled, strategy } = run;
  const lines = notModelled.map(({ name, reason }) => `${name}: not modelled: ${reason}`);
  const within = `for ${count(bounds.channels, 'channel')} and ${count(bounds.jobs, 'job')} with a sync`;
  const say = (what: string, are: (report: Checked) => boolean): void => {
    const names = reports.filter((report) => report.findings.length === 0 && are(report)).map(({ name }) => name);
    if (names.length > 0) lines.push(`${what}: ${names.join(', ')}`);
  };
  const isDesign = ({ name }: Checked): boolean => name !== primitives;
  say('verified at futex level, for 2 and 3 threads', (report) => !isDesign(report) && report.complete);
  say(`verified ${within}`, (report) => isDesign(report) && report.complete);
  if (strategy === 'exhaustive') {
    say('no finding, but NOT searched whole', (each) => !each.complete);
  } else say(`no finding by ${strategy} search ${within}`, (each) => !each.complete);
  lines.push(said(`assumed: ${assumptions.join('; ')}`));
  return lines.join('\n');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The machine-readable document. */
export function verifyDocument(run: VerifyRun, primitives: string, assumptions: readonly string[]) {
  const { reports, notModelled, bounds, strategy, mutates } = run;
  const of = ({ mutants, ...rest }: Checked) => ({ ...rest, mutants: mutants.map(flat) });
  const ofPrimitives = reports.find(({ name }) => name === primitives);
  return {
    schema: 1,
    bounds: { ...bounds, strategy, mutates },
    assumptions,
    designs: reports.filter(({ name }) => name !== primitives).map(of),
    ...(ofPrimitives ? { primitives: of(ofPrimitives) } : {}),
    notModelled,
  };
}

function flat({ mutant, ...rest }: MutantResult) {
  const { site, ...named } = mutant;
  return { ...named, ...rest };
}
