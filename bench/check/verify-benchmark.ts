// `verify --benchmark`: the checker's own speed against its goals, and published programs. Exit 1 if a goal is missed.

import { measureSpeed, type Speed } from '../../src/verify/speed.js';
import { formatOf, inFormat } from '../tables/format.js';
import { boxedTable } from '../terminal/boxed-table.js';
import { type MeasuredProgram, measurePrograms } from './verify-programs.js';

export interface BenchmarkFlags {
  readonly json?: boolean;
  readonly format?: string;
  /** A folder with another build of this package, to be measured beside this one. */
  readonly against?: string;
}

const PROGRAM_HEAD = ['program', 'GenMC', 'executions', 'states', 's', 'MiB', 'complete'];

export function verifyBenchmark({ json, format: asked, against }: BenchmarkFlags): number {
  const format = formatOf(asked);
  const say = (what: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`measured: ${what}\n`);
  };
  const show = (head: string[], body: string[][], sides: string): void => {
    const shown = inFormat(format, {
      table: () => boxedTable(head, body, sides),
      records: () => ({ head, rows: body }),
    });
    if (!json) process.stdout.write(shown);
  };
  const programs = measurePrograms(against, ({ name }) => say(name));
  const isBeside = against !== undefined;
  const programRows = programs.map((program) => programCells(program, isBeside));
  show([...PROGRAM_HEAD, ...(isBeside ? ['time, of the other'] : [])], programRows, 'lrrrrr');
  const figures = measureSpeed(({ what }) => say(what));
  show(['verify', 'measured', 'goal', '', 'counted'], figures.map(cells), 'lrrl');
  if (json) process.stdout.write(`${JSON.stringify({ node: process.version, figures, programs }, null, 1)}\n`);
  process.stderr.write(`Node ${process.version}; the engine's warm-up included: run it on an idle machine\n`);
  return figures.every(({ isMet }) => isMet) && programs.every(isRight) ? 0 : 1;
}

function isRight({ here }: MeasuredProgram): boolean {
  return here?.complete === true && here.findings.length === 0;
}

function cells({ what, value, unit, goal, isMet, detail }: Speed): string[] {
  const bound = unit === 'schedules/s' ? 'at least' : 'at most';
  const shown = unit === 's' ? value.toFixed(2) : String(Math.round(value));
  return [what, `${shown} ${unit}`, `${bound} ${goal} ${unit}`, isMet ? 'met' : 'MISSED', detail];
}

function programCells({ name, published, here, there, ratio }: MeasuredProgram, isBeside: boolean): string[] {
  const count = published === undefined ? '' : `${published}`;
  const bound = there === undefined ? 'at most ' : '';
  const beside = isBeside ? [ratio === undefined ? '' : `${bound}x${ratio.toPrecision(2)}`] : [];
  if (!here) return [name, count, '', '', '', '', 'not in 60 s', ...beside];
  const { executions, states, seconds, mib, complete, findings } = here;
  const whole = findings.length > 0 ? `FINDING: ${findings[0]}` : complete ? 'yes' : 'no';
  return [name, count, `${executions}`, `${states}`, seconds.toFixed(2), `${Math.round(mib)}`, whole, ...beside];
}
