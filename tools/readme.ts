// The readme command: puts a saved run into docs/results.md and its answer into README.md, each between two marks.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { exitWith } from '../bench/base/exit-code.js';
import { showNumber } from '../bench/base/quantities.js';
import { UsageError } from '../bench/base/usage-error.js';
import { DEFAULT_TABLES } from '../bench/plan/tables.js';
import { readQemuResult } from '../bench/qemu/result.js';
import { reportOf } from '../bench/report/model.js';
import { groupOf } from '../bench/result/comparisons.js';
import type { Result } from '../bench/result/document.js';
import { shownMetric } from '../bench/result/latency-summary.js';
import { latestRuns } from '../bench/store/latest.js';
import { readResult } from '../bench/store/read.js';
import { storeOf } from '../bench/store/store-flags.js';
import { PROJECT } from '../bench/system/project.js';
import { answerOf } from '../bench/tables/answer.js';
import { renderTables } from '../bench/tables/comparison-table.js';
import { timesText } from '../bench/tables/figures.js';
import { METRIC_VIEWS } from '../bench/tables/metrics.js';
import { renderAdvice } from '../bench/tune/advice-text.js';
import { savedRounds } from '../bench/tune/saved.js';
import { channelsSentence } from '../bench/tune/sentence.js';
import { adviceFrom } from '../bench/tune/tune-saved.js';
import { marks, withBetween } from './marks.js';
import { publishQemu } from './qemu.js';

const RESULTS = marks('results', '`npm run readme`');
const TUNE = marks('tune', '`npm run readme` from a run of tune');
const ANSWER = marks('answer', '`npm run readme`');
/** The page of full tables. */
export const RESULTS_PAGE = 'docs/results.md';
/** The first of each column's table are shown in README.md. */
const SHORT_DESIGNS = ['mutex', 'atomic-barrier', 'message-port'];
const COLUMNS = 80;

export function declareReadme(program: Command): void {
  program
    .command('readme')
    .description(
      "put the newest saved run, or a file, into this project's docs/results.md, and its answer into README.md",
    )
    .argument('[file]', 'a result file')
    .action(async (file: string | undefined) => exitWith(await readme(file)));
}

/** The charts above the tables. */
const CHARTS = ['hand-off', 'latency-percentiles'] as const;
const CHARTS_FOLDER = 'docs/charts';

/** The page with the charts and tables of the run saved at `path` (relative to the project) between the marks. */
export function withResults(readme: string, path: string): string {
  const tables = renderTables(readResult(`${PROJECT}${path}`), DEFAULT_TABLES);
  const images = CHARTS.map((name) => `![${name}](charts/${name}.svg)\n\n`).join('');
  const body = `From [\`${path}\`](../${path}):\n\n${images}\`\`\`text\n${tables}\n\`\`\`\n`;
  return withBetween(RESULTS_PAGE, readme, RESULTS, body);
}

/** README.md with the answer of that run, one chart and a small table between its marks. */
export function withAnswer(readme: string, path: string): string {
  const result = readResult(`${PROJECT}${path}`);
  const answer = answerOf(result, channelsSentence(result)).map((line) => `- ${line}`);
  const { machine, node } = result;
  const about = `On ${machine.cpuModel}, ${machine.cores} cores, Node ${node.version} ([all tables](${RESULTS_PAGE})):`;
  const chart = `![batches per second over channels](${CHARTS_FOLDER}/${CHARTS[0]}.svg)`;
  const body = [about, '', ...answer, '', chart, '', ...shortTable(result)].join('\n');
  return withBetween('README.md', readme, ANSWER, `${body}\n`);
}

const SHORT_COLUMNS = [
  { title: 'hand-off, 1 channel, thousand batches/s', table: 'hand-off', channels: 1, metric: 'jobsPerSecond' },
  { title: 'round trip p50, us', table: 'latency', channels: 1, metric: 'handoffNs.p50' },
  { title: '512 KiB packets over tcp, 4 channels, MiB/s', table: 'packet', channels: 4, metric: 'mibPerSecond' },
] as const;

/** Three designs and three numbers each, with what their ratio to the first says. */
function shortTable({ cells, comparisons }: Result): string[] {
  const rows = SHORT_DESIGNS.map((variant) => {
    const values = SHORT_COLUMNS.map(({ table, channels, metric }) => {
      const cell = cells.find((each) => each.table === table && each.variant === variant && each.channels === channels);
      const summary = cell && shownMetric(cell, metric);
      if (!summary) return '';
      const compared = comparisons.find(
        (each) => each.b === variant && each.metric === metric && each.cell === groupOf(cell),
      );
      const said = compared ? `, ${timesText(compared.ratio)} ${compared.verdict.toUpperCase().replace('-', ' ')}` : '';
      return `${showNumber(summary.median * METRIC_VIEWS[metric].scale)}${said}`;
    });
    return `| \`${variant}\` | ${values.join(' | ')} |`;
  });
  return [`| design | ${SHORT_COLUMNS.map(({ title }) => title).join(' | ')} |`, '|---|---:|---:|---:|', ...rows];
}

/** The charts that docs/results.md shows, of the run saved at `path`: the paths of the files, and what they hold. */
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

/** The page with the answer of the run of `tune` that is saved at `path` between its marks. */
export function withTuning(readme: string, path: string): string {
  const result = readResult(`${PROJECT}${path}`);
  const advice = adviceFrom(result, savedRounds(result, path));
  if (!advice) throw new UsageError(`${path}: too few rounds for an answer`);
  const { cpuModel, cores } = result.machine;
  const about = `${cpuModel}, ${cores} cores, Node ${result.node.version}: \`${result.run.command.replace(/ --validate/, '')}\`, from [\`${path}\`](../${path})`;
  return withBetween(RESULTS_PAGE, readme, TUNE, `${about}:\n\n\`\`\`text\n${renderAdvice(advice, COLUMNS)}\n\`\`\`\n`);
}

/** The run of `tune` that the page shows now. */
export function shownTuning(readme: string): string | undefined {
  return /, from \[`([^`]+)`\]/.exec(readme.slice(readme.indexOf(TUNE.begin)))?.[1];
}

/** The run that the page shows now. */
export function shownResult(readme: string): string | undefined {
  return /^From \[`([^`]+)`\]/m.exec(readme)?.[1];
}

/** Writes the newest run of the default tables, or the one that is named, into docs/results.md and README.md. */
async function readme(file: string | undefined): Promise<number> {
  const comparison = file === undefined ? undefined : readQemuResult(file);
  if (comparison) {
    publishQemu(comparison, file);
    return 0;
  }
  if (file !== undefined && isTuning(file)) {
    const text = readFileSync(`${PROJECT}${RESULTS_PAGE}`, 'utf8');
    writeFileSync(`${PROJECT}${RESULTS_PAGE}`, withTuning(text, relative(PROJECT, resolve(file))));
    process.stderr.write(`${RESULTS_PAGE} shows ${file}\n`);
    return 0;
  }
  const path = file ?? newestDefault();
  if (path === undefined)
    throw new UsageError('readme: no run of the default tables under results/; `npm run bench` makes one');
  const text = readFileSync(`${PROJECT}${RESULTS_PAGE}`, 'utf8');
  const shown = relative(PROJECT, path);
  mkdirSync(`${PROJECT}${CHARTS_FOLDER}`, { recursive: true });
  for (const chart of await chartsOf(shown)) writeFileSync(`${PROJECT}${chart.path}`, chart.svg);
  writeFileSync(`${PROJECT}${RESULTS_PAGE}`, withResults(text, shown));
  writeFileSync(`${PROJECT}README.md`, withAnswer(readFileSync(`${PROJECT}README.md`, 'utf8'), shown));
  process.stderr.write(`${RESULTS_PAGE} and README.md show ${shown}\n`);
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
