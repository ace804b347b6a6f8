// A visit: the turns of one cell in one process that count as one measurement, spread over the time its group takes.

import { addTimes } from '../../src/os/thread-times.js';
import { type Cell, chunkPages, type VisitReport } from '../../src/session/cell.js';
import type { Slice } from '../../src/workloads/slice.js';
import { median } from '../stats/quantile.js';
import { type Distribution, distributionOf, type Latencies, latenciesOf } from './latencies.js';
import { reachedLoad } from './offered-load.js';
import type { Turn } from './turn.js';

/** When a slice began, on the clock of its process, and how fast it was: whether a cell is steady is seen over time. */
export interface SliceSpeed {
  readonly startedNs: number;
  readonly jobsPerSecond: number;
}

/** What a visit measured: medians over its slices, and exact counts over all of it. */
export interface Visit {
  readonly values: Readonly<Record<string, number>>;
  /** The same of each turn, in order: what designs that alternate turn by turn are compared by. */
  readonly turns: Readonly<Record<string, readonly number[]>>;
  readonly slices: readonly SliceSpeed[];
  readonly counters: Readonly<Record<string, number>>;
  readonly pinned: boolean;
  readonly jobsPerChannel: readonly number[];
  /** Time that each thread was ready to run and had no CPU: requesters, then senders. Absent where nobody counts it. */
  readonly runQueueNs?: readonly number[];
  /** Sync only: the median delay of each channel's SYNC. */
  readonly delayNsPerChannel?: readonly number[];
  /** True where turns were longer than asked for, as the cell, or one beside it, is another one in short turns. */
  readonly longTurns?: boolean;
  /** Timed cells only. */
  readonly latencies?: Latencies;
}

/** Puts the turns of one visit together. */
export function summarise(cell: Cell, turns: readonly Turn[]): Visit {
  const report = addReports(turns.map((turn) => turn.report));
  const values = valuesOf(cell, turns);
  const perTurn = turns.map((turn) => valuesOf(cell, [turn]));
  const names = Object.keys(values);
  const slices = turns
    .flatMap((turn) => turn.slices)
    .map((slice) => ({
      startedNs: slice.startedNs,
      jobsPerSecond: jobsPerSecond(slice),
    }));
  const { jobs, syncs, parks, notifiesSent, notifiesWoken, lockSlowPaths, threads } = report;
  const { pinned, jobsPerChannel, providerCpuNs, sendersCpuNs } = report;
  const counters = {
    jobs,
    syncs,
    parks,
    notifiesSent,
    notifiesWoken,
    lockSlowPaths,
    providerCpuNs,
    sendersCpuNs,
    ...switchCounters(threads),
  };
  // A percentile that a turn has too few samples for is compared by whole visits.
  const inAll = names.filter((name) => perTurn.every((turn) => turn[name] !== undefined));
  const byName = Object.fromEntries(inAll.map((name) => [name, perTurn.map((turn) => turn[name]!)]));
  const latencies = latenciesOf(turns.flatMap((turn) => turn.slices));
  const delays = turns.flatMap((turn) => turn.slices).flatMap(({ delayNs }) => delayNs ?? []);
  const delayNsPerChannel = delays[0]?.map((_, channel) => median(delays.map((sync) => sync[channel]!)));
  const runQueueNs = threads.flatMap((thread) => thread.runQueueNs ?? []);
  return {
    ...{ values, turns: byName, slices, counters, pinned, jobsPerChannel },
    ...(runQueueNs.length === threads.length && { runQueueNs }),
    ...(latencies && { latencies }),
    ...(delayNsPerChannel && { delayNsPerChannel }),
  };
}

/** An idle sync hands nothing over: then its syncs. */
function jobsPerSecond({ jobs, durationNs, signalNs }: Slice): number {
  return ((jobs || signalNs!.length) * 1e9) / durationNs;
}

function valuesOf(cell: Cell, turns: readonly Turn[]): Record<string, number> {
  const slices = turns.flatMap((turn) => turn.slices);
  const report = addReports(turns.map((turn) => turn.report));
  const each = slices.map((slice) => sliceValues(cell, slice));
  const names = Object.keys(each[0] ?? {}).filter((name) => each.every((values) => name in values));
  const values = Object.fromEntries(names.map((name) => [name, median(each.map((slice) => slice[name]!))]));
  // An idle sync hands nothing over.
  if (report.jobs > 0) values.cpuNsPerJob = (report.providerCpuNs + report.sendersCpuNs) / report.jobs;
  const ofDevices = report.jobsPerRequester?.slice(1) ?? [];
  if (cell.workload === 'device-state' && ofDevices.length > 1) values.fairness = jain(ofDevices);
  const reached = reachedLoad(slices);
  if (reached !== undefined) values.reachedLoad = reached;
  return { ...values, ...syncValues(slices), ...latencyValues(slices) };
}

/** Medians over all syncs of the slices: one slice has few. */
function syncValues(slices: readonly Slice[]): Record<string, number> {
  const signalNs = slices.flatMap((slice) => slice.signalNs ?? []);
  const collectNs = slices.flatMap((slice) => slice.collectNs ?? []);
  const delayNs = slices.flatMap((slice) => slice.delayNs ?? []);
  const values: Record<string, number> = {};
  if (delayNs.length > 0) {
    values.delayNs = median(delayNs.flat());
    values.slowestDelayNs = median(delayNs.map((channels) => Math.max(...channels)));
  }
  if (signalNs.length > 0) {
    const syncNs = signalNs.map((each, sync) => each + collectNs[sync]!);
    Object.assign(values, { signalNs: median(signalNs), collectNs: median(collectNs), syncNs: median(syncNs) });
  }
  return values;
}

/** Jain's index of how evenly something is shared: 1 where all have the same, 1 / n where one has all. */
function jain(shares: readonly number[]): number {
  const sum = shares.reduce((all, each) => all + each, 0);
  return sum === 0 ? 1 : sum ** 2 / (shares.length * shares.reduce((all, each) => all + each ** 2, 0));
}

/** What one slice says; its latencies have a distribution, which takes more than one. */
export function sliceValues(cell: Cell, slice: Slice): Record<string, number> {
  const { jobs, pages, durationNs, signalNs, collectNs, downtimeNs, medianNs, chunks } = slice;
  const values: Record<string, number> = {};
  if (jobs > 0) {
    const pagesPerSecond = (pages * 1e9) / durationNs;
    const mibPerSecond = (pagesPerSecond * cell.pageSize) / 2 ** 20;
    Object.assign(values, { jobsPerSecond: jobsPerSecond(slice), nsPerJob: durationNs / jobs });
    Object.assign(values, { pagesPerSecond, mibPerSecond });
  }
  for (const [name, ns] of Object.entries(medianNs ?? {})) values[`${name}Ns.p50`] = ns;
  Object.assign(values, syncValues([slice]));
  if (chunks !== undefined) {
    const wholeNs = durationNs + [...signalNs!, ...collectNs!].reduce((sum, each) => sum + each, 0);
    values.deviceMibPerSecond = (chunks * chunkPages(cell) * cell.pageSize * 1e9) / (2 ** 20 * wholeNs);
  }
  if (downtimeNs !== undefined) Object.assign(values, { totalNs: durationNs, downtimeNs });
  return values;
}

/** `handoffNs.p50` and the like, of the parts that a design has. */
function latencyValues(slices: readonly Slice[]): Record<string, number> {
  const latencies = latenciesOf(slices);
  const values: Record<string, number> = {};
  for (const [name, counts] of Object.entries(latencies ?? {})) {
    const distribution: Partial<Distribution> = distributionOf(counts) ?? {};
    for (const [key, value] of Object.entries(distribution)) values[`${name}Ns.${key}`] = value;
  }
  return values;
}

function switchCounters(threads: VisitReport['threads']): Record<string, number> {
  const { voluntarySwitches, involuntarySwitches } = addTimes(threads);
  return { voluntarySwitches, involuntarySwitches };
}

function addReports(reports: readonly VisitReport[]): VisitReport {
  return reports.reduce((all, each) => ({
    jobs: all.jobs + each.jobs,
    pages: all.pages + each.pages,
    syncs: all.syncs + each.syncs,
    jobsPerRequester: (all.jobsPerRequester ?? []).map((jobs, at) => jobs + each.jobsPerRequester![at]!),
    jobsPerChannel: all.jobsPerChannel.map((jobs, channel) => jobs + each.jobsPerChannel[channel]!),
    providerCpuNs: all.providerCpuNs + each.providerCpuNs,
    sendersCpuNs: all.sendersCpuNs + each.sendersCpuNs,
    threads: all.threads.map((thread, index) => ({ ...thread, ...addTimes([thread, each.threads[index]!]) })),
    parks: all.parks + each.parks,
    notifiesSent: all.notifiesSent + each.notifiesSent,
    notifiesWoken: all.notifiesWoken + each.notifiesWoken,
    lockSlowPaths: all.lockSlowPaths + each.lockSlowPaths,
    pinned: all.pinned && each.pinned,
  }));
}
