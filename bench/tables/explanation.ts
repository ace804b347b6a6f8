// What is behind the rows of a table (`run --explain`): counts of an instrumented run, and the kernel's of the timed one.

import { ACCESS_KINDS, type AccessKind } from '../../src/session/access-counter.js';
import type { Count, Counts } from '../measure/counts.js';
import type { ResultCell } from '../result/document.js';
import { median } from '../stats/quantile.js';

/** Column heads, seven characters wide at most. */
const HEADS: Readonly<Record<AccessKind, string>> = {
  atomicLoads: 'loads',
  atomicStores: 'stores',
  readModifyWrites: 'rmw',
  hintReads: 'hints',
  lockPairs: 'locks',
  lockSlowPaths: 'slow',
  waits: 'waits',
  parks: 'parks',
  spins: 'looks',
  notifiesSent: 'sent',
  notifiesWoken: 'woken',
};
const WIDTH = 7;
const SIDES = ['provider', 'senders'] as const;
const LABEL = 11;
/** A park is a wait that slept, so 80 columns can do without the waits. */
const SHOWN = ACCESS_KINDS.filter((kind) => kind !== 'waits');

/** The lines of one column of a table; none when nothing was counted. `heading` names the column. */
export function explain(cells: readonly ResultCell[], heading: string): string[] {
  const counted = cells.filter(({ counts }) => counts !== undefined);
  if (counted.length === 0) return [];
  const per = counted[0]!.workload === 'sync' ? 'sync' : 'batch';
  const countsOf = (cell: ResultCell) => SIDES.map((side) => cell.counts![side][per]);
  // A column in which nobody has anything would only take room.
  const kinds = SHOWN.filter((kind) => counted.some((cell) => countsOf(cell).some((counts) => counts[kind])));
  return [
    `Behind ${heading}, for each ${per}:`,
    ''.padEnd(LABEL) + kinds.map((kind) => HEADS[kind].padStart(WIDTH)).join(''),
    ...counted.flatMap((cell) => [
      cell.variant,
      ...countsOf(cell).flatMap((counts, side) =>
        Object.keys(counts).length === 0 ? [] : [row(`  ${SIDES[side]}`, counts, kinds)],
      ),
      ...timed(cell),
    ]),
  ];
}

/** What the lines of `explain` mean; once, under the tables. */
export const EXPLAINED = [
  'loads, stores, rmw (read-modify-writes): atomic; hints: plain reads, each to be',
  'confirmed by a load; locks: lock pairs; slow: locks that another held; parks:',
  'waits that slept; sent, woken: notifies, threads that they woke; looks: turns of',
  'a spin. Counted where nothing is timed; without a point: the same in each visit.',
  'The loads of a scan in WebAssembly are not counted.',
  'timed: what was counted while the rows above were measured, for each batch.',
];

function row(label: string, counts: Counts, kinds: readonly AccessKind[]): string {
  return label.padEnd(LABEL) + kinds.map((kind) => show(counts[kind]).padStart(WIDTH)).join('');
}

function show(count: Count | undefined): string {
  if (!count) return '0';
  if (count.low === count.high && Number.isInteger(count.median)) return String(count.median);
  return digits(count.median);
}

/** Medians over the visits of what was counted while they were timed, for each batch. */
function timed({ visits, metrics, requesters }: ResultCell): string[] {
  if (visits.length === 0) return [];
  const over = (value: (visit: ResultCell['visits'][number]) => number) =>
    median(visits.map((visit) => value(visit) / visit.counters.jobs!));
  const perJob = (name: string) => digits(over(({ counters }) => counters[name] ?? 0));
  const switches = `${perJob('voluntarySwitches')} switches + ${perJob('involuntarySwitches')} forced`;
  const cpu = `CPU ${us(metrics.cpuNsPerJob?.median ?? 0)} us`;
  const lines = [`  timed      ${cpu}, ${switches}, ${perJob('parks')} parks, ${perJob('notifiesSent')} sent`];
  if (!visits.every(({ runQueueNs }) => runQueueNs !== undefined)) return lines;
  const threads = visits[0]!.runQueueNs!.map((_, thread) => over(({ runQueueNs }) => runQueueNs![thread]!));
  const provider = threads.slice(0, requesters).reduce((sum, each) => sum + each, 0);
  const senders = threads.slice(requesters);
  const [least, most] = [Math.min(...senders), Math.max(...senders)];
  const ofSenders =
    senders.length === 0
      ? ''
      : senders.length === 1
        ? `, sender ${us(most)} us`
        : `, senders ${us(least)} to ${us(most)} us each`;
  return [...lines, `             ready without a CPU: provider ${us(provider)} us${ofSenders}`];
}

function us(nanoseconds: number): string {
  return digits(nanoseconds / 1000);
}

/** Three digits where they say something, and never an exponent. */
function digits(value: number): string {
  if (value > 0 && value < 0.005) return '<0.01';
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
