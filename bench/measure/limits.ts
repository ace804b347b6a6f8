// A design against the machine: a ring in C, and the floors of two threads, turn by turn on the same CPUs.
import { Random } from '../../src/random.js';
import { CELL_DEFAULTS, type Cell, CellFailure, type FleetPlan } from '../../src/session/cell.js';
import type { Listed } from '../plan/catalogue.js';
import { type Comparison, compare } from '../stats/comparison.js';
import type { Visits } from '../stats/noise-floor.js';
import { pairTurns } from '../stats/paired.js';
import { median } from '../stats/quantile.js';
import type { CRing } from './c-ring.js';
import { Child } from './child.js';
import { takeTurn } from './turn.js';

/** `ring`: batches a second at depth, spinning; `spin` and `park`: nanoseconds of a round trip, one batch in flight. */
export type Limit = 'ring' | 'spin' | 'park';

export interface Contest {
  readonly limit: Limit;
  readonly cell: Cell;
}

/** What both did, as medians over the processes, and the design's ratio to the limit. */
export interface ContestResult extends Contest {
  readonly limitValue: number;
  readonly ownValue: number;
  readonly comparison: Comparison;
  /** False where a thread could not be pinned. */
  readonly pinned: boolean;
}

export interface LimitsOptions {
  readonly contests: readonly Contest[];
  readonly listed: readonly Listed[];
  /** Absent where there is none: contests with it must not be asked for then. */
  readonly ring: CRing | undefined;
  readonly rounds: number;
  /** Each is four turns: the design, the limit, and both again the other way round. */
  readonly mirrors: number;
  readonly slices: number;
  readonly sliceMs: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly progress: (round: number) => void;
}

const FLEET: FleetPlan = {
  senders: 1,
  requesters: 1,
  ram: { bytes: 1 << 20, seed: 1, shares: { zero: 1, text: 1, random: 1 } },
  watchdogMs: 10_000,
};
/** A pair of threads is started for each turn of a floor, and has to be compiled first. */
const FLOOR_MS = 100;
/** A process is started for each turn of the ring: in less it has hardly begun. */
const RING_MS = 150;
const SPINS = { spinNs: 10e6 } as const;

/** A cell of nothing but the hand-off: one page a batch, which nobody writes, over one channel. */
export function limitCell(variant: string, limit: Limit, depth: number, publishEvery: number | undefined): Cell {
  const wait = limit === 'park' ? 'park' : SPINS;
  return {
    ...CELL_DEFAULTS,
    ...{ variant, workload: 'throughput', transport: 'discard', channels: 1, pagesPerBatch: 1 },
    ...{ depth: limit === 'ring' ? depth : 1, publishEvery, providerWait: wait, senderWait: wait },
  };
}

interface Process {
  readonly visits: Visits;
  readonly limitValue: number;
  readonly ownValue: number;
  readonly pinned: boolean;
}

/** Measures the contests in fresh processes; interrupted, what the finished ones say. Rejects with CellFailure. */
export async function measureLimits(options: LimitsOptions): Promise<ContestResult[]> {
  const finished = options.contests.map((): Process[] => []);
  for (let round = 0; round < options.rounds && !options.signal.aborted; round++) {
    options.progress(round);
    const random = new Random(options.seed + round);
    let client: Child | undefined;
    const kill = () => void client?.kill();
    options.signal.addEventListener('abort', kill);
    try {
      client = await Child.start(FLEET, options.listed, { signal: options.signal });
      const own = new Map<Contest, Process>();
      for (const contest of random.shuffle([...options.contests])) {
        own.set(contest, await meet(client, contest, random, options));
      }
      for (const [at, contest] of options.contests.entries()) finished[at]!.push(own.get(contest)!);
    } catch (cause) {
      if (!options.signal.aborted) throw cause;
    } finally {
      options.signal.removeEventListener('abort', kill);
      await client?.kill();
    }
  }
  return options.contests.flatMap((contest, at) => {
    const processes = finished[at]!;
    if (processes.length === 0) return [];
    const over = (value: (process: Process) => number) => median(processes.map(value));
    return {
      ...contest,
      limitValue: over(({ limitValue }) => limitValue),
      ownValue: over(({ ownValue }) => ownValue),
      comparison: compare(processes.map(({ visits }) => visits)),
      pinned: processes.every(({ pinned }) => pinned),
    };
  });
}

/** All mirrors of a contest in one process. */
async function meet(client: Child, contest: Contest, random: Random, options: LimitsOptions): Promise<Process> {
  const own: [number[], number[]] = [[], []];
  const limit: [number[], number[]] = [[], []];
  const { slices, sliceMs } = options;
  let amount: number | undefined;
  let pinned = true;

  async function ownTurn(): Promise<number> {
    const turn = await takeTurn(client, contest.cell, { slices, sliceMs, amount, cold: amount === undefined });
    amount = turn.amount;
    pinned &&= turn.report.pinned;
    const ns = median(turn.slices.map(({ durationNs, jobs }) => durationNs / jobs));
    return contest.limit === 'ring' ? 1e9 / ns : ns;
  }

  async function limitTurn(): Promise<number> {
    if (contest.limit === 'ring') return options.ring!.itemsPerSecond(RING_MS);
    const floor = await client.floor(contest.limit, FLOOR_MS);
    if (!floor) throw new CellFailure('the floor was not measured: this machine has one CPU, or is too busy');
    pinned &&= floor.pinned;
    return floor.medianNs;
  }

  for (let mirror = 0; mirror < options.mirrors; mirror++) {
    const first = random.below(2) === 0;
    for (const [at, isOwn] of [first, !first, !first, first].entries()) {
      const visit = at < 2 ? 0 : 1;
      if (isOwn) own[visit].push(await ownTurn());
      else limit[visit].push(await limitTurn());
    }
  }
  return { visits: pairTurns(limit, own), limitValue: median(limit.flat()), ownValue: median(own.flat()), pinned };
}
