// From the turns of cells that lived side by side to their visits: what each is beside the first, mirror by mirror.
import type { Cell } from '../../src/session/cell.js';
import type { Slice } from '../../src/workloads/slice.js';
import { mean } from '../stats/mean.js';
import { trimmedMean } from '../stats/trimmed.js';
import type { LivePart } from './live.js';
import { type SliceSpeed, sliceValues, summarise, type Visit } from './visit.js';

/** Slices of a millisecond are too short to tell a drift: as many as make so much of timed time are taken together. */
const COARSE_NS = 20e6;
/** Of the ratios in the mirrors, at each end: a quarter of them may be of bursts, and all may be on one side. */
const CUT = 0.35;

/** The parts of one opening, the first of them the one that the others are compared with. */
export interface Opening {
  readonly cells: readonly Cell[];
  readonly parts: readonly LivePart[];
}

/**
 * The two visits of each cell, half of the openings each (one of an odd one out is in the first). Their `turns` hold one
 * number a metric: the level of the first cell, times what this cell is to it. In an opening that is, for a throughput, a
 * trimmed mean of the log-ratios in the mirrors: in each mirror all cells stand within milliseconds of each other, so what
 * the machine does for longer is in all of them and falls out. A latency and a sync have percentiles of single events, of
 * which a turn has few: theirs is the ratio of the two over the whole opening, whose events alternate as closely. A visit
 * has the mean over its openings. The level is the same in both: what it does between them says nothing of a cell.
 *
 * @param known turns of the first cell in an earlier set of this process: their level is that of this set too, so that a
 *   cell is compared with the first one beside it, and not with what that was in another set
 */
export function pairedVisits(openings: readonly Opening[], known?: Visit['turns']): Visit[][] {
  const half = Math.ceil(openings.length / 2);
  const visits = [openings.slice(0, half), openings.slice(half)].filter((each) => each.length > 0);
  const all = openings[0]!.cells.map((cell, at) =>
    visits.map((own) =>
      visitOf(
        cell,
        own.map(({ parts }) => parts[at]!),
      ),
    ),
  );
  const names = Object.keys(all[0]![0]!.values);
  const levels = Object.fromEntries(
    names.flatMap((name) => {
      // A percentile that one of the visits has too few samples for has no level.
      const logs = all[0]!.map(({ values }) => Math.log(values[name] ?? Number.NaN));
      return logs.every(Number.isFinite) ? [[name, known?.[name]?.[0] ?? Math.exp(mean(logs))] as const] : [];
    }),
  );
  return all.map((own, at) =>
    own.map((visit, number): Visit => {
      const ratios = visits[number]!.map((opening) => logRatios(opening, at));
      const turns = Object.entries(levels).flatMap(([name, level]) => {
        const logs = ratios.map((ratio) => ratio[name] ?? Number.NaN);
        return logs.every(Number.isFinite) ? [[name, [level * Math.exp(mean(logs))]] as const] : [];
      });
      return { ...visit, turns: Object.fromEntries(turns) };
    }),
  );
}

/** What a cell is to the first one in one opening, by metric. */
function logRatios({ cells, parts }: Opening, at: number): Record<string, number> {
  const [cell, first, own] = [cells[at]!, parts[0]!, parts[at]!];
  if (cell.workload === 'throughput') {
    const [a, b]: [Turns, Turns] = [valuesOfTurns(cell, first), valuesOfTurns(cell, own)];
    const beside = (values: readonly number[]) =>
      own.numbers.flatMap((number) => [values[2 * number]!, values[2 * number + 1]!]);
    return Object.fromEntries(
      Object.keys(b).flatMap((name) => (a[name] ? [[name, logRatio(beside(a[name]), b[name]!)] as const] : [])),
    );
  }
  const [{ values: a }, { values: b }] = [visitOf(cell, [first]), visitOf(cell, [own])];
  return Object.fromEntries(Object.keys(b).map((name) => [name, Math.log(b[name]! / a[name]!)]));
}

type Turns = Readonly<Record<string, readonly number[]>>;

function visitOf(cell: Cell, parts: readonly LivePart[]): Visit {
  const turns = parts.map(({ mirrors, latencies, report, amount }) => ({
    slices: withLatencies(mirrors.flat(), latencies),
    report,
    amount,
  }));
  const isLong = parts.some(({ next }) => next.isLong);
  const slices = parts.flatMap(({ mirrors }) => coarse(mirrors.flat()));
  return { ...summarise(cell, turns), slices, ...(isLong && { longTurns: true }) };
}

/**
 * The log-ratio of b to a: of each mirror all four ratios of a turn of b to a turn of a, and of all of these the mean of
 * the middle ones. A burst hits single turns: where it is in 15 % of them it is in half of the mirrors, too many for a
 * mean over whole mirrors, and in a quarter of such ratios. The ends are cut alike, so that a drift in a mirror, which is in
 * two ratios each way, falls out.
 */
export function logRatio(a: readonly number[], b: readonly number[]): number {
  const logs = a.flatMap((first, at) => {
    const mirror = at - (at % 2);
    return [Math.log(b[mirror]! / first), Math.log(b[mirror + 1]! / first)];
  });
  return trimmedMean(logs, CUT);
}

/** Every metric that all turns have, two values a mirror. */
function valuesOfTurns(cell: Cell, { mirrors }: LivePart): Record<string, number[]> {
  const each = mirrors.flat().map((slice) => sliceValues(cell, slice));
  const names = Object.keys(each[0] ?? {}).filter((name) => each.every((values) => values[name]! > 0));
  return Object.fromEntries(names.map((name) => [name, each.map((values) => values[name]!)]));
}

/** What a timed cell recorded belongs to all of its turns together. */
function withLatencies(slices: readonly Slice[], latencies: Slice['latencies']): Slice[] {
  return slices.map((slice, at) => (at === 0 && latencies ? { ...slice, latencies } : slice));
}

function coarse(slices: readonly Slice[]): SliceSpeed[] {
  const speeds: SliceSpeed[] = [];
  let [jobs, durationNs, startedNs] = [0, 0, 0];
  for (const slice of slices) {
    if (durationNs === 0) startedNs = slice.startedNs;
    jobs += slice.jobs || slice.signalNs!.length;
    durationNs += slice.durationNs;
    if (durationNs < COARSE_NS) continue;
    speeds.push({ startedNs, jobsPerSecond: (jobs * 1e9) / durationNs });
    [jobs, durationNs] = [0, 0];
  }
  return speeds;
}
