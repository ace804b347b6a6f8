// One visit to a cell: opened, warmed up, then timed slice by slice through tinybench, closed and checked.
import { Bench } from 'tinybench';
import type { Cell, Slice, VisitReport } from '../../src/session/cell.js';
import { median } from '../stats/quantile.js';
import type { RoundClient } from './round-client.js';

/** What a visit measured: medians over its slices, and exact counts over all of it. */
export interface Visit {
  readonly values: Readonly<Record<string, number>>;
  readonly counters: Readonly<Record<string, number>>;
  readonly pinned: boolean;
  readonly jobsPerChannel: readonly number[];
}

export interface Visited {
  readonly visit: Visit;
  readonly amount: number;
  readonly report: VisitReport;
}

export interface VisitOptions {
  readonly slices: number;
  readonly sliceMs: number;
  /** Jobs (or syncs) a slice, as an earlier visit to the same cell found it; finding it is the warm-up of the first. */
  readonly amount: number | undefined;
  /** The connected receiver, for transports that have one. */
  readonly peer?: string;
}

const FIRST_AMOUNT = 16;
const MOST_GROWTH = 8;

/** Measures one visit. Rejects with CellFailure. */
export async function visit(client: RoundClient, cell: Cell, options: VisitOptions): Promise<Visited> {
  await client.open(cell, options.peer);
  const amount = await warmUp(client, options);
  const slices: Slice[] = [];
  const bench = new Bench({ time: 0, iterations: options.slices, warmup: false, throws: true });
  bench.add(
    cell.variant,
    async () => {
      const asked = performance.now();
      const slice = await client.slice(amount);
      // tinybench sorts its samples: ours are kept apart, in order.
      slices.push(slice);
      return { overriddenDuration: slice.durationNs / 1e6, overriddenIterationCost: performance.now() - asked };
    },
    { async: true },
  );
  await bench.run();
  const report = await client.close();
  return { visit: summarise(cell, slices, report), amount, report };
}

/** Raises the amount until a slice has about the length it is to have, then runs one slice more of that length. */
async function warmUp(client: RoundClient, { sliceMs, amount }: VisitOptions): Promise<number> {
  if (amount !== undefined) {
    await client.slice(amount);
    return amount;
  }
  let tried = FIRST_AMOUNT;
  for (;;) {
    const { durationNs } = await client.slice(tried);
    const wanted = (tried * sliceMs * 1e6) / durationNs;
    if (wanted <= tried * 1.5) return Math.max(1, Math.round(wanted));
    tried = Math.ceil(Math.min(wanted, tried * MOST_GROWTH));
  }
}

export function summarise(cell: Cell, slices: readonly Slice[], report: VisitReport): Visit {
  const over = (value: (slice: Slice) => number) => median(slices.map(value));
  const pagesPerSecond = over(({ pages, durationNs }) => (pages * 1e9) / durationNs);
  const values: Record<string, number> = {
    jobsPerSecond: over(({ jobs, durationNs }) => (jobs * 1e9) / durationNs),
    pagesPerSecond,
    mibPerSecond: (pagesPerSecond * cell.pageSize) / 2 ** 20,
    cpuNsPerJob: (report.providerCpuNs + report.sendersCpuNs) / report.jobs,
  };
  const signalNs = slices.flatMap((slice) => slice.signalNs ?? []);
  const collectNs = slices.flatMap((slice) => slice.collectNs ?? []);
  if (signalNs.length > 0) Object.assign(values, { signalNs: median(signalNs), collectNs: median(collectNs) });
  const downtimeNs = slices.flatMap((slice) => slice.downtimeNs ?? []);
  if (downtimeNs.length > 0)
    Object.assign(values, { totalNs: over(({ durationNs }) => durationNs), downtimeNs: median(downtimeNs) });
  const { jobs, syncs, parks, notifiesSent, notifiesWoken, lockSlowPaths, runQueueNs } = report;
  const { pinned, jobsPerChannel, providerCpuNs, sendersCpuNs } = report;
  const counters = {
    jobs,
    syncs,
    parks,
    notifiesSent,
    notifiesWoken,
    lockSlowPaths,
    runQueueNs,
    providerCpuNs,
    sendersCpuNs,
  };
  return { values, counters, pinned, jobsPerChannel };
}
