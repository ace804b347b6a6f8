// A comparison table: a row a variant, a column a value of one axis, each cell with its ratio.

import { processes, showNumber } from '../base/quantities.js';
import { AXES, axes } from '../plan/axes.js';
import { type AxisKey, axisLabels } from '../plan/axis-fields.js';
import type { MetricName, TableSpec } from '../plan/tables.js';
import { groupOf } from '../result/comparisons.js';
import type { Result, ResultCell, ResultComparison } from '../result/document.js';
import { shownMetric } from '../result/latency-summary.js';
import { LEAST_PROCESSES } from '../stats/verdict.js';
import { boxedTable } from '../terminal/boxed-table.js';
import { wrap } from '../terminal/wrap.js';
import { readAblations } from './ablation-reading.js';
import { judgedIn } from './answer.js';
import { blockKey, columnOf } from './columns.js';
import { EXPLAINED, explain } from './explanation.js';
import { ratioText, spread } from './figures.js';
import { METRIC_VIEWS, partsOf } from './metrics.js';
import { type Compared, listComparisons, readPrice, readSlope, readVerdicts } from './readings.js';

/** A column: which cells stand in it, and which of their numbers. */
interface Column {
  readonly heading: string;
  readonly metric: MetricName;
  holds(cell: ResultCell): boolean;
}

/** One printed table: the cells that differ only in variant and column. */
export interface Block {
  readonly title: string;
  readonly unit: string;
  readonly columns: readonly Column[];
  readonly cells: readonly ResultCell[];
}

/** All tables of a run as text, boxed, each with its reading and its footnotes. */
export function renderTables(result: Result, tables: readonly TableSpec[]): string {
  const blocks = tables.flatMap((spec) => blocksOf(result, spec).map((block) => renderBlock(result, spec, block)));
  const ablations = readAblations(result);
  const price = result.price ? [`${readPrice(result.price).join('\n')}\n`] : [];
  const explained = result.cells.some(({ counts }) => counts) ? [`${EXPLAINED.join('\n')}\n`] : [];
  return [...blocks, ...ablations, ...price, ...explained, captionOf(result)].join('\n');
}

/** Splits a table's cells by every axis that is neither variant nor column. */
export function blocksOf(result: Result, { id, title, columns: axis, metrics, axes: own }: TableSpec): Block[] {
  const groups = new Map<string, ResultCell[]>();
  for (const cell of result.cells) {
    if (cell.table !== id) continue;
    const key = blockKey(axis, cell);
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()].flatMap((cells) => {
    const heading =
      id === 'custom' ? describe(cells[0]!, axis) : [title, ...conditionsOf(cells[0]!, axis, own)].join(', ');
    const shown = metrics.filter((metric) => cells.some((cell) => shownMetric(cell, metric)) || metric === metrics[0]);
    if (axis === 'metrics') {
      const columns = shown.map((metric) => ({ heading: METRIC_VIEWS[metric].heading!, metric, holds: () => true }));
      return [{ title: heading, unit: partsOf(cells[0]!), columns, cells }];
    }
    const headings = [...new Set(cells.map((cell) => columnOf(axis, cell)))];
    return shown.map((metric) => {
      const columns = headings.map((each) => ({
        ...{ heading: each, metric },
        holds: (cell: ResultCell) => columnOf(axis, cell) === each,
      }));
      return { title: heading, unit: METRIC_VIEWS[metric].title, columns, cells };
    });
  });
}

/** Of the text below a table. */
const WIDTH = 80;

/** Marks behind a value, and what they mean. */
const MARKS = {
  '*': 'more threads than CPUs: the scheduler is measured too',
  '+': 'not pinned: processes differ more than designs do',
  '=': 'the design has no such choice: measured once',
  d: 'drifting: its speed moved by more than 2 % while it was measured',
  b: 'bistable: spinning with no work on either side (--sender-work)',
  u: 'unstable: the 10th to 90th percentile of its slices spans over 25 %',
  l: 'long turns, of 50 ms: in short ones it, or a design beside it, sleeps more',
  r: 'ratio and medians differ in direction: trust the ratio, of turns side by side',
} as const;
type Mark = keyof typeof MARKS;

function renderBlock(result: Result, { metrics }: TableSpec, block: Block): string {
  const { columns, cells } = block;
  const { cores } = result.machine;
  const marked = new Set<Mark>();
  const rows = [...new Set(cells.map(({ variant }) => variant))].map((variant) => {
    const values = columns.map((column) => {
      const cell = cells.find((each) => each.variant === variant && column.holds(each));
      return cell ? cellText(result, cell, column.metric, cores, marked) : '';
    });
    return [`${variant}\n${processCount(cells, variant, columns)}`, ...values];
  });
  const lines = [block.title, block.unit, boxedTable(['design', ...columns.map(({ heading }) => heading)], rows)];
  for (const [mark, meaning] of Object.entries(MARKS)) if (marked.has(mark as Mark)) lines.push(`${mark} ${meaning}`);
  lines.push(...readingOf(result, block), ...slopesOf(result, block), ...reasonsOf(cells));
  // Once for a table that is printed metric by metric.
  const first = columns.filter(({ metric }) => metric === metrics[0]);
  lines.push(...first.flatMap(({ heading, holds }) => explain(cells.filter(holds), heading)));
  return `${lines.map(fitted).join('\n')}\n`;
}

/** Lines of text that are wider than a terminal go on below; tables fit as they are. */
function fitted(line: string): string {
  return line.length <= WIDTH || line.includes('\n') ? line : wrap(line, WIDTH, 4);
}

function cellText(result: Result, cell: ResultCell, metric: MetricName, cores: number, marked: Set<Mark>): string {
  if (cell.status !== 'measured') return cell.status === 'skipped' ? '-' : cell.status.toUpperCase();
  const summary = shownMetric(cell, metric);
  if (!summary) return '';
  const marks: Mark[] = [];
  if (isOversubscribed(cell, cores)) marks.push('*');
  if (cell.pinned === false && cell.place !== 'none') marks.push('+');
  if (cell.sameAs !== undefined) marks.push('=');
  if (isBistable(cell)) marks.push('b');
  if (cell.steadiness === 'drifting') marks.push('d');
  if (cell.steadiness === 'unstable') marks.push('u');
  if (cell.visits.some(({ longTurns }) => longTurns)) marks.push('l');
  for (const mark of marks) marked.add(mark);
  const { median, low = Number.NaN, high = Number.NaN } = summary;
  const comparison = comparisonOf(result, cell, metric);
  if (comparison && contradicts(result, cell, comparison)) {
    marks.push('r');
    marked.add('r');
  }
  const { scale } = METRIC_VIEWS[metric];
  const interval =
    (summary.rounds ?? LEAST_PROCESSES) < LEAST_PROCESSES
      ? ''
      : spread(median, low, high, (value) => showNumber(value * scale));
  const value = `${showNumber(median * scale)}${marks.join('')}${interval}`;
  return comparison ? `${value}\n${ratioText(comparison, { leastProcesses: LEAST_PROCESSES })}` : value;
}

/** Whether the medians that a reader sees say the opposite of the ratio beside them. */
function contradicts(result: Result, cell: ResultCell, { a, metric, ratio }: ResultComparison): boolean {
  const partner = result.cells.find((each) => each.variant === a && groupOf(each) === groupOf(cell));
  const [own, other] = [shownMetric(cell, metric)?.median, partner && shownMetric(partner, metric)?.median];
  if (own === undefined || other === undefined) return false;
  // What rounds to no difference contradicts nothing.
  const differs = (value: number) => value.toFixed(2) !== '1.00';
  return differs(own / other) && differs(ratio) && own / other < 1 !== ratio < 1;
}

/** The processes that a row rests on: designs that stand beside the pair are in some only. */
function processCount(cells: readonly ResultCell[], variant: string, columns: readonly Column[]): string {
  const own = cells.filter((cell) => cell.variant === variant && cell.status === 'measured');
  const counts = own.flatMap((cell) =>
    columns.flatMap(({ holds, metric }) => (holds(cell) ? (shownMetric(cell, metric)?.rounds ?? []) : [])),
  );
  if (counts.length === 0) return '';
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return `n ${least === most ? least : `${least} to ${most}`}`;
}

/** Under the table: what it says of each design that was asked for, then column by column. */
function readingOf(result: Result, { columns, cells }: Block): string[] {
  const judged = judgedIn(result);
  const designs = [...new Set(cells.map(({ variant }) => variant))];
  return designs.flatMap((design) => {
    const compared: Compared[] = columns.flatMap((column) => {
      const cell = cells.find((each) => each.variant === design && column.holds(each));
      const comparison = cell && comparisonOf(result, cell, column.metric);
      return comparison && judged.includes(comparison) ? [{ column: column.heading, comparison }] : [];
    });
    return compared.length === 0 ? [] : [...readVerdicts(compared), ...listComparisons(compared)];
  });
}

function slopesOf(result: Result, { columns, cells }: Block): string[] {
  const { metric } = columns[0]!;
  const own = (result.slopes ?? []).filter((slope) => slope.metric === metric && slope.table === cells[0]!.table);
  return own.flatMap(readSlope);
}

function reasonsOf(cells: readonly ResultCell[]): string[] {
  const said = cells.flatMap(({ status, variant, channels, load, reason, dump }) => {
    if (status === 'measured') return [];
    const words = (dump ?? []).map((line) => `    ${line}`);
    const where = load === undefined ? `${channels} ch` : `${channels} ch, load ${axes.load.show(load)}`;
    return [`${status === 'skipped' ? '-' : status.toUpperCase()} ${variant}, ${where}: ${reason}`, ...words];
  });
  return [...new Set(said)];
}

/** Zero-work spinning is as fast as luck has it: a side that is ahead never waits, and which one is changes by itself. */
function isBistable({ workload, wait, providerWorkNs, senderWorkNs, visits }: ResultCell): boolean {
  const spins = wait.provider.startsWith('spin') || wait.sender.startsWith('spin');
  const works = providerWorkNs !== undefined || senderWorkNs !== undefined;
  return workload === 'throughput' && spins && !works && visits.some(({ counters }) => counters.sendersCpuNs! > 0);
}

/** Threads of a measured cell are known by who used CPU: designs without senders of their own are never over. */
export function isOversubscribed(cell: ResultCell, cpus: number): boolean {
  return cell.visits.some(({ counters }) => counters.sendersCpuNs! > 0) && cell.channels + cell.requesters > cpus;
}

function comparisonOf(result: Result, cell: ResultCell, metric: string): ResultComparison | undefined {
  return result.comparisons.find(
    (each) => each.b === cell.variant && each.cell === groupOf(cell) && each.metric === metric,
  );
}

function describe(cell: ResultCell, columns: TableSpec['columns']): string {
  // Over columns of page sizes the batch follows the page size.
  const left = columns === 'pageSize' ? 'pagesPerBatch' : columns;
  return axisLabels(
    cell,
    AXES.filter(({ key }) => key !== left),
  ).join(', ');
}

/** What applies to every table of a run, but for the defaults, and what tells the blocks of this one apart. */
function conditionsOf(cell: ResultCell, columns: TableSpec['columns'], own: TableSpec['axes']): string[] {
  const varies = (key: AxisKey) => (own[key]?.length ?? 0) > 1;
  return axisLabels(
    cell,
    AXES.filter(({ key, scope }) => (scope === 'everywhere' || varies(key as AxisKey)) && key !== columns),
  );
}

function captionOf({ machine, node, commit, run }: Result): string {
  const at = commit ? `commit ${commit.sha.slice(0, 12)}${commit.dirty ? ' (dirty)' : ''}` : 'no commit';
  return [
    'Each value ± half its 95 % interval; below it x and its ratio to the first row,',
    'or ~ where that is below the noise floor. n: processes of a row, each measured',
    `twice; fewer than ${LEAST_PROCESSES} show no interval.`,
    `${processes(run.rounds)} in all, seed ${run.seed}.`,
    `${machine.cpuModel}, ${machine.cores} cores, Node ${node.version}, ${at}`,
    ...(run.timedShare === undefined ? [] : [`${(run.timedShare * 100).toFixed(0)} % of the run inside timed regions`]),
    ...(run.keepAwake ? ['CPUs kept awake: wake-ups without the halt of a CPU (--keep-awake)'] : []),
  ].join('\n');
}
