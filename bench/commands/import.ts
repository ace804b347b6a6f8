// The import command: what other benchmarks measured becomes runs that history, compare and gate judge.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { exitWith } from '../base/exit-code.js';
import { counted } from '../base/quantities.js';
import { readSpreadsheet } from '../base/spreadsheet.js';
import { badValue } from '../base/usage-error.js';
import { saveResult } from '../store/save.js';
import { storeOf } from '../store/store-flags.js';
import type { Commit } from '../system/commit.js';
import { commitOf, commitsNamed } from '../system/git.js';
import { WORKPLACE } from '../system/project.js';
import { IMPORTED } from '../tables/shown-metrics.js';
import { type Better, importCsv } from '../tracking/import-csv.js';
import { importJson } from '../tracking/import-json.js';
import { type ImportedRun, importedResult } from '../tracking/imported.js';

export interface ImportFlags {
  readonly commit?: string;
  readonly machine: string;
  readonly better: string;
  readonly results?: string;
}

/** Of a run that has neither time nor commit: the order of its file is kept. */
const NO_TIME = Date.UTC(2000, 0, 1);
const A_MINUTE_MS = 60_000;

export function declareImport(program: Command): void {
  program
    .command('import <files...>')
    .description("save what other benchmarks measured: hyperfine's JSON, Google Benchmark's JSON, or CSV")
    .option(
      '--commit <revision>',
      'the commit that was measured; default what the file names, else the order of time counts',
    )
    .option('--machine <key>', 'machine key to save them under; runs of two keys are not compared', IMPORTED)
    .option('--better <way>', 'which values of a CSV file are better: lower, or higher', 'lower')
    .option('--results <folder>', "where runs are kept; default this project's results/")
    .action((files: string[], flags: ImportFlags) => exitWith(importFiles(files, flags)));
}

/** Returns 0. Throws UsageError that names the file and the field or line, before anything is saved. */
export function importFiles(files: readonly string[], flags: ImportFlags): number {
  const { better } = flags;
  if (better !== 'lower' && better !== 'higher') throw badValue('--better', better, 'lower, higher');
  const { machineKey } = storeOf(flags);
  const folder = flags.results === undefined ? `${WORKPLACE}results` : resolve(flags.results);
  const runs = files.flatMap((file) => runsOf(file, better));
  const named = [...new Set(runs.flatMap(({ commit }) => commit ?? []))];
  const commits = new Map<string, Commit>(named.length > 1 ? commitsNamed(named) : []);
  const commitFor = ({ commit = flags.commit, where }: ImportedRun) => {
    if (commit === undefined) return undefined;
    const known = commits.get(commit) ?? commitOf(commit, commit === flags.commit ? '--commit' : `${where}: commit`);
    commits.set(commit, known);
    return known;
  };
  const results = runs.map((run, at) => {
    const commit = commitFor(run);
    const time = run.time ?? commit?.time ?? new Date(NO_TIME + at * A_MINUTE_MS).toISOString();
    return importedResult(run, { machineKey, time, commit });
  });
  let known = 0;
  for (const result of results) {
    try {
      saveResult(folder, result);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      known++;
    }
  }
  const series = new Set(results.flatMap(({ cells }) => cells.map(({ id }) => id)));
  process.stderr.write(
    `${counted(results.length - known, 'run', 'runs')} of ${counted(series.size, 'benchmark', 'benchmarks')} saved under ${folder}/${machineKey}` +
      `${known > 0 ? `; ${known} were there already` : ''}\n` +
      `history --machine ${machineKey} shows them, gate ${commits.size > 0 ? 'COMMIT' : 'latest'} --machine ${machineKey} judges the newest\n`,
  );
  return 0;
}

function runsOf(file: string, better: Better): ImportedRun[] {
  const text = readSpreadsheet(file, 'import');
  if (!/^\s*[[{]/.test(text)) return importCsv(text, file, better);
  const { run, notes } = importJson(text, file);
  for (const note of notes) process.stderr.write(`${note}\n`);
  return [run];
}
