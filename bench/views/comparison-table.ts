// A comparison table: a row a variant, a column a channel count or page size, each cell with its ratio to the baseline.
import Table from 'cli-table3';
import { showBytes, showNumber } from '../plan/quantities.js';
import type { MetricName, TableSpec } from '../plan/tables.js';
import { BASELINE, groupOf, type ResultComparison, STUDIED } from '../store/comparisons.js';
import type { Result, ResultCell } from '../store/result.js';
import { EXPLAINED, explain } from './explanation.js';
import { METRIC_VIEWS } from './metrics.js';

/** One printed table: the cells that differ only in variant and column. */
interface Block {
  readonly title: string;
  readonly metric: MetricName;
  readonly columns: readonly number[];
  readonly cells: readonly ResultCell[];
}

/** All tables of a run as text, boxed, each with its reading and its footnotes. */
export function renderTables(result: Result, tables: readonly TableSpec[]): string {
  const { cores } = result.machine;
  const blocks = tables.flatMap((spec) =>
    blocksOf(result, spec).map((block) => renderBlock(result, spec, block, cores)),
  );
  const explained = result.cells.some(({ counts }) => counts) ? [`${EXPLAINED.join('\n')}\n`] : [];
  return [...blocks, ...explained, captionOf(result)].join('\n');
}

/** Splits a table's cells by every axis that is neither variant nor column. */
function blocksOf(result: Result, { id, title, columns, metrics }: TableSpec): Block[] {
  const groups = new Map<string, ResultCell[]>();
  for (const cell of result.cells) {
    if (cell.table !== id) continue;
    const rest = groupOf(cell).replace(
      ` ${columns}=${columns === 'pageSize' ? showBytes(cell.pageSize) : cell.channels}`,
      '',
    );
    // The default batch follows the page size, so over columns of page sizes it is no axis of its own.
    const key = columns === 'pageSize' ? rest.replace(/ pagesPerBatch=\d+/, '') : rest;
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()].flatMap((cells) => {
    const values = [...new Set(cells.map((cell) => cell[columns]))];
    const heading = id === 'custom' ? describe(cells[0]!, columns) : title;
    return metrics
      .filter((metric) => cells.some((cell) => cell.metrics[metric]) || metric === metrics[0])
      .map((metric) => ({ title: heading, metric, columns: values, cells }));
  });
}

function renderBlock(result: Result, spec: TableSpec, block: Block, cpus: number): string {
  const { columns: axis } = spec;
  const { metric, columns, cells } = block;
  const variants = [...new Set(cells.map(({ variant }) => variant))];
  const head = columns.map((value) => (axis === 'channels' ? `${value} ch` : showBytes(value)));
  const marked = new Set<string>();
  const table = new Table({
    head: ['variant', ...head],
    style: { head: [], border: [] },
    colAligns: ['left', ...columns.map(() => 'right' as const)],
  });
  for (const variant of variants) {
    const row = columns.map((value) => {
      const cell = cells.find((each) => each.variant === variant && each[axis] === value);
      return cell ? cellText(result, cell, metric, cpus, marked) : '';
    });
    table.push([variant, ...row]);
  }
  const lines = [block.title, METRIC_VIEWS[metric].title, table.toString()];
  if (marked.has('*')) lines.push(`* more threads than the ${cpus} CPUs: the scheduler is measured too`);
  if (marked.has('+')) lines.push('+ not pinned: processes differ more than designs do');
  lines.push(...readingOf(result, block, axis), ...reasonsOf(cells));
  // Once for a table that is printed metric by metric.
  if (metric === spec.metrics[0]) lines.push(...explanationOf(cells, columns, axis));
  return `${lines.join('\n')}\n`;
}

function explanationOf(cells: readonly ResultCell[], columns: readonly number[], axis: TableSpec['columns']): string[] {
  return columns.flatMap((value) => {
    const heading = axis === 'channels' ? `${value} ch` : showBytes(value);
    return explain(
      cells.filter((cell) => cell[axis] === value),
      heading,
    );
  });
}

function cellText(result: Result, cell: ResultCell, metric: MetricName, cpus: number, marked: Set<string>): string {
  if (cell.status !== 'measured') return cell.status === 'skipped' ? '-' : cell.status.toUpperCase();
  const summary = cell.metrics[metric];
  if (!summary) return '';
  const marks = [
    isOversubscribed(cell, cpus) ? '*' : '',
    cell.pinned === false && cell.place !== 'none' ? '+' : '',
  ].join('');
  for (const mark of marks) marked.add(mark);
  const { median, low, high } = summary;
  const value = `${showNumber(median * METRIC_VIEWS[metric].scale)}${marks} ${spread((high - low) / 2 / median)}`;
  const comparison = comparisonOf(result, cell, metric);
  return comparison ? `${value}\n${ratioText(comparison)}` : value;
}

function ratioText({ ratio, low, high, underNoiseFloor, n }: ResultComparison): string {
  const interval = n > 1 ? ` ${spread((high - low) / 2 / ratio)}` : '';
  return `${underNoiseFloor ? '~' : 'x'}${ratio.toFixed(2)}${interval}`;
}

function spread(share: number): string {
  return Number.isFinite(share) ? `±${(share * 100).toFixed(0)}%` : '';
}

/** Under the table: the pair under study, column by column, with what the run could have found. */
function readingOf(result: Result, { metric, columns, cells }: Block, axis: TableSpec['columns']): string[] {
  const lines = columns.flatMap((value) => {
    const cell = cells.find((each) => each.variant === STUDIED && each[axis] === value);
    const comparison = cell && comparisonOf(result, cell, metric);
    if (!comparison) return [];
    const { ratio, low, high, verdict, noiseFloor, resolvable, n } = comparison;
    const where = (axis === 'channels' ? `${value} ch` : showBytes(value)).padStart(6);
    const interval = n > 1 ? ` (${low.toFixed(3)} to ${high.toFixed(3)})` : '';
    const limits = `noise ${percent(noiseFloor)}, finds ${percent(resolvable)}`;
    return [`${where}  x${ratio.toFixed(3)}${interval}  ${verdict.toUpperCase().padEnd(8)} ${limits}`];
  });
  if (lines.length === 0) return [];
  const processes = Math.max(...cells.map((cell) => cell.metrics[metric]?.rounds ?? 0));
  return [`${STUDIED} to ${BASELINE}, 95 % interval over ${processes} processes:`, ...lines];
}

function percent(share: number): string {
  if (!Number.isFinite(share)) return 'nothing';
  return share < 10 ? `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %` : 'over 1000 %';
}

function reasonsOf(cells: readonly ResultCell[]): string[] {
  return cells.flatMap(({ status, variant, channels, reason, dump }) => {
    if (status !== 'failed' && status !== 'skipped') return [];
    const words = (dump ?? []).map((line) => `    ${line}`);
    return [`${status === 'failed' ? 'FAILED' : '- '} ${variant}, ${channels} ch: ${reason}`, ...words];
  });
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
  const { workload, transport, pageSize, pagesPerBatch, depth, channels, requesters, wait, place } = cell;
  const parts = [workload, transport];
  parts.push(columns === 'channels' ? `${pagesPerBatch} x ${showBytes(pageSize)} a batch` : `${channels} ch`);
  if (depth !== 1) parts.push(`depth ${depth}`);
  if (requesters !== 1) parts.push(`${requesters} requesters`);
  if (wait.provider !== 'park' || wait.sender !== 'park') parts.push(`wait ${wait.provider}/${wait.sender}`);
  if (place !== 'spread') parts.push(`place ${place}`);
  return parts.join(', ');
}

function captionOf({ machine, node, commit, run }: Result): string {
  const at = commit ? `commit ${commit.sha.slice(0, 12)}${commit.dirty ? ' (dirty)' : ''}` : 'no commit';
  return [
    'Each value ± half its interval; below it x and its ratio to mutex, or ~ where',
    `that is under the noise floor. ${run.rounds} processes, 2 visits each, seed ${run.seed}.`,
    `${machine.cpuModel}, ${machine.cores} cores, Node ${node.version}, ${at}`,
    ...(run.keepAwake ? ['CPUs kept awake: wake-ups without the halt of a CPU (--keep-awake)'] : []),
  ].join('\n');
}
