// The doctor command: what this machine can and cannot resolve, and what to do about it.

import type { Command } from 'commander';
import { exitWith } from '../base/exit-code.js';
import { refuseBeside, requireMode } from '../base/modes.js';
import { checkAll, exitCode } from '../doctor/checks.js';
import { renderReport, reportRecords } from '../doctor/doctor-report.js';
import { gatherFacts } from '../doctor/facts.js';
import { declareFormat, formatOf, inFormat } from '../tables/format.js';
import { type CalibrateFlags, calibrate } from './calibrate.js';
import { turns } from './turns.js';

export interface DoctorFlags extends CalibrateFlags {
  readonly calibrate?: boolean;
  readonly turns?: boolean;
  readonly svg?: string;
  readonly json?: boolean;
  readonly format?: string;
}

export function declareDoctor(program: Command): void {
  const command = program
    .command('doctor')
    .description(
      'show what this machine can resolve, and what to do about the rest; exit 1 if numbers from it would be worthless',
    )
    .option('--json', 'as JSON, with every fact behind the lines')
    .option(
      '--calibrate',
      'count false verdicts and missed delays of the default run, in runs of known outcome (half an hour)',
    )
    .option('--turns', 'measure the error of a ratio by the length of its turns (three minutes)')
    .option('--svg <file>', 'with --turns: also draw the curves into this file')
    .option('--runs <n>', 'with --calibrate: default runs to measure', '12')
    .option('--delay <percent>', 'with --calibrate: how much slower the delayed design is; default 3%')
    .option('--seed <n>', 'with --calibrate: seed for the order of cells; default random, and printed')
    .option('--no-save', 'with --calibrate: store nothing under results/');
  declareFormat(command).action(async (flags: DoctorFlags) => {
    requireMode(command, 'calibrate', ['--runs', '--delay', '--seed', '--no-save']);
    requireMode(command, 'turns', ['--svg']);
    refuseBeside(command, flags.turns === true, '--turns', ['--calibrate']);
    if (flags.turns) return exitWith(await turns(flags));
    return exitWith(flags.calibrate ? await calibrate(flags) : await doctor(flags));
  });
}

/** Returns 0 when nothing found makes numbers worthless, warnings or not; else 1. */
export async function doctor({ json, format: asked }: DoctorFlags): Promise<number> {
  const format = formatOf(asked);
  if (!json && process.stderr.isTTY) process.stderr.write('measuring the floors, about 3 s\n');
  const facts = await gatherFacts();
  const checks = checkAll(facts);
  const code = exitCode(checks);
  if (json) process.stdout.write(`${JSON.stringify({ fit: code === 0, checks, facts }, null, 1)}\n`);
  else {
    const { cpuModel, cores } = facts.machine;
    const title = `${cpuModel}, ${cores} cores, Node ${process.version}`;
    process.stdout.write(
      inFormat(format, { table: () => renderReport(title, checks), records: () => reportRecords(checks) }),
    );
  }
  return code;
}
