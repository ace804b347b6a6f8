import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { normalValues, shareOf } from './fixtures/simulated.js';
import type { Point } from './line.js';
import { doseResponse } from './slope.js';

const DOSES = [0, 1, 10, 50];
const points = (values: readonly number[]): Point[] => values.map((value, at) => ({ dose: DOSES[at], value }));

/** Nanoseconds a job at 0, 1, 10 and 50 lock pairs, in six processes. */
const processes = [
  [11994.9, 11752.1, 12495.0, 13870.0],
  [12031.0, 12236.8, 11827.0, 13808.2],
  [11996.7, 11880.6, 11971.8, 13847.3],
  [11978.6, 12008.0, 12121.2, 13624.2],
  [11822.8, 11691.9, 12415.7, 14330.5],
  [12063.5, 11678.8, 12726.1, 13786.4],
].map(points);

// Golden values: numpy 2 polyfit in each process and scipy 1.17.1 ttest_1samp over the processes; the F test from the
// residual sums of squares of two general linear models (a line a process; the same and a mean for each dose).
describe('doseResponse', () => {
  const response = doseResponse(processes);

  it('gives slope and intercept with intervals over processes', () => {
    expect(response.slope.mean).toBeCloseTo(39.48026584867075, 8);
    expect(response.slope.low).toBeCloseTo(32.89390222159716, 8);
    expect(response.slope.high).toBeCloseTo(46.066629475744335, 8);
    expect(response.intercept.mean).toBeCloseTo(11896.221779141102, 6);
    expect(response.intercept.low).toBeCloseTo(11812.19487515518, 6);
    expect(response.intercept.high).toBeCloseTo(11980.248683127023, 6);
    expect(response.slope.n).toBe(6);
  });

  it('tests whether a line fits', () => {
    expect(response.linearity?.p).toBeCloseTo(0.6253972100768759, 9);
    expect(doseResponse(processes.map((row) => row.slice(0, 2))).linearity).toBeUndefined();
  });

  it('takes the mean of a dose that was measured twice', () => {
    const twice = processes.map((row) => [
      ...row.map(({ dose, value }) => ({ dose, value: value - 5 })),
      ...row.map(({ dose, value }) => ({ dose, value: value + 5 })),
    ]);
    expect(doseResponse(twice).slope.low).toBeCloseTo(response.slope.low, 8);
    expect(doseResponse(twice).linearity?.p).toBeCloseTo(response.linearity!.p, 8);
  });

  it('refuses one process, and missing doses', () => {
    expect(() => doseResponse(processes.slice(0, 1))).toThrow('at least two processes');
    expect(() => doseResponse([processes[0], processes[1].slice(1)])).toThrow('in process 1, got 1, 10, 50');
    expect(() => doseResponse([processes[0].slice(1), processes[1]])).toThrow('in process 1, got 0, 1, 10, 50');
  });
});

describe('linearity, simulated', () => {
  const normal = normalValues(new Random(81));
  /** Six processes of different level and slope, and a bend that is the same in all. */
  const simulated = (bend: number) =>
    Array.from({ length: 6 }, () => {
      const level = 12_000 + 300 * normal();
      const slope = 40 + 3 * normal();
      return points(DOSES.map((dose) => level + slope * dose + (dose === 10 ? bend : 0) + 20 * normal()));
    });

  it('rejects straight lines as often as it says, though slopes differ', () => {
    const rejected = shareOf(2000, () => doseResponse(simulated(0)).linearity!.p < 0.05);
    expect(Math.abs(rejected - 0.05)).toBeLessThan(0.017);
  });

  it('finds a bend, and says how far off the line it is', () => {
    expect(shareOf(300, () => doseResponse(simulated(60)).linearity!.p < 0.05)).toBeGreaterThan(0.9);
    expect(doseResponse(simulated(1000)).linearity!.largestDeviation).toBeGreaterThan(400);
  });

  it('covers the true slope in 95 % of runs', () => {
    const covered = shareOf(1000, () => {
      const { low, high } = doseResponse(simulated(0)).slope;
      return low <= 40 && 40 <= high;
    });
    expect(Math.abs(covered - 0.95)).toBeLessThan(0.021);
  });
});
