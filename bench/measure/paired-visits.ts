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
 * The visits of each cell, one an opening. Their `turns` hold one number a metric: the level of the first cell, times what
 * this cell is to it. For a throughput that is a trimmed mean of the log-ratios in the mirrors: in each mirror all cells stand
 * within milliseconds of each other, so what the machine does for longer is in all of them and falls out. A latency and a sync
 * are told by percentiles of single events, of which a turn has few: theirs is the ratio of the two over the whole opening,
 * whose events alternate as closely. The level is the same in all openings: what it does between them says nothing of a cell.
 *
 * @param known turns of the first cell in an earlier set of this process: their level is that of this set too, so that a
 *   cell is compared with the first one beside it, and not with what that was in another set
 */
export function pairedVisits(openings: readonly Opening[], known?: Visit['turns']): Visit[][] {
  const all = openings.map(({ cells, parts }) => parts.map((part, at) => visitOf(cells[at]!, part)));
  const firsts = all.map(([first]) => first!.values);
  const levels = Object.fromEntries(
    Object.keys(firsts[0]!).flatMap((name) => {
      const logs = firsts.map((values) => Math.log(values[name]!));
      const level = known?.[name]?.[0] ?? Math.exp(mean(logs));
      return logs.every(Number.isFinite) ? [[name, level] as const] : [];
    }),
  );
  const names = Object.keys(levels);
  return openings[0]!.cells.map((cell, at) =>
    openings.map(({ cells, parts }, opening): Visit => {
      const visit = all[opening]![at]!;
      const [first, own]: [Turns, Turns] = [valuesOfTurns(cell, parts[0]!), valuesOfTurns(cell, parts[at]!)];
      const ratio = (name: string): number | undefined => {
        if (cells[0]!.workload === 'throughput' && first[name] && own[name]) return logRatio(first[name], own[name]);
        const [a, b] = [firsts[opening]![name]!, visit.values[name]!];
        return cells[0]!.workload !== 'throughput' && b > 0 ? Math.log(b / a) : undefined;
      };
      const turns = names.flatMap((name) => {
        const log = ratio(name);
        return log === undefined ? [] : [[name, [levels[name]! * Math.exp(log)]] as const];
      });
      return { ...visit, turns: Object.fromEntries(turns) };
    }),
  );
}

type Turns = Readonly<Record<string, readonly number[]>>;

function visitOf(cell: Cell, { mirrors, latencies, report, amount }: LivePart): Visit {
  const slices = mirrors.flat();
  const visit = summarise(cell, [{ slices: withLatencies(slices, latencies), report, amount }]);
  return { ...visit, slices: coarse(slices) };
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
