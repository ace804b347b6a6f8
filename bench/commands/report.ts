// The report command: a saved run as one HTML file that opens anywhere and asks nobody for anything; its charts as SVG.

import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { exitWith } from '../base/exit-code.js';
import { makeFolder } from '../base/output.js';
import { UsageError } from '../base/usage-error.js';
import { adviseChannels } from '../report/channels.js';
import { historyOf } from '../report/history.js';
import { type Report, reportOf } from '../report/model.js';
import { renderPage } from '../report/page.js';
import { peerOf } from '../report/peer.js';
import type { Result } from '../result/document.js';
import { chooseRun } from '../store/choose.js';
import { measuredIn } from '../store/find.js';
import { declareStore, type StoreFlags, storeOf } from '../store/store-flags.js';
import { commitLine } from '../system/commit-line.js';
import { readBlessings } from '../tracking/blessings.js';

export interface ReportFlags extends StoreFlags {
  readonly out?: string;
  readonly svg?: string;
  readonly force?: boolean;
}

export function declareReport(program: Command): void {
  const command = program
    .command('report')
    .description('write a saved run as one HTML page with charts, which opens offline; or its charts as SVG')
    .argument('[run]', 'latest, baseline:NAME, a result file, or a commit, branch or tag with a saved run', 'latest')
    .option('--out <file>', 'where the page goes; default report-RUN.html here')
    .option('--svg <folder>', 'write the charts there as SVG files instead of a page')
    .option('--force', 'write over files that are there');
  declareStore(command).action(async (file: string, flags: ReportFlags) => exitWith(await report(file, flags)));
}

/** Prints the path of each file that it wrote. */
export async function report(file: string, flags: ReportFlags): Promise<number> {
  if (flags.out !== undefined && flags.svg !== undefined) throw new UsageError('--svg: takes a folder, and no --out');
  const store = storeOf(flags);
  const { path, result } = chooseRun(file, 'report', store);
  const name = basename(path, '.json');
  const shown = wholeReport(result, name, store.folder);
  const files = flags.svg === undefined ? page(result, shown, flags) : await charts(shown, flags.svg);
  const flag = flags.svg === undefined ? '--out' : '--svg';
  const there = flags.force ? undefined : files.find((each) => existsSync(each.path));
  if (there) throw new UsageError(`${flag}: ${there.path} is there already; --force writes over it`);
  for (const { path: target, text } of files) {
    write(flag, target, text);
    process.stdout.write(`${target}\n`);
  }
  return 0;
}

interface Written {
  readonly path: string;
  readonly text: string;
}

/** With what the other files of `folder` say of its machine. */
function wholeReport(result: Result, name: string, folder: string): Report {
  const report = reportOf(result, name);
  const source = {
    folder,
    line: commitLine('HEAD', measuredIn(folder, result.machine.key)),
    blessings: readBlessings(folder, result.machine.key),
  };
  const [history, peer] = [historyOf(result, report, source), peerOf(folder, result.machine.key)];
  return { ...report, ...(history && { history }), ...(peer && { peer }) };
}

function page(result: Result, report: Report, { out }: ReportFlags): Written[] {
  const path = out ?? `report-${result.run.id.replace(/[^\w-]/g, '_')}.html`;
  const { advice, models } = adviseChannels(result, report);
  return [{ path, text: renderPage(result, { ...report, models }, advice) }];
}

async function charts(report: Report, folder: string): Promise<Written[]> {
  // Loads a DOM and the chart library, which no other command needs.
  const { renderCharts } = await import('../report/svg.js');
  return renderCharts(report).map(({ name, svg }) => ({ path: join(folder, `${name}.svg`), text: svg }));
}

/** Whole or not at all. `flag`: what errors name. */
function write(flag: string, target: string, text: string): void {
  const path = resolve(target);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    makeFolder(flag, dirname(path));
    try {
      writeFileSync(temporary, text, { flag: 'wx' });
      renameSync(temporary, path);
    } catch (cause) {
      rmSync(temporary, { force: true });
      throw cause;
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${flag}: cannot write ${target}: ${(cause as Error).message}`);
  }
}
