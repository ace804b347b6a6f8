// The upstream command: puts a saved run of `run --table upstream` into docs/upstream.md, with what the model says beside it.
import { readFileSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { exitWith } from '../bench/base/exit-code.js';
import { counted, showNumber } from '../bench/base/quantities.js';
import { UsageError } from '../bench/base/usage-error.js';
import { UPSTREAM_TABLES } from '../bench/plan/upstream-tables.js';
import { groupOf } from '../bench/result/comparisons.js';
import type { Result, ResultCell } from '../bench/result/document.js';
import { shownMetric } from '../bench/result/latency-summary.js';
import { latestRuns } from '../bench/store/latest.js';
import { readResult } from '../bench/store/read.js';
import { storeOf } from '../bench/store/store-flags.js';
import { PROJECT } from '../bench/system/project.js';
import { timesText } from '../bench/tables/figures.js';
import { scaleOf } from '../bench/tables/metrics.js';
import { marks, withBetween } from './marks.js';
import { costsOf, predicted } from './upstream-model.js';
import { shortOf } from './upstream-short.js';

/** The note, and where the tables go in it. */
export const UPSTREAM_PAGE = 'docs/upstream.md';
const MARKS = marks('upstream', '`npm run upstream`');
const SHORT_MARKS = marks('upstream in short', '`npm run upstream`');
/** What the model starts from. */
const PARTS = 'upstream-parts';
/** Where the model is to say what more CPUs would do. */
const MANY_CPUS = 16;

export function declareUpstream(program: Command): void {
  program
    .command('upstream')
    .description(`put the newest saved runs of \`run --table upstream\`, or files, into ${UPSTREAM_PAGE}`)
    .argument('[files...]', 'result files: the first part of the table first')
    .action((files: string[]) => exitWith(upstream(files)));
}

/** A run, and the file that the page says it is from. */
export interface ShownRun {
  readonly result: Result;
  readonly path: string;
}

function upstream(files: readonly string[]): number {
  const runs = (files.length > 0 ? files : newest()).map((file) => {
    return { result: readResult(file), path: relative(PROJECT, resolve(file)) };
  });
  if (runs.length === 0) {
    throw new UsageError('upstream: no such run under results/; `npx multifd-bench run --table upstream` makes one');
  }
  const text = readFileSync(`${PROJECT}${UPSTREAM_PAGE}`, 'utf8');
  writeFileSync(`${PROJECT}${UPSTREAM_PAGE}`, withTables(text, runs));
  process.stderr.write(`${UPSTREAM_PAGE} shows ${runs.map(({ path }) => path).join(', ')}\n`);
  return 0;
}

/** The newest runs that together have every cell of the tables that was ever measured; first what the model starts from. */
function newest(): string[] {
  const known = new Set<string>();
  const files: { readonly file: string; readonly startsModel: boolean }[] = [];
  for (const { file } of latestRuns(storeOf({})).runs) {
    const { cells } = readResult(file.path);
    const own = cells.filter(({ table, status }) => isOurs(table) && status === 'measured').map(({ id }) => id);
    if (own.every((id) => known.has(id))) continue;
    for (const id of own) known.add(id);
    files.push({ file: file.path, startsModel: cells.some(({ table }) => table === PARTS) });
  }
  return files.toSorted((x, y) => Number(y.startsModel) - Number(x.startsModel)).map(({ file }) => file);
}

function isOurs(table: string | undefined): boolean {
  return UPSTREAM_TABLES.some(({ id }) => id === table);
}

/** The runs that the page shows now. */
export function shownRuns(page: string): string[] {
  return [...page.matchAll(/^From \[`([^`]+)`\]/gm)].map(([, path]) => path!);
}

/** The page with the tables of the runs between its marks; what it says in short is of the first, and of tcp of the one that has it. */
export function withTables(page: string, runs: readonly ShownRun[]): string {
  const { result: first } = runs[0]!;
  const blocks = runs.flatMap(({ result, path }) => {
    const tables = UPSTREAM_TABLES.filter(({ id }) => result.cells.some(({ table }) => table === id));
    if (tables.length === 0) throw new UsageError(`${path}: not a run of --table upstream`);
    const { machine, node, run } = result;
    const about = `From [\`${path}\`](../${path}): ${machine.cpuModel}, ${machine.cores} cores, Node ${node.version}, ${run.rounds} processes.`;
    const shown = tables.flatMap(({ id, title }) =>
      id === PARTS
        ? costsTable(result)
        : [`### ${title}`, '', ...readingOf(result, id), '', ...rowsOf(result, first, id), ''],
    );
    return [about, '', ...shown];
  });
  const short = withBetween(
    UPSTREAM_PAGE,
    page,
    SHORT_MARKS,
    `${shortOf(runs.map(({ result }) => result)).join('\n')}\n`,
  );
  return withBetween(UPSTREAM_PAGE, short, MARKS, blocks.join('\n'));
}

/** Half-widths up to this are what the tables are for. */
const WANTED_HALF = 0.03;

/** A line for each design: its verdicts beside 10.0's shape, and how well its rows are known. */
function readingOf({ cells, comparisons }: Result, table: string): string[] {
  const { metrics } = UPSTREAM_TABLES.find(({ id }) => id === table)!;
  const groups = new Set(cells.filter((cell) => cell.table === table).map(groupOf));
  const own = comparisons.filter(({ cell, metric }) => metric === metrics[0] && groups.has(cell));
  return [...new Set(own.map(({ b }) => b))].map((design) => {
    const rows = own.filter(({ b }) => b === design);
    const verdicts = [...new Set(rows.map(({ verdict }) => verdict))].map((word) => {
      const ratios = rows.filter(({ verdict }) => verdict === word).map(({ ratio }) => ratio);
      const range = [...new Set([Math.min(...ratios), Math.max(...ratios)].map((ratio) => timesText(ratio)))];
      return `${word.toUpperCase().replace('-', ' ')} in ${ratios.length} (${range.join(' to ')})`;
    });
    const known = rows.filter((row) => halfWidth(row) <= WANTED_HALF).length;
    return `- \`${design}\` to \`${rows[0]!.a}\`, ${counted(rows.length, 'row')}: ${verdicts.join(', ')}; ${known} of ${rows.length} known to ±${WANTED_HALF * 100} %.`;
  });
}

function halfWidth({ low, high }: { readonly low: number; readonly high: number }): number {
  return Math.sqrt(high / low) - 1;
}

interface Column {
  readonly title: string;
  /** `first`: the run that the model starts from. */
  text(result: Result, cell: ResultCell, first: Result): string;
}

/** A metric's value in the middle of the processes. */
const value = (title: string, metric: string): Column => ({
  title,
  text: (_, cell) => {
    const summary = shownMetric(cell, metric);
    return summary ? showNumber(summary.median * scaleOf(metric)) : '';
  },
});

/** Its ratio to 10.0's shape, half the interval of that, and the verdict. */
const verdict = (metric: string): Column => ({
  title: "to 10.0's",
  text: ({ comparisons }, cell) => {
    const found = comparisons.find(
      (each) => each.b === cell.variant && each.metric === metric && each.cell === groupOf(cell),
    );
    if (!found) return '';
    return `${timesText(found.ratio, 3)} ±${(halfWidth(found) * 100).toFixed(1)} % ${found.verdict.toUpperCase().replace('-', ' ')}`;
  },
});

const model = (title: string, cpus: (result: Result) => number): Column => ({
  title,
  text: (result, cell, first) => {
    const costs = costsOf(first.cells, cell.variant);
    const cpuNs = shownMetric(cell, 'cpuNsPerJob')?.median;
    if (!costs || cpuNs === undefined) return '';
    const { channels, requesters, depth } = cell;
    const perSecond = predicted(cell.variant, costs, { channels, requesters, depth, cpuNs, cpus: cpus(result) });
    return showNumber(perSecond * scaleOf('jobsPerSecond'));
  },
});

const CPU = value('CPU us per batch', 'cpuNsPerJob');
const RATE = value('thousand batches/s', 'jobsPerSecond');
const MODELS = [
  model('model', ({ machine }) => machine.cores),
  model(`model, ${MANY_CPUS} CPUs`, () => MANY_CPUS),
] as const;
const WAITS = [
  ...(['ramWaitNs', 'deviceWaitNs'] as const).flatMap((name) =>
    (['p50', 'p99'] as const).map((percentile) =>
      value(`${name === 'ramWaitNs' ? 'RAM' : 'device'} waits ${percentile}, us`, `${name}.${percentile}`),
    ),
  ),
  ...[value('device MiB/s', 'deviceMibPerSecond'), value('fairness', 'fairness'), value('sync, us', 'syncNs')],
];

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  'upstream-hand-off': [RATE, verdict('jobsPerSecond'), CPU, ...MODELS],
  'upstream-bursts': [RATE, verdict('jobsPerSecond'), ...WAITS, CPU],
  'upstream-packet': [value('MiB/s', 'mibPerSecond'), verdict('mibPerSecond'), CPU],
  'upstream-packet-bursts': [value('MiB/s', 'mibPerSecond'), verdict('mibPerSecond'), ...WAITS, CPU],
};

function rowsOf(result: Result, first: Result, table: string): string[] {
  const columns = COLUMNS[table]!;
  const cells = result.cells.filter((cell) => cell.table === table && cell.status !== 'skipped');
  const rows = cells
    .toSorted((x, y) => x.requesters - y.requesters || x.channels - y.channels)
    .map((cell) => {
      const texts =
        cell.status === 'measured'
          ? columns.map(({ text }) => text(result, cell, first))
          : [`${cell.status.toUpperCase()}: ${cell.reason}`];
      return [cell.requesters, cell.channels, `\`${cell.variant}\``, ...texts];
    });
  return markdown(['requesters', 'channels', 'design', ...columns.map(({ title }) => title)], rows);
}

/** What the model starts from. */
function costsTable({ cells }: Result): string[] {
  const rows = [...new Set(cells.map(({ variant }) => variant))].flatMap((variant) => {
    const costs = costsOf(cells, variant);
    const us = (ns: number) => showNumber(ns / 1e3);
    return costs ? [[`\`${variant}\``, us(costs.providerNs), us(costs.senderNs), us(costs.wakeNs)]] : [];
  });
  if (rows.length === 0) return [];
  return ['### What the model starts from', '', ...markdown(['design', 'P, us', 'S, us', 'W, us'], rows), ''];
}

function markdown(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (fields: readonly (string | number)[]) => `| ${fields.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)];
}
