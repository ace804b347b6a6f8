// What the tables of docs/upstream.md come to, in a few lines: who is faster than 10.0's shape, in how many rows, and how long threads wait.
import { counted, showNumber } from '../bench/base/quantities.js';
import { UPSTREAM_TABLES } from '../bench/plan/upstream-tables.js';
import { groupOf } from '../bench/result/comparisons.js';
import type { Result, ResultCell } from '../bench/result/document.js';
import { shownMetric } from '../bench/result/latency-summary.js';
import { timesText } from '../bench/tables/figures.js';
import { scaleOf } from '../bench/tables/metrics.js';

type Comparison = Result['comparisons'][number];

const [CLAIM, QUEUE, SHIPPED] = ['requesters-cas', 'gate-queue', 'requesters-mutex'] as const;
const [CLOSED, BURSTS] = ['upstream-hand-off', 'upstream-bursts'] as const;
const WAIT = 'deviceWaitNs.p99';

/** Tables over tcp, and how requesters hand over in them. */
const OVER_TCP = [
  ['upstream-packet', 'as fast as they can'],
  ['upstream-packet-bursts', 'beside bursts'],
] as const;

/** Lines for the head of the page; of a part that no run has, none. All but tcp is of the first. */
export function shortOf(runs: readonly Result[]): string[] {
  const result = runs[0]!;
  const { machine, run, cells } = result;
  const measured = cells.filter(({ status, table }) => status === 'measured' && (table === CLOSED || table === BURSTS));
  const channels = Math.max(...measured.map((cell) => cell.channels));
  return [
    `On ${counted(machine.cores, 'CPU')} of a shared machine, ${run.rounds} processes, nothing written, at most ` +
      `${counted(channels, 'channel')} (${run.finishedAt.slice(0, 10)}; the tables below):`,
    '',
    ...ofOneRequester(result),
    ...ofBursts(result),
    ...ofWaits(measured),
    ...runs.flatMap(ofTcp),
  ];
}

function ofTcp(result: Result): string[] {
  const parts = OVER_TCP.flatMap(([table, how]) => {
    const rows = rowsOf(result, table, () => true);
    const claim = rows.some(({ b }) => b === CLAIM) ? [`the claim that was dropped is ${standing(rows, CLAIM)}`] : [];
    const queue = rows.some(({ b }) => b === QUEUE) ? [`the bounded queue ${standing(rows, QUEUE)}`] : [];
    return rows.length === 0 ? [] : [`${how}, ${[...claim, ...queue].join(', ')}`];
  });
  return parts.length === 0 ? [] : [`- **Over tcp** (${result.run.rounds} processes): ${parts.join('; ')}.`];
}

function ofOneRequester(result: Result): string[] {
  const rows = rowsOf(result, CLOSED, (cell) => cell.requesters === 1);
  const shapes = rows.filter(({ b }) => b !== QUEUE && b !== CLAIM);
  if (shapes.length === 0) return [];
  const differ = shapes.filter(isShown);
  const said =
    differ.length === 0
      ? `the mutex costs nothing that could be seen**: of ${counted(shapes.length, 'row')} of the shapes before 10.0 none was shown to differ (${range(shapes)})`
      : `${differ.length} of ${counted(shapes.length, 'row')} of the shapes before 10.0 ${differ.length === 1 ? 'differs' : 'differ'}** (${range(differ)})`;
  return [`- **With one thread that hands over, ${said}.${queueIn(rows, ' The bounded queue is ')}`];
}

function ofBursts(result: Result): string[] {
  const rows = rowsOf(result, BURSTS, () => true);
  const claim = rows.filter(({ b }) => b === CLAIM);
  if (claim.length === 0) return [];
  const costs = claim.some(({ verdict }) => verdict === 'faster') && !claim.some(({ verdict }) => verdict === 'slower');
  const head = costs ? 'Beside bursts of device state it does cost' : 'Beside bursts of device state';
  return [
    `- **${head}.** In handing RAM over, the claim that was dropped is ${standing(rows, CLAIM)}.` +
      queueIn(rows, ' The bounded queue is '),
  ];
}

/** A run may have left it out. */
function queueIn(rows: readonly Comparison[], lead: string): string {
  return rows.some(({ b }) => b === QUEUE) ? `${lead}${standing(rows, QUEUE)}.` : '';
}

function ofWaits(cells: readonly ResultCell[]): string[] {
  const waits = (variant: string) => {
    const values = cells
      .filter((cell) => cell.table === BURSTS && cell.variant === variant)
      .flatMap((cell) => shownMetric(cell, WAIT)?.median ?? []);
    const shown = [Math.min(...values), Math.max(...values)].map((ns) => showNumber((ns * scaleOf(WAIT)) / 1e3));
    return values.length === 0 ? 'not known' : `${shown.join(' to ')} ms`;
  };
  if (waits(SHIPPED) === 'not known') return [];
  return [
    `- **Device threads wait.** The 99th percentile of a wait is ${waits(SHIPPED)} under the mutex, ${waits(CLAIM)} ` +
      `with the claim and ${waits(QUEUE)} with the queue: who holds the lock sleeps in it until a channel is free.`,
  ];
}

/** Comparisons with 10.0's shape in a table, by its first metric. */
function rowsOf({ cells, comparisons }: Result, table: string, holds: (cell: ResultCell) => boolean): Comparison[] {
  const groups = new Set(cells.filter((cell) => cell.table === table && holds(cell)).map(groupOf));
  const { metrics } = UPSTREAM_TABLES.find(({ id }) => id === table)!;
  return comparisons.filter(({ a, cell, metric }) => a === SHIPPED && metric === metrics[0] && groups.has(cell));
}

const isShown = ({ verdict }: Comparison) => verdict === 'faster' || verdict === 'slower';

/** `faster in 7 of 12 rows (x1.06 to x1.60) and slower in none`. */
function standing(rows: readonly Comparison[], design: string): string {
  const own = rows.filter(({ b }) => b === design);
  const part = (word: string, of: string) => {
    const found = own.filter(({ verdict }) => verdict === word);
    return found.length === 0 ? `${word} in none` : `${word} in ${found.length}${of} (${range(found)})`;
  };
  return `${part('faster', ` of ${counted(own.length, 'row')}`)} and ${part('slower', '')}`;
}

function range(rows: readonly Comparison[]): string {
  const ratios = rows.map(({ ratio }) => ratio);
  return [...new Set([Math.min(...ratios), Math.max(...ratios)].map((ratio) => timesText(ratio)))].join(' to ');
}
