// The readme command: puts the tables and charts of a saved run into README.md, between its two marks.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { exitWith } from '../bench/base/exit-code.js';
import { UsageError } from '../bench/base/usage-error.js';
import { DEFAULT_TABLES } from '../bench/plan/tables.js';
import { readQemuResult } from '../bench/qemu/result.js';
import { reportOf } from '../bench/report/model.js';
import { latestRuns } from '../bench/store/latest.js';
import { readResult } from '../bench/store/read.js';
import { storeOf } from '../bench/store/store-flags.js';
import { PROJECT } from '../bench/system/project.js';
import { renderTables } from '../bench/tables/comparison-table.js';
import { renderAdvice } from '../bench/tune/advice-text.js';
import { savedRounds } from '../bench/tune/saved.js';
import { adviceFrom } from '../bench/tune/tune-saved.js';
import { publishQemu } from './publish-qemu.js';

const BEGIN = '<!-- results: written by `npm run readme` -->';
const END = '<!-- end of results -->';
const BEGIN_TUNE = '<!-- tune: written by `npm run readme` from a run of tune -->';
const END_TUNE = '<!-- end of tune -->';
const COLUMNS = 100;

export function declareReadme(program: Command): void {
  program
    .command('readme')
    .description("put the tables and charts of the newest saved run, or of a file, into this project's README.md")
    .argument('[file]', 'a result file')
    .action(async (file: string | undefined) => exitWith(await readme(file)));
}

/** The charts that README.md shows above the tables. */
const CHARTS = ['hand-off', 'latency-percentiles'] as const;
const CHARTS_FOLDER = 'docs/charts';

/** README.md with the charts and tables of the run saved at `path` (relative to the project) between the marks. */
export function withResults(readme: string, path: string): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new UsageError(`README.md: expected the marks "${BEGIN}" and "${END}", in this order`);
  const tables = renderTables(readResult(`${PROJECT}${path}`), DEFAULT_TABLES);
  const images = CHARTS.map((name) => `![${name}](${CHARTS_FOLDER}/${name}.svg)\n\n`).join('');
  const body = `From [\`${path}\`](${path}):\n\n${images}\`\`\`text\n${tables}\n\`\`\`\n`;
  return `${readme.slice(0, begin + BEGIN.length)}\n${body}${readme.slice(end)}`;
}

/** The charts that README.md shows, of the run saved at `path`: the paths of the files, and what they hold. */
export async function chartsOf(path: string): Promise<{ path: string; svg: string }[]> {
  // Loads a DOM and the chart library, which no other command needs.
  const { renderCharts } = await import('../bench/report/svg.js');
  const charts = renderCharts(reportOf(readResult(`${PROJECT}${path}`), path));
  return CHARTS.map((name) => {
    const chart = charts.find((each) => each.name === name);
    if (!chart) throw new UsageError(`${path}: no chart ${name}: no run of the default tables`);
    return { path: `${CHARTS_FOLDER}/${name}.svg`, svg: chart.svg };
  });
}

/** README.md with the answer of the run of `tune` that is saved at `path` between its marks. */
export function withTuning(readme: string, path: string): string {
  const [begin, end] = [readme.indexOf(BEGIN_TUNE), readme.indexOf(END_TUNE)];
  if (begin < 0 || end < begin)
    throw new UsageError(`README.md: expected the marks "${BEGIN_TUNE}" and "${END_TUNE}", in this order`);
  const result = readResult(`${PROJECT}${path}`);
  const advice = adviceFrom(result, savedRounds(result, path, {}));
  if (!advice) throw new UsageError(`${path}: too few rounds for an answer`);
  const { cpuModel, cores } = result.machine;
  const about = `${cpuModel}, ${cores} cores, Node ${result.node.version}: \`${result.run.command.replace(/ --validate/, '')}\`, from [\`${path}\`](${path})`;
  return `${readme.slice(0, begin + BEGIN_TUNE.length)}\n${about}:\n\n\`\`\`text\n${renderAdvice(advice, COLUMNS)}\n\`\`\`\n${readme.slice(end)}`;
}

/** The run of `tune` that README.md shows now. */
export function shownTuning(readme: string): string | undefined {
  return /, from \[`([^`]+)`\]/.exec(readme.slice(readme.indexOf(BEGIN_TUNE)))?.[1];
}

/** The run that README.md shows now. */
export function shownResult(readme: string): string | undefined {
  return /^From \[`([^`]+)`\]/m.exec(readme)?.[1];
}

/** Writes the newest run of the default tables, or the one that is named, into README.md. */
async function readme(file: string | undefined): Promise<number> {
  const comparison = file === undefined ? undefined : readQemuResult(file);
  if (comparison) {
    publishQemu(comparison, file);
    return 0;
  }
  if (file !== undefined && isTuning(file)) {
    const text = readFileSync(`${PROJECT}README.md`, 'utf8');
    writeFileSync(`${PROJECT}README.md`, withTuning(text, relative(PROJECT, resolve(file))));
    process.stderr.write(`README.md shows ${file}\n`);
    return 0;
  }
  const path = file ?? newestDefault();
  if (path === undefined)
    throw new UsageError('readme: no run of the default tables under results/; `npm run bench` makes one');
  const text = readFileSync(`${PROJECT}README.md`, 'utf8');
  const shown = relative(PROJECT, path);
  mkdirSync(`${PROJECT}${CHARTS_FOLDER}`, { recursive: true });
  for (const chart of await chartsOf(shown)) writeFileSync(`${PROJECT}${chart.path}`, chart.svg);
  writeFileSync(`${PROJECT}README.md`, withResults(text, shown));
  process.stderr.write(`README.md shows ${shown}\n`);
  return 0;
}

function newestDefault(): string | undefined {
  return latestRuns(storeOf({})).runs.find(({ file }) => isDefaultRun(file.path))?.file.path;
}

/** A run of `tune` has the table that it searched. */
function isTuning(path: string): boolean {
  return readResult(path).cells.some(({ table }) => table === 'tune');
}

/** With the designs that a run has unless others are named. */
function isDefaultRun(path: string): boolean {
  const { cells, run } = readResult(path);
  const named = run.flags?.variants !== undefined;
  return run.complete && !named && DEFAULT_TABLES.every(({ id }) => cells.some(({ table }) => table === id));
}
