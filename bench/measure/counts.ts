// Counting before timing: what a batch and a sync cost in shared accesses, in a process of its own that times nothing.

import {
  ACCESS_KINDS,
  type AccessCounts,
  type AccessKind,
  type SideAccesses,
} from '../../src/session/access-counter.js';
import { type Cell, CellFailure, type VisitReport } from '../../src/session/cell.js';
import { isMeasured, type Plan, type PlannedCell } from '../plan/planned.js';
import { ramBytes } from '../plan/ram-flag.js';
import { median } from '../stats/quantile.js';
import { Child } from './child.js';
import { type PeerPlan, Peers } from './peers.js';
import { precopyTurn } from './precopy-turn.js';

/** A count over the visits. Equal low and high: it does not depend on which thread happens to be faster. */
export interface Count {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Counts that are 0 in every visit are left out. */
export type Counts = Readonly<Partial<Record<AccessKind, Count>>>;

/** Of one side: a batch, and a sync of all channels. */
interface SideCounts {
  readonly batch: Counts;
  readonly sync: Counts;
}

export interface CellCounts {
  readonly visits: number;
  /** Batches of each visit. */
  readonly jobs: number;
  readonly provider: SideCounts;
  readonly senders: SideCounts;
}

/** Averages over so many are exact enough, and a parked hand-off of each default cell is still a matter of seconds. */
const AMOUNTS: Readonly<Record<string, number>> = { sync: 30, transfer: 1, ceiling: 1 };
const AMOUNT = 300;
/** The first visit runs code that is not compiled yet, in which other threads win: it counts for nothing. */
const VISITS = 4;

/** Counts every cell of a plan that is measured. A cell that fails is left out: the timed run will say why. */
export async function countAccesses(
  plan: Plan,
  progress: (at: { done: number; total: number; cell: PlannedCell }) => void,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, CellCounts>> {
  // An open loop has no rate before the capacity is measured; what a batch takes at its pace is not its own.
  const cells = plan.cells.filter((planned) => isMeasured(planned) && planned.cell.load === undefined);
  if (cells.length === 0) return new Map();
  const peerPlan = { ramBytes: ramBytes(plan.ram), channels: Math.max(...cells.map(({ cell }) => cell.channels)) };
  const counts = new Map<string, CellCounts>();
  let client: Child | undefined;
  let peers: Peers | undefined;
  const end = () => Promise.all([client?.kill(), peers?.stop()]);
  signal.addEventListener('abort', end);
  try {
    for (const [done, planned] of cells.entries()) {
      if (signal.aborted) break;
      progress({ done, total: cells.length, cell: planned });
      try {
        client ??= await Child.start(plan.fleet, plan.listed);
        peers ??= new Peers(client, peerPlan);
        counts.set(planned.id, await countCell(client, peers, peerPlan, { ...planned.cell, counting: true }));
      } catch (cause) {
        if (!(cause instanceof CellFailure)) throw cause;
        await end();
        client = undefined;
        peers = undefined;
      }
    }
  } finally {
    signal.removeEventListener('abort', end);
    await end();
  }
  return counts;
}

async function countCell(client: Child, peers: Peers, peerPlan: PeerPlan, cell: Cell): Promise<CellCounts> {
  if (cell.workload === 'precopy') return summariseCounts(cell, [(await precopyTurn(client, cell, peerPlan)).report]);
  const peer = await peers.for(cell);
  const reports: VisitReport[] = [];
  for (let visit = 0; visit < VISITS; visit++) {
    peer?.prepare(cell);
    await client.open(cell, peer?.name);
    await client.slice(AMOUNTS[cell.workload] ?? AMOUNT);
    const report = await client.close();
    await peer?.check(report);
    reports.push(report);
  }
  return summariseCounts(cell, reports.slice(1));
}

/** Divides what visits counted by their batches and syncs. */
function summariseCounts({ channels }: Pick<Cell, 'channels'>, reports: readonly VisitReport[]): CellCounts {
  const side = (of: (report: VisitReport) => SideAccesses): SideCounts => ({
    batch: over(reports.map((report) => perOne(of(report).jobs, report.jobs))),
    sync: over(reports.map((report) => perOne(of(report).syncs, report.syncs / channels))),
  });
  return {
    visits: reports.length,
    jobs: reports[0]!.jobs,
    provider: side(({ accesses }) => accesses!.provider),
    senders: side(({ accesses }) => accesses!.senders),
  };
}

function perOne(counts: AccessCounts, among: number): AccessCounts {
  return Object.fromEntries(ACCESS_KINDS.map((kind) => [kind, among === 0 ? 0 : counts[kind] / among])) as Record<
    AccessKind,
    number
  >;
}

function over(visits: readonly AccessCounts[]): Counts {
  return Object.fromEntries(
    ACCESS_KINDS.flatMap((kind) => {
      const values = visits.map((counts) => counts[kind]);
      if (values.every((value) => value === 0)) return [];
      const count: Count = { median: median(values), low: Math.min(...values), high: Math.max(...values) };
      return [[kind, count]];
    }),
  );
}
