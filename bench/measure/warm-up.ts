// What fills a turn of cells side by side, found once they are warm: in turns like those that are measured.
import type { Random } from '../../src/random.js';
import type { Cell } from '../../src/session/cell.js';
import type { Slice } from '../../src/workloads/slice.js';
import { median } from '../stats/quantile.js';
import { type LiveEnd, type LiveOptions, mirrorOf, type TurnSize, takeTurns } from './live-turns.js';

/** Cold cells whose amounts an earlier process found run for so long each before they are measured: V8 compiles meanwhile. */
const WARM_MS = 30;
const FIRST_AMOUNT = 8;
const MOST_GROWTH = 8;
/** Turns that are shorter than they should be by less than this stay as they are. */
const LEAST_GROWTH = 1.5;
/**
 * Cold cells are warm when, in two windows of turns in a row, none of their medians is below the least before by more than
 * this ..
 */
const STILL_RISING = 0.03;
/** .. or after so many windows, each a mirror or more: this part of the time that is measured afterwards. */
const MOST_WINDOWS = 8;
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

/** What fills a turn of each cell, warm by then. */
export async function turnsOf(ends: readonly LiveEnd[], options: LiveOptions): Promise<readonly TurnSize[]> {
  const known = ends.flatMap(({ turn }) => turn ?? []);
  if (known.length < ends.length) return foundTurns(ends, options);
  const cold = ends.filter((end) => end.cold).length;
  if (cold > 0) await medianTurns(ends, known, WARM_MS * cold, options.random);
  return known;
}

async function foundTurns(ends: readonly LiveEnd[], options: LiveOptions): Promise<readonly TurnSize[]> {
  const own = await warmUp(ends, options);
  const { turnMs, mayLengthen, random } = options;
  const isTried = mayLengthen && turnMs < SHORT_MS && ends[0]!.cell.workload === 'throughput';
  // Seen twice: how long sleepers take to wake may change once between the turns of one length and those of the other.
  const isOther = isTried && (await longTurns(ends, own, random)) !== undefined;
  const long = isOther ? await longTurns(ends, own, random) : undefined;
  const { channels } = ends[0]!.cell;
  return ends.map(({ cell, turn }, at) => {
    const [mine, first] = [own[at]!, own[0]!];
    const ratio = mine.amount / first.amount;
    const isAlike = cell.channels === channels && ratio < ALIKE && ratio > 1 / ALIKE;
    return turn ?? long?.[at] ?? (isAlike ? first : mine);
  });
}

/**
 * A design may sleep less the longer it is at work, so that in short turns, each of which begins with senders that sleep, it is
 * another one. Resolves with what fills long turns, where one gains on the others in them; undefined where none does.
 */
async function longTurns(
  ends: readonly LiveEnd[],
  sizes: readonly TurnSize[],
  random: Random,
): Promise<TurnSize[] | undefined> {
  const longer = sizes.map(({ amount }) => sizeOf(amount * LONGER));
  // One after the other, three times: a burst is hardly in all turns of a cell.
  const order = [1, 2, 3].flatMap(() => [...ends.keys()]);
  const slices = await takeTurns(ends, order, longer);
  const jobNs = ends.map((_, at) => {
    const own = slices.filter((_, turn) => order[turn] === at);
    return Math.min(...own.map(({ durationNs }) => durationNs)) / longer[at]!.amount;
  });
  const shortNs = await medianTurns(ends, sizes, MOST_WINDOW_MS, random);
  const judged = [...ends.keys()].filter((at) => !ends[at]!.beside);
  const gains = judged.map((at) => shortNs[at]! / sizes[at]!.amount / jobNs[at]!);
  if (Math.max(...gains) < Math.min(...gains) * GAIN) return undefined;
  return jobNs.map((each, at) => ({
    amount: Math.max(leastAmount(ends[at]!.cell), Math.round((LONG_MS * 1e6) / each)),
    isLong: true,
  }));
}

/** Takes turns until each fills its time and no cell gets faster. Resolves with what fills a turn of each. */
async function warmUp(ends: readonly LiveEnd[], { turnMs, forMs, random }: LiveOptions): Promise<TurnSize[]> {
  const amounts = ends.map(({ cell, turn }) => turn?.amount ?? firstAmount(cell));
  const leastJobNs = ends.map(() => Number.POSITIVE_INFINITY);
  const windowMs = Math.min(MOST_WINDOW_MS, forMs * WINDOW_SHARE);
  for (let window = 0, settled = 0; window < MOST_WINDOWS && settled < 2; window++) {
    settled++;
    for (const [at, turnNs] of (await medianTurns(ends, amounts.map(sizeOf), windowMs, random)).entries()) {
      const { cell, cold } = ends[at]!;
      const jobNs = turnNs / amounts[at]!;
      const wanted = Math.min(amounts[at]! * MOST_GROWTH, (turnMs * 1e6) / Math.min(jobNs, leastJobNs[at]!));
      if (wanted > amounts[at]! * LEAST_GROWTH || (cold && jobNs < leastJobNs[at]! * (1 - STILL_RISING))) settled = 0;
      leastJobNs[at] = Math.min(leastJobNs[at]!, jobNs);
      amounts[at] = Math.max(leastAmount(cell), Math.round(wanted));
    }
  }
  return amounts.map(sizeOf);
}

/** Of one window, by cell, in nanoseconds. */
async function medianTurns(
  ends: readonly LiveEnd[],
  sizes: readonly TurnSize[],
  windowMs: number,
  random: Random,
): Promise<number[]> {
  const durations = ends.map((): number[] => []);
  const begun = performance.now();
  do {
    const order = mirrorOf(ends, random);
    for (const [at, slice] of (await takeTurns(ends, order, sizes)).entries()) {
      durations[order[at]!]!.push(slice.durationNs);
    }
  } while (performance.now() - begun < windowMs);
  return durations.map((each) => median(each));
}

/** The first opening of a run may find a machine, or a connection, at a tenth of its speed. */
export function growthOf(turns: readonly Slice[], turnMs: number): number {
  const growth = (turnMs * 1e6) / median(turns.map(({ durationNs }) => durationNs));
  return growth > LEAST_GROWTH ? Math.min(growth, MOST_GROWTH) : 1;
}

function sizeOf(amount: number): TurnSize {
  return { amount, isLong: false };
}

function firstAmount(cell: Cell): number {
  return cell.workload === 'sync' ? 1 : Math.max(FIRST_AMOUNT, leastAmount(cell));
}

function leastAmount({ channels, depth, workload }: Cell): number {
  return workload === 'sync' ? 1 : channels * depth;
}
