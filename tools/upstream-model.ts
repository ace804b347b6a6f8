// What the closed network says of QEMU's shapes with several requesters, from the costs that one requester shows.
import type { ResultCell } from '../bench/result/document.js';
import { shownMetric } from '../bench/result/latency-summary.js';
import { closedThroughput, type Station } from '../bench/stats/closed-network.js';
import { median } from '../bench/stats/quantile.js';

/** What a batch costs a shape, in nanoseconds: the provider's CPU time, the write, and both wake-ups. */
export interface Costs {
  readonly providerNs: number;
  readonly senderNs: number;
  readonly wakeNs: number;
}

export interface Load {
  readonly channels: number;
  readonly requesters: number;
  readonly depth: number;
  /** CPU time of a batch on all threads. */
  readonly cpuNs: number;
  readonly cpus: number;
}

/** How long a queue's lock is held, and how often for each batch: taken, not measured. */
const QUEUE_HOLD_NS = 100;
const QUEUE_HOLDS = 3;

/**
 * P: the provider's CPU time for a batch with one requester, at the number of channels where it is least. S: the write in a
 * ping-pong. W: what is left of a batch's round over one channel: both wake-ups, as far as the provider does not work
 * meanwhile. In a ping-pong they hold some of P, its call that wakes a sender. Undefined where the run lacks one of them.
 */
export function costsOf(cells: readonly ResultCell[], variant: string): Costs | undefined {
  const own = cells.filter((cell) => cell.variant === variant && cell.requesters === 1 && cell.status === 'measured');
  const parts = own.find(({ table }) => table === 'upstream-parts');
  const handOffs = own.filter(({ table }) => table === 'upstream-hand-off');
  const alone = handOffs.find(({ channels }) => channels === 1)?.metrics.jobsPerSecond?.median;
  const [taken, freed, whole] = ['takenNs.p50', 'freedNs.p50', 'handoffNs.p50'].map(
    (name) => parts && shownMetric(parts, name)?.median,
  );
  if (alone === undefined || taken === undefined || freed === undefined || whole === undefined) return undefined;
  const provider = handOffs.map(({ visits }) =>
    median(visits.map(({ counters }) => counters.providerCpuNs! / counters.jobs!)),
  );
  const [providerNs, senderNs] = [Math.min(...provider), Math.max(0, whole - taken - freed)];
  return { providerNs, senderNs, wakeNs: Math.max(0, 1e9 / alone - providerNs - senderNs) };
}

/** Batches a second of a shape, as the closed network has it, cut off by what the CPUs can do. */
export function predicted(variant: string, { providerNs, senderNs, wakeNs }: Costs, load: Load): number {
  const { channels, requesters, depth, cpuNs, cpus } = load;
  const stations: readonly Station[] = [
    { kind: 'servers', demand: senderNs, servers: channels },
    { kind: 'delay', demand: wakeNs },
    ...handOver(variant, providerNs, requesters),
  ];
  return Math.min(closedThroughput(stations, channels * depth), cpus / cpuNs) * 1e9;
}

/** One lock held over the whole hand-over is one station; else requesters hand over side by side. */
function handOver(variant: string, providerNs: number, requesters: number): readonly Station[] {
  const sideBySide: Station = { kind: 'servers', demand: providerNs, servers: requesters };
  if (variant === 'requesters-cas') return [sideBySide];
  if (variant === 'gate-queue') return [sideBySide, { kind: 'queue', demand: QUEUE_HOLDS * QUEUE_HOLD_NS }];
  return [{ kind: 'queue', demand: providerNs }];
}
