// Cells that stand open side by side and take turns of a millisecond: opened together, warmed up, measured, closed.
import type { Random } from '../../src/random.js';
import { type Cell, CellFailure, keepsHistograms, type VisitReport } from '../../src/session/cell.js';
import type { Slice } from '../../src/workloads/slice.js';
import { median } from '../stats/quantile.js';
import type { Child } from './child.js';
import type { Peer } from './peers.js';

/** A cell with the process that it is opened in; those of one process are opened in lanes of it. */
export interface LiveEnd {
  readonly cell: Cell;
  readonly client: Child;
  readonly lane: number;
  /** The receiver that it writes to, for transports that have one. */
  readonly peer: Peer | undefined;
  /** True in a process that has not run the cell yet: its code is not compiled there. */
  readonly cold: boolean;
  /** Jobs, or syncs, of a turn, where an earlier opening, in this process or another, found how many. */
  readonly amount: number | undefined;
  /** True for one that only stands beside those under study: it takes part in some of the mirrors. */
  readonly beside: boolean;
}

export interface LiveOptions {
  readonly turnMs: number;
  /** Whether turns may be longer, where short ones show another design than long ones do: not where their length was asked for. */
  readonly mayLengthen?: boolean;
  /** How long all turns together go on. */
  readonly forMs: number;
  /** Draws which cell is opened first, and the order of each mirror. */
  readonly random: Random;
}

/** What one opening of a cell measured: its two turns of each mirror, in which a cell stands twice (A B B A). */
export interface LivePart {
  readonly mirrors: readonly (readonly [Slice, Slice])[];
  /** The number of each of its mirrors: the first cell is in all of them. */
  readonly numbers: readonly number[];
  readonly latencies: Slice['latencies'];
  readonly report: VisitReport;
  readonly amount: number;
}

/** A cell failed, and with it its process: which one, and why. */
export class LiveFailure extends Error {
  readonly at: number;
  override readonly cause: CellFailure;

  constructor(at: number, cause: CellFailure) {
    super(cause.message);
    this.at = at;
    this.cause = cause;
  }
}

/** Cold cells whose amounts an earlier process found run for so long each before they are measured: V8 compiles meanwhile. */
const WARM_MS = 30;
/** A question to the process takes about this long: short enough to be stopped in, long enough to cost nothing. */
const RUN_MS = 60;
const MOST_MIRRORS_A_RUN = 400;
/** What runs first is not kept, for so long at least: in it caches and clocks of the CPUs settle. */
const SETTLING_MS = 5;
/** However long they take. */
const LEAST_MIRRORS = 3;
/** Cells beside those under study are in one of so many. */
const BESIDE_EVERY = 6;
const FIRST_AMOUNT = 8;
const MOST_GROWTH = 8;
/**
 * Cold cells are warm when, in two windows of turns in a row, none of their medians is below the least before by more than
 * this ..
 */
const STILL_RISING = 0.03;
/** .. or after so many windows, each a mirror or more: this part of the time that is measured afterwards. */
const MOST_WINDOWS = 16;
const WINDOW_SHARE = 0.25;
const MOST_WINDOW_MS = 30;
/**
 * Designs of one shape get the same amount, unless they differ by far more than noise makes them: a turn of few jobs has
 * other costs a job than one of many.
 */
const ALIKE = 4;

/** Turns are held against some that are so many times as long .. */
const LONGER = 16;
/** .. where they are shorter than this .. */
const SHORT_MS = 4;
/** .. and where a design gains on another by this in the longer ones, all of them are so long. */
const LONG_MS = 50;
const GAIN = 2;

/** Measures cells against each other. Rejects with LiveFailure; the processes are then spent. */
export async function measureLive(ends: readonly LiveEnd[], options: LiveOptions): Promise<LivePart[]> {
  const { random, forMs } = options;
  for (const at of random.shuffle([...ends.keys()])) await opening(ends, at);
  const amounts = await amountsOf(ends, options);
  const tried = performance.now();
  const judged = mirrorOf(ends, random, 1);
  await takeTurns(ends, judged.slice(judged.length / 2), amounts);
  // Turns also fill and empty their channels, and may take longer now than when the amounts were found.
  let mirrorMs = 2 * (performance.now() - tried);
  for (const [at, end] of ends.entries())
    if (keepsHistograms(end.cell)) await failing(at, end.client.latencies(end.lane));

  const taken = ends.map((): { mirrors: [Slice, Slice][]; numbers: number[] } => ({ mirrors: [], numbers: [] }));
  const begun = performance.now();
  let [count, dropped] = [0, mirrorMs < SETTLING_MS ? 1 : 0];
  while (performance.now() - begun < forMs || taken[0]!.mirrors.length < LEAST_MIRRORS) {
    const left = Math.max(0, forMs - (performance.now() - begun));
    const some = Math.max(1, Math.min(MOST_MIRRORS_A_RUN, Math.round(Math.min(RUN_MS, left) / mirrorMs)));
    const orders = Array.from({ length: some }, (_, at) => mirrorOf(ends, random, count + at));
    const slices = (await takeTurns(ends, orders.flat(), amounts)).values();
    for (const order of orders) {
      const own = order.map(() => slices.next().value!);
      count++;
      if (dropped-- > 0) continue;
      const number = taken[0]!.mirrors.length;
      for (const at of new Set(order)) {
        taken[at]!.mirrors.push([own[order.indexOf(at)]!, own[order.lastIndexOf(at)]!]);
        taken[at]!.numbers.push(number);
      }
    }
    mirrorMs = (performance.now() - begun) / count;
  }
  return closing(ends, taken, amounts);
}

/** All that take part in a mirror, in random order, and back. */
function mirrorOf(ends: readonly LiveEnd[], random: Random, number = 0): number[] {
  const there = random.shuffle([...ends.keys()].filter((at) => !ends[at]!.beside || number % BESIDE_EVERY === 0));
  return [...there, ...there.toReversed()];
}

/** Turns in order: without a message in between where they are of one process; else each is a question of its own. */
async function takeTurns(
  ends: readonly LiveEnd[],
  order: readonly number[],
  amounts: readonly number[],
): Promise<readonly Slice[]> {
  const { client } = ends[0]!;
  if (ends.every((end) => end.client === client)) {
    const turns = order.map((at) => ({ lane: ends[at]!.lane, amount: amounts[at]! }));
    return client.turns(turns).catch((cause) => {
      if (!(cause instanceof CellFailure)) throw cause;
      throw new LiveFailure(
        ends.findIndex(({ lane }) => lane === cause.lane),
        cause,
      );
    });
  }
  const slices: Slice[] = [];
  for (const at of order) slices.push(await failing(at, ends[at]!.client.slice(amounts[at]!, ends[at]!.lane)));
  return slices;
}

async function opening(ends: readonly LiveEnd[], at: number): Promise<void> {
  const { cell, client, lane, peer } = ends[at]!;
  peer?.prepare(cell);
  await failing(at, client.open(cell, peer?.name, lane, lane / ends.length));
}

async function closing(
  ends: readonly LiveEnd[],
  taken: readonly Pick<LivePart, 'mirrors' | 'numbers'>[],
  amounts: readonly number[],
): Promise<LivePart[]> {
  const parts: LivePart[] = [];
  for (const [at, end] of ends.entries()) {
    const { client, lane, peer } = end;
    const latencies = keepsHistograms(end.cell) ? await failing(at, client.latencies(lane)) : undefined;
    const report = await failing(at, client.close(lane));
    if (peer) await failing(at, peer.check(report));
    parts.push({ ...taken[at]!, latencies, report, amount: amounts[at]! });
  }
  return parts;
}

/** What fills a turn of each cell, warm by then. */
async function amountsOf(ends: readonly LiveEnd[], options: LiveOptions): Promise<readonly number[]> {
  const known = ends.flatMap(({ amount }) => amount ?? []);
  if (known.length < ends.length) return foundAmounts(ends, options);
  const cold = ends.filter((end) => end.cold).length;
  if (cold > 0) await medianTurns(ends, known, WARM_MS * cold, options.random);
  return known;
}

async function foundAmounts(ends: readonly LiveEnd[], options: LiveOptions): Promise<readonly number[]> {
  const own = await warmUp(ends, options);
  const { turnMs, mayLengthen, random } = options;
  const isTried = mayLengthen && turnMs < SHORT_MS && ends[0]!.cell.workload === 'throughput';
  // Seen twice: how long sleepers take to wake may change once between the turns of one length and those of the other.
  const isOther = isTried && (await longAmounts(ends, own, random)) !== undefined;
  const long = isOther ? await longAmounts(ends, own, random) : undefined;
  const { channels } = ends[0]!.cell;
  return ends.map(({ cell, amount }, at) => {
    const [mine, first] = [own[at]!, own[0]!];
    const alike = cell.channels === channels && mine < first * ALIKE && mine > first / ALIKE;
    return amount ?? long?.[at] ?? (alike ? first : mine);
  });
}

/**
 * A design may sleep less the longer it is at work, so that in short turns, each of which begins with senders that sleep, it is
 * another one. Resolves with what fills long turns, where one gains on the others in them; undefined where none does.
 */
async function longAmounts(
  ends: readonly LiveEnd[],
  amounts: readonly number[],
  random: Random,
): Promise<number[] | undefined> {
  const longer = amounts.map((amount) => amount * LONGER);
  // One after the other, three times: a burst is hardly in all turns of a cell.
  const order = [1, 2, 3].flatMap(() => [...ends.keys()]);
  const slices = await takeTurns(ends, order, longer);
  const jobNs = ends.map((_, at) => {
    const own = slices.filter((_, turn) => order[turn] === at);
    return Math.min(...own.map(({ durationNs }) => durationNs)) / longer[at]!;
  });
  const shortNs = await medianTurns(ends, amounts, MOST_WINDOW_MS, random);
  const judged = [...ends.keys()].filter((at) => !ends[at]!.beside);
  const gains = judged.map((at) => shortNs[at]! / amounts[at]! / jobNs[at]!);
  if (Math.max(...gains) < Math.min(...gains) * GAIN) return undefined;
  return jobNs.map((each, at) => Math.max(leastAmount(ends[at]!.cell), Math.round((LONG_MS * 1e6) / each)));
}

/** Takes turns until each fills its time and no cell gets faster. Resolves with what fills a turn of each. */
async function warmUp(ends: readonly LiveEnd[], { turnMs, forMs, random }: LiveOptions): Promise<number[]> {
  const amounts = ends.map(({ cell, amount }) => amount ?? firstAmount(cell));
  const leastJobNs = ends.map(() => Number.POSITIVE_INFINITY);
  const windowMs = Math.min(MOST_WINDOW_MS, forMs * WINDOW_SHARE);
  for (let window = 0, settled = 0; window < MOST_WINDOWS && settled < 2; window++) {
    settled++;
    for (const [at, turnNs] of (await medianTurns(ends, amounts, windowMs, random)).entries()) {
      const { cell, cold } = ends[at]!;
      const jobNs = turnNs / amounts[at]!;
      const wanted = Math.min(amounts[at]! * MOST_GROWTH, (turnMs * 1e6) / Math.min(jobNs, leastJobNs[at]!));
      if (wanted > amounts[at]! * 1.5 || (cold && jobNs < leastJobNs[at]! * (1 - STILL_RISING))) settled = 0;
      leastJobNs[at] = Math.min(leastJobNs[at]!, jobNs);
      amounts[at] = Math.max(leastAmount(cell), Math.round(wanted));
    }
  }
  return amounts;
}

/** Of one window, by cell, in nanoseconds. */
async function medianTurns(
  ends: readonly LiveEnd[],
  amounts: readonly number[],
  windowMs: number,
  random: Random,
): Promise<number[]> {
  const durations = ends.map((): number[] => []);
  const begun = performance.now();
  do {
    const order = mirrorOf(ends, random);
    for (const [at, slice] of (await takeTurns(ends, order, amounts)).entries()) {
      durations[order[at]!]!.push(slice.durationNs);
    }
  } while (performance.now() - begun < windowMs);
  return durations.map((each) => median(each));
}

function firstAmount(cell: Cell): number {
  return cell.workload === 'sync' ? 1 : Math.max(FIRST_AMOUNT, leastAmount(cell));
}

function leastAmount({ channels, depth, workload }: Cell): number {
  return workload === 'sync' ? 1 : channels * depth;
}

/** Says which of the cells a failure is of. */
export async function failing<T>(at: number, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (cause) {
    if (cause instanceof CellFailure) throw new LiveFailure(at, cause);
    throw cause;
  }
}
