// The readme command: puts the tables of a saved run into README.md, between its two marks.
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Command } from 'commander';
import { exitWith } from '../exit-code.js';
import { DEFAULT_TABLES } from '../plan/tables.js';
import { UsageError } from '../plan/usage-error.js';
import { readQemuResult } from '../qemu/result.js';
import { findRuns } from '../store/find.js';
import { PROJECT } from '../store/project.js';
import { readResult } from '../store/read.js';
import { renderTables } from '../views/comparison-table.js';
import { publishQemu } from './publish-qemu.js';

const BEGIN = '<!-- results: written by `npm run readme` -->';
const END = '<!-- end of results -->';

export function declareReadme(program: Command): void {
  program
    .command('readme')
    .description("put the tables of the newest saved run, or of a file, into this project's README.md")
    .argument('[file]', 'a result file')
    .action(async (file: string | undefined) => exitWith(await readme(file)));
}

/** README.md with the tables of the run saved at `path` (relative to the project) between the marks. */
export function withResults(readme: string, path: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new UsageError(`README.md: expected the marks "${BEGIN}" and "${END}", in this order`);
  const tables = renderTables(readResult(`${PROJECT}${path}`), DEFAULT_TABLES);
  const body = `From [\`${path}\`](${path}):\n\n\`\`\`text\n${tables}\n\`\`\`\n`;
  return `${readme.slice(0, begin + BEGIN.length)}\n${body}${readme.slice(end)}`;
}

/** The run that README.md shows now. */
export function shownResult(readme: string): string | undefined {
  return /^From \[`([^`]+)`\]/m.exec(readme)?.[1];
}

/** Writes the newest run of the default tables, or the one that is named, into README.md. */
export async function readme(file: string | undefined): Promise<number> {
  const comparison = file === undefined ? undefined : readQemuResult(file);
  if (comparison) {
    publishQemu(comparison, file);
    return 0;
  }
  const path = file ?? findRuns(`${PROJECT}results`).runs.findLast((run) => isDefaultRun(run.path))?.path;
  if (path === undefined)
    throw new UsageError('readme: no run of the default tables under results/; `npm run bench` makes one');
  const text = readFileSync(`${PROJECT}README.md`, 'utf8');
  writeFileSync(`${PROJECT}README.md`, withResults(text, relative(PROJECT, path)));
  process.stderr.write(`README.md shows ${relative(PROJECT, path)}\n`);
  return 0;
}

function isDefaultRun(path: string): boolean {
  const { cells, run } = readResult(path);
  return run.complete && DEFAULT_TABLES.every(({ id }) => cells.some(({ table }) => table === id));
}
