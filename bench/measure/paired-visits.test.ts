// Visits of cells that lived side by side: ratios by mirrors, whatever the machine does meanwhile.
import { describe, expect, it } from 'vitest';
import { counterOf } from '../../src/memory/latency-histogram.js';
import { Random } from '../../src/random.js';
import type { Cell, VisitReport } from '../../src/session/cell.js';
import { normalValues, shareOf } from '../stats/fixtures/simulated.js';
import { mean, meanInterval } from '../stats/mean.js';
import { trimmedMean } from '../stats/trimmed.js';
import type { LivePart } from './live.js';
import { logRatio, pairedVisits } from './paired-visits.js';

const cell = { workload: 'throughput', pageSize: 4096, channels: 1 } as Cell;
const report = {
  ...{ jobs: 100, pages: 100, syncs: 1, jobsPerChannel: [100], providerCpuNs: 1e6, sendersCpuNs: 1e6, threads: [] },
  ...{ parks: 0, notifiesSent: 0, notifiesWoken: 0, lockSlowPaths: 0, pinned: true },
} as VisitReport;

/** A part whose turns take so long, two a mirror. */
function part(durations: readonly (readonly [number, number])[], isLong = false): LivePart {
  const slice = (durationNs: number) => ({ jobs: 100, pages: 100, durationNs, startedNs: 0 });
  const mirrors = durations.map(([first, second]) => [slice(first), slice(second)] as const);
  return {
    mirrors,
    numbers: [...mirrors.keys()],
    latencies: undefined,
    report,
    amount: 100,
    next: { amount: 100, isLong },
  };
}

/** Levels that wander by far more than the designs differ. */
const levels = Array.from({ length: 40 }, (_, at) => 1e6 * Math.exp(Math.sin(at)));

it('a ratio is that of neighbouring turns, though the machine wanders and a burst hits some', () => {
  const slow = part(levels.map((level, at) => [level, at % 10 === 0 ? 9 * level : level]));
  const fast = part(levels.map((level) => [level / 1.05, level / 1.05]));
  const opening = { cells: [cell, cell], parts: [slow, fast] };
  const visits = pairedVisits([opening, opening]);
  expect(visits.map((each) => each.length)).toEqual([2, 2]);
  for (const opened of [0, 1]) {
    const [a, b] = [visits[0]![opened]!.turns, visits[1]![opened]!.turns];
    expect(a.jobsPerSecond).toHaveLength(1);
    expect(b.jobsPerSecond![0]! / a.jobsPerSecond![0]!).toBeCloseTo(1.05, 9);
    expect(b.nsPerJob![0]! / a.nsPerJob![0]!).toBeCloseTo(1 / 1.05, 9);
  }
});

it('the level of the first is one for all openings: what the machine did between them is not a difference', () => {
  const at = (factor: number) => levels.map((level): [number, number] => [level * factor, level * factor]);
  const openings = [1, 3].map((factor) => ({ cells: [cell, cell], parts: [part(at(factor)), part(at(2 * factor))] }));
  const [a, b] = pairedVisits(openings);
  expect(a![0]!.turns).toEqual(a![1]!.turns);
  expect(b![0]!.turns.nsPerJob![0]).toBeCloseTo(b![1]!.turns.nsPerJob![0]!, 3);
  // What each opening measured is in its values.
  expect(a![1]!.values.nsPerJob! / a![0]!.values.nsPerJob!).toBeCloseTo(3, 9);
});

it('a cell that is in some of the mirrors is compared with the first one in those', () => {
  const all = part(levels.map((level) => [level, level]));
  const numbers = [...levels.keys()].filter((at) => at % 6 === 0);
  const some = part(numbers.map((at) => [levels[at]! * 1.4, levels[at]! * 1.4]));
  const opening = { cells: [cell, cell], parts: [all, { ...some, numbers }] };
  const [, visits] = pairedVisits([opening, opening]);
  expect(visits![0]!.turns.nsPerJob![0]! / pairedVisits([opening, opening])[0]![0]!.turns.nsPerJob![0]!).toBeCloseTo(
    1.4,
    9,
  );
});

it('a visit is the mean over its openings, each with the machine as it is then', () => {
  const opening = (machine: number, ratio: number) => ({
    cells: [cell, cell],
    parts: [1, ratio].map((factor) =>
      part(levels.map((level) => [level * machine * factor, level * machine * factor])),
    ),
  });
  const [a, b] = pairedVisits([opening(1, 1.02), opening(1.5, 1.04), opening(0.8, 1.1), opening(1, 1.1)]);
  const ratios = [0, 1].map((visit) => b![visit]!.turns.nsPerJob![0]! / a![visit]!.turns.nsPerJob![0]!);
  expect(ratios[0]).toBeCloseTo(Math.sqrt(1.02 * 1.04), 9);
  expect(ratios[1]).toBeCloseTo(1.1, 9);
});

it('a cell of a later set is compared with the first one beside it, not with what that was in an earlier set', () => {
  const at = (factor: number) => part(levels.map((level): [number, number] => [level * factor, level * factor]));
  const set = (first: number, other: number) => [{ cells: [cell, cell], parts: [at(first), at(other)] }];
  const [first] = pairedVisits(set(1, 1));
  // The machine is slower by now: both take 1.4 times as long, the second design 2 % more than the first.
  const [, later] = pairedVisits(set(1.4, 1.4 * 1.02), first![0]!.turns);
  expect(first![0]!.turns.jobsPerSecond![0]! / later![0]!.turns.jobsPerSecond![0]!).toBeCloseTo(1.02, 9);
  expect(later![0]!.values.nsPerJob! / first![0]!.values.nsPerJob!).toBeCloseTo(1.4 * 1.02, 9);
});

describe('the ratio of two designs in turns that bursts hit', () => {
  const random = new Random(41);
  const normal = normalValues(random);
  const MIRRORS = 40;
  /** Two turns a mirror, some of them far too long, of a design that is slower by `effect`; levels wander. */
  const turnsOf = (effect: number, bursts: number, levels: readonly number[]) =>
    levels
      .flatMap((level) => [level, level])
      .map(
        (level) => level * Math.exp(effect + 0.05 * normal() + (random.fraction() < bursts ? Math.abs(normal()) : 0)),
      );
  const opening = (effect: number, bursts: number) => {
    const levels = Array.from({ length: MIRRORS }, () => Math.exp(0.1 * normal()));
    return [turnsOf(0, bursts, levels), turnsOf(effect, bursts, levels)] as const;
  };
  const ofMirrors = (a: readonly number[], b: readonly number[]) =>
    Array.from({ length: a.length / 2 }, (_, at) => at * 2).map(
      (at) => Math.log((b[at]! * b[at + 1]!) / (a[at]! * a[at + 1]!)) / 2,
    );
  const spread = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => value ** 2)));

  it.each([
    { bursts: 0, atMost: 1.1 },
    { bursts: 0.05, atMost: 0.95 },
    { bursts: 0.15, atMost: 0.55 },
  ])(
    'spreads at most $atMost x of the trimmed mean of mirrors, bursts in $bursts of the turns',
    ({ bursts, atMost }) => {
      const samples = Array.from({ length: 400 }, () => opening(0, bursts));
      const own = spread(samples.map(([a, b]) => logRatio(a, b)));
      expect(own / spread(samples.map(([a, b]) => trimmedMean(ofMirrors(a, b), 0.2)))).toBeLessThan(atMost);
    },
  );

  it('shifts by exactly what a design is slower by', () => {
    const [a, b] = opening(0, 0.15);
    const slower = b.map((ns) => ns * 1.03);
    expect(logRatio(a, slower) - logRatio(a, b)).toBeCloseTo(Math.log(1.03), 12);
  });

  it('a drift within each mirror falls out: the order of its turns is drawn', () => {
    const steps = [0, 1, 2, 3].map((at) => Math.exp(0.01 * at));
    const [first, second, third, fourth] = steps as [number, number, number, number];
    expect(logRatio([first, fourth], [second, third])).toBeCloseTo(0, 12);
  });

  it.each([
    { process: 0, bursts: 0 },
    { process: 0, bursts: 0.15 },
    { process: 0.01, bursts: 0.05 },
    { process: 0.03, bursts: 0 },
  ])('t over processes holds a built-in 3 % in 95 % of runs: $process, $bursts', ({ process, bursts }) => {
    const effect = Math.log(1.03);
    const covered = shareOf(500, () => {
      const processes = Array.from({ length: 7 }, () => logRatio(...opening(effect + process * normal(), bursts)));
      const { low, high } = meanInterval(processes);
      return low <= effect && effect <= high;
    });
    expect(covered).toBeGreaterThan(0.915);
    expect(covered).toBeLessThan(0.98);
  });
});

it('a percentile that one visit has too few samples for is left out, and the others are not', () => {
  const timed = { ...cell, workload: 'hand-off' } as Cell;
  const counted = (samples: number) =>
    ({
      ...part(levels.map((level) => [level, level])),
      latencies: { handoff: [counterOf(1000), samples - 10, counterOf(2000), 10] },
    }) as unknown as LivePart;
  const opening = (samples: number) => ({ cells: [timed, timed], parts: [counted(samples), counted(samples)] });
  const [, [visit] = []] = pairedVisits([opening(2000), opening(40)]);
  expect(Object.keys(visit!.turns)).toContain('handoffNs.p50');
  expect(Object.keys(visit!.turns)).not.toContain('handoffNs.p99');
});

it('a metric that a cell lacks is left out', () => {
  expect(logRatio([1, 1, 2, 2], [Math.E, Math.E, 2, 2])).toBeCloseTo(0.5, 9);
  const [, visits] = pairedVisits([{ cells: [cell, cell], parts: [part([[1e6, 1e6]]), part([[1e6, 1e6]])] }]);
  expect(Object.keys(visits![0]!.turns).sort()).toEqual([
    'jobsPerSecond',
    'mibPerSecond',
    'nsPerJob',
    'pagesPerSecond',
  ]);
});

it('a visit says that its turns were long', () => {
  const [mutex, long] = [part([[1e6, 1e6]]), part([[50e6, 50e6]], true)];
  const openings = [mutex, long].map((own) => ({ cells: [cell], parts: [own] }));
  expect(pairedVisits(openings)[0]!.map(({ longTurns }) => longTurns)).toEqual([undefined, true]);
});
