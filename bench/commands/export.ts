// The export command: a saved run in the format of another tool.

import type { Command } from 'commander';
import { exitWith } from '../base/exit-code.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { shownMetrics } from '../result/compare-runs.js';
import type { Result } from '../result/document.js';
import { chooseRun } from '../store/choose.js';
import { declareStore, type StoreFlags, storeOf } from '../store/store-flags.js';
import { toBencher } from '../tables/bencher.js';
import { toCsv, toMarkdown } from '../tables/export-tables.js';
import { toGithubAction } from '../tables/github-action.js';
import { isWithoutNumbers, toGoogleBenchmark } from '../tables/google-benchmark.js';
import { declareLayout, type LayoutFlags, layoutOf, requireWanted, wantedBy } from '../tables/layout-flags.js';
import type { Layout } from '../tables/projection.js';

export interface ExportFlags extends StoreFlags, LayoutFlags {
  readonly to: string;
}

const json = (document: unknown) => JSON.stringify(document, null, 1);

const FORMATS: Readonly<Record<string, (result: Result, layout: Layout) => string>> = {
  'google-benchmark': (result) => json(toGoogleBenchmark(result)),
  bencher: (result) => json(toBencher(result)),
  'github-action-bigger': (result) => json(someOf(toGithubAction(result, 'higher'), 'bigger')),
  'github-action-smaller': (result) => json(someOf(toGithubAction(result, 'lower'), 'smaller')),
  csv: toCsv,
  markdown: toMarkdown,
};

export function declareExport(program: Command): void {
  const command = program
    .command('export')
    .description("print a saved run in another tool's format")
    .argument('[run]', 'latest, baseline:NAME, a result file, or a commit, branch or tag with a saved run', 'latest')
    .requiredOption('--to <format>', Object.keys(FORMATS).join(', '));
  declareLayout(declareStore(command)).action((what: string, flags: ExportFlags) => exitWith(exportRun(what, flags)));
}

/** Returns 0. */
export function exportRun(what: string, flags: ExportFlags): number {
  const print = FORMATS[flags.to];
  if (!Object.hasOwn(FORMATS, flags.to) || !print) throw badValue('--to', flags.to, Object.keys(FORMATS).join(', '));
  const wanted = wantedBy(flags);
  const layout = layoutOf(flags);
  const { result, leftOut } = chooseRun(what, 'export', storeOf(flags));
  for (const { path, reason } of leftOut) process.stderr.write(`left out ${path}: ${reason}\n`);
  const cells = result.cells.filter(
    (cell) => flags.filter === undefined || shownMetrics(cell).some((metric) => wanted(cell.id, metric)),
  );
  requireWanted(flags, result.cells, shownMetrics);
  if (flags.to === 'google-benchmark') {
    for (const { id, status, reason } of cells.filter(isWithoutNumbers))
      process.stderr.write(`left out ${id}: ${status}: ${reason ?? 'no reason'}\n`);
  }
  process.stdout.write(`${print({ ...result, cells }, layout)}\n`);
  return 0;
}

/** The receiving action takes an empty list for an error. */
function someOf<T>(entries: readonly T[], direction: string): readonly T[] {
  if (entries.length === 0) throw new UsageError(`export: no metric of this run is ${direction}-is-better`);
  return entries;
}
