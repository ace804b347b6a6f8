// When the latencies of an open loop are none of its load, and which numbers a cell has at all.
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/session/cell.js';
import { reachedLoad } from '../measure/offered-load.js';
import type { RecordedVisit } from '../measure/round.js';
import { loadMissed, metricsOf } from './cell-metrics.js';

const cell = { workload: 'hand-off', load: 0.8 } as Cell;
const visits = (values: readonly Record<string, number>[]) =>
  values.map((each, round) => ({ round, values: each })) as unknown as RecordedVisit[];
const reached = (...shares: readonly number[]) => visits(shares.map((reachedLoad) => ({ reachedLoad })));

describe('a load', () => {
  it('is missed when the provider was more than 5 % behind in most visits, one that was disturbed aside', () => {
    expect(loadMissed(cell, reached(0.97, 1, 0.2, 0.99))).toBeUndefined();
    expect(loadMissed(cell, reached(0.5, 0.94, 0.5, 1))).toBe('load not reached: 58 % of the capacity');
    expect(loadMissed({ ...cell, load: undefined }, visits([{}]))).toBeUndefined();
  });

  it('is reached over all slices of a visit together: one that catches up has kept pace', () => {
    const pace = (offeredNs: number, takenNs: number) => ({ pace: { offeredNs, takenNs } }) as never;
    expect(reachedLoad([pace(100, 125), pace(100, 100)])).toBeCloseTo(200 / 225);
    expect(reachedLoad([pace(100, 99)])).toBe(1);
    expect(reachedLoad([{} as never])).toBeUndefined();
  });
});

describe('the numbers of a cell', () => {
  it('leave out what some visit had too few samples for', () => {
    const metrics = metricsOf(visits([{ nsPerJob: 4, 'handoffNs.p99': 9 }, { nsPerJob: 6 }]), undefined);
    expect(metrics).toEqual({ nsPerJob: { median: 5, low: 4, high: 6, rounds: 2 } });
  });
});
