// Cells that stand open side by side and take turns of a millisecond: opened together, warmed up, measured, closed.
import { keepsHistograms, type VisitReport } from '../../src/session/cell.js';
import type { Slice } from '../../src/workloads/slice.js';
import { failing, type LiveEnd, type LiveOptions, mirrorOf, type TurnSize, takeTurns } from './live-turns.js';
import { growthOf, turnsOf } from './warm-up.js';

/** What one opening of a cell measured: its two turns of each mirror, in which a cell stands twice (A B B A). */
export interface LivePart {
  readonly mirrors: readonly (readonly [Slice, Slice])[];
  /** The number of each of its mirrors: the first cell is in all of them. */
  readonly numbers: readonly number[];
  readonly latencies: Slice['latencies'];
  readonly report: VisitReport;
  readonly amount: number;
  /** Of the next opening: as much, or more where these turns were too short. */
  readonly next: TurnSize;
}

/** A question to the process takes about this long: short enough to be stopped in, long enough to cost nothing. */
const RUN_MS = 60;
const MOST_MIRRORS_A_RUN = 400;
/** What runs first is not kept, for so long at least: in it caches and clocks of the CPUs settle. */
const SETTLING_MS = 5;
/** However long they take. */
const LEAST_MIRRORS = 3;

/** Measures cells against each other. Rejects with LiveFailure; the processes are then spent. */
export async function measureLive(ends: readonly LiveEnd[], options: LiveOptions): Promise<LivePart[]> {
  const { random, forMs } = options;
  for (const at of random.shuffle([...ends.keys()])) await opening(ends, at);
  const sizes = await turnsOf(ends, options);
  const tried = performance.now();
  const judged = mirrorOf(ends, random, 1);
  await takeTurns(ends, judged.slice(judged.length / 2), sizes);
  // Turns also fill and empty their channels, and may take longer now than when their amounts were found.
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
    const slices = (await takeTurns(ends, orders.flat(), sizes)).values();
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
  return closing(ends, taken, sizes, growthOf(taken[0]!.mirrors.flat(), options.turnMs));
}

async function opening(ends: readonly LiveEnd[], at: number): Promise<void> {
  const { cell, client, lane, peer } = ends[at]!;
  peer?.prepare(cell);
  await failing(at, client.open(cell, peer?.name, lane, lane / ends.length));
}

async function closing(
  ends: readonly LiveEnd[],
  taken: readonly Pick<LivePart, 'mirrors' | 'numbers'>[],
  sizes: readonly TurnSize[],
  growth: number,
): Promise<LivePart[]> {
  const parts: LivePart[] = [];
  for (const [at, end] of ends.entries()) {
    const { client, lane, peer } = end;
    const latencies = keepsHistograms(end.cell) ? await failing(at, client.latencies(lane)) : undefined;
    const report = await failing(at, client.close(lane));
    if (peer) await failing(at, peer.check(report));
    const { amount, isLong } = sizes[at]!;
    const next = { amount: Math.round(amount * growth), isLong };
    parts.push({ ...taken[at]!, latencies, report, amount, next });
  }
  return parts;
}
