// The plan of a run: which cells, in how many processes, and whether it fits.

import type { Variant } from '../../src/sender/variant.js';
import { CELL_DEFAULTS, type Cell, type FleetPlan, shapeOf, type Wait } from '../../src/session/cell.js';
import { takesDose } from '../../src/session/dose.js';
import { transports } from '../../src/transport/index.js';
import { hasWaiters, withAblationsOf } from './ablations.js';
import { AXES, defaultBatchPages } from './axes.js';
import type { AxisKey } from './axis-fields.js';
import { showWait } from './axis-values.js';
import type { Listed } from './catalogue.js';
import { refuseWhatDoesNotFit } from './memory.js';
import { requirePacket } from './packet-size.js';
import {
  cellKey,
  isMeasured,
  type Plan,
  type PlannedCell,
  type PlanOptions,
  senderThreads,
  takesOurThreads,
  variantOf,
} from './planned.js';
import type { TableSpec } from './tables.js';

const WATCHDOG_MS = 10_000;

export function makePlan(options: PlanOptions): Plan {
  const cells = options.tables.flatMap((table) => tableCells(table, options));
  const measured = cells.filter(isMeasured);
  const fleet: FleetPlan = {
    senders: Math.max(
      0,
      ...measured.filter(({ cell }) => takesOurThreads(cell, options.listed)).map(({ cell }) => cell.channels),
    ),
    requesters: Math.max(1, ...measured.map(({ cell }) => cell.requesters)),
    ram: options.ram,
    watchdogMs: WATCHDOG_MS,
  };
  const plan = { ...options, cells, fleet };
  refuseWhatDoesNotFit(plan);
  return plan;
}

/** True where a cell has more threads than there are CPUs. */
export function isOversubscribed(cell: Cell, listed: readonly Listed[], cpus: number): boolean {
  const senders = senderThreads(cell, listed);
  return senders > 0 && senders + cell.requesters > cpus;
}

function tableCells(table: TableSpec, options: PlanOptions): PlannedCell[] {
  const values = { ...table.axes, ...options.everywhere };
  let cells: Partial<Cell>[] = [{}];
  for (const { key, fallback } of AXES) {
    const list: readonly unknown[] = values[key as AxisKey] ?? fallback;
    if (key === 'pagesPerBatch' && list.length === 0) {
      cells = cells.map((cell) => ({ ...cell, pagesPerBatch: defaultBatchPages(cell.pageSize!) }));
    } else {
      cells = cells.flatMap((cell) => list.map((value) => (value === undefined ? cell : { ...cell, [key]: value })));
    }
  }
  const { listed, sameWaits } = options;
  if (sameWaits) cells = cells.filter(({ providerWait, senderWait }) => isSameWait(providerWait!, senderWait!));
  const { zeroPages, checking, errorPath } = CELL_DEFAULTS;
  const fixed = { zeroPages, checking, errorPath };
  const measured = new Map<string, string>();
  return cells.filter(onlyWhatApplies).flatMap((part) =>
    listed.map(({ variant }): PlannedCell => {
      const plain = { ...part, ...fixed, variant: variant.name } as Cell;
      requirePacket(plain);
      const cell = options.adjust?.(plain) ?? plain;
      const skipped = reasonToSkip(cell, options);
      // What a calibration builds in is no axis: the rows that it compares keep one id.
      const planned = { id: `${table.id} ${cellKey(plain)}`, table: table.id, cell };
      if (skipped !== undefined) return { ...planned, skipped };
      const same = cellKey(withoutWhatItLacks(variant, cell));
      const repeats = measured.get(same);
      if (repeats !== undefined) return { ...planned, repeats };
      measured.set(same, planned.id);
      return planned;
    }),
  );
}

/** The cell as its design sees it: what has no effect on it has its default. Two that are equal are measured once. */
function withoutWhatItLacks(variant: Variant, cell: Cell): Cell {
  const waits = hasWaiters(variant, cell) ? {} : ({ providerWait: 'park', senderWait: 'park' } as const);
  const together = variant.publishesLate === 'as-asked' ? Math.min(cell.publishEvery ?? 1, cell.depth) : 1;
  return { ...withAblationsOf(variant, cell), ...waits, publishEvery: together === 1 ? undefined : together };
}

function isSameWait(one: Wait, other: Wait): boolean {
  return showWait(one) === showWait(other);
}

/** Beside other workloads in one matrix, an axis of one workload makes no cells of its own. */
function onlyWhatApplies(cell: Partial<Cell>): boolean {
  return AXES.every(({ key, only }) => only === undefined || cell[key] === undefined || cell.workload === only);
}

/** Why a cell cannot be measured, or says nothing where it is; undefined when it can. */
export function reasonToSkip(
  cell: Cell,
  { listed, cpus, forceSpin }: Pick<PlanOptions, 'listed' | 'cpus' | 'forceSpin'>,
): string | undefined {
  const variant = variantOf(cell, listed);
  const unavailable = variant.unavailable?.();
  if (unavailable !== undefined) return unavailable;
  const [least, most] = variant.depth;
  if (cell.depth < least || cell.depth > most)
    return `depth ${cell.depth}: ${cell.variant} declares ${least} to ${most}`;
  if (cell.requesters > 1 && variant.requesters === 'one') return `${cell.variant} takes one requester`;
  if (cell.workload === 'hand-off' && cell.load === undefined && cell.channels * cell.depth > 1) {
    return 'a ping-pong has one batch in flight: --channels 1 --depth 1, or an open loop by --load';
  }
  if (cell.workload === 'device-state') {
    if (variant.provider.waits !== 'blocks')
      return `${cell.variant} hands over on an event loop, which bursts would hold up`;
    if (!['discard', 'memory', 'tcp', 'unix'].includes(cell.transport)) {
      return 'device state goes over --transport discard, memory, tcp or unix';
    }
    if (cell.codec !== 'none') return `device state goes without a codec, got ${cell.codec}`;
  }
  if (cell.requesters > 1 && !['throughput', 'device-state'].includes(cell.workload))
    return `${cell.workload} has one requester`;
  if (cell.workload === 'precopy' && transports[cell.transport]!.line !== 'socket') {
    return 'precopy needs a receiver: --transport tcp or unix';
  }
  if (cell.codec !== 'none' && transports[cell.transport]!.line !== 'socket') {
    return `codec ${cell.codec} packs packets: --transport tcp or unix`;
  }
  if (!takesDose(cell.dose, variant.state(shapeOf(cell)))) return `${cell.variant} has no ${cell.dose!.kind} to dose`;
  if (cell.dose?.kind === 'hold' && senderThreads(cell, listed) === 0) {
    return `${cell.variant} has no sender threads that could hold anything`;
  }
  const spins = (cell.providerWait !== 'park' || cell.senderWait !== 'park') && hasWaiters(variant, cell);
  const usable = cell.place === 'same' ? 1 : cpus;
  if (spins && !forceSpin && isOversubscribed(cell, listed, usable)) {
    const where = cell.place === 'same' ? 'while all threads share one CPU' : `with more threads than ${cpus} CPUs`;
    return `spinning ${where}; --force-spin measures it`;
  }
  return undefined;
}
