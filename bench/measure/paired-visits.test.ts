// Visits of cells that lived side by side: ratios by mirrors, whatever the machine does meanwhile.
import { expect, it } from 'vitest';
import type { Cell, VisitReport } from '../../src/session/cell.js';
import type { LivePart } from './live.js';
import { logRatio, pairedVisits } from './paired-visits.js';

const cell = { workload: 'throughput', pageSize: 4096, channels: 1 } as Cell;
const report = {
  ...{ jobs: 100, pages: 100, syncs: 1, jobsPerChannel: [100], providerCpuNs: 1e6, sendersCpuNs: 1e6, threads: [] },
  ...{ parks: 0, notifiesSent: 0, notifiesWoken: 0, lockSlowPaths: 0, pinned: true },
} as VisitReport;

/** A part whose turns take so long, two a mirror. */
function part(durations: readonly (readonly [number, number])[]): LivePart {
  const slice = (durationNs: number) => ({ jobs: 100, pages: 100, durationNs, startedNs: 0 });
  const mirrors = durations.map(([first, second]) => [slice(first), slice(second)] as const);
  return { mirrors, latencies: undefined, report, amount: 100 };
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

it('a mirror counts once, and a metric that a cell lacks is left out', () => {
  expect(logRatio([1, 1, 2, 2], [Math.E, Math.E, 2, 2])).toBeCloseTo(0.5, 9);
  const [, visits] = pairedVisits([{ cells: [cell, cell], parts: [part([[1e6, 1e6]]), part([[1e6, 1e6]])] }]);
  expect(Object.keys(visits![0]!.turns).sort()).toEqual([
    'jobsPerSecond',
    'mibPerSecond',
    'nsPerJob',
    'pagesPerSecond',
  ]);
});
