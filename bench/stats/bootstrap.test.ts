import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { type BootstrapOptions, bootstrapIntervals } from './bootstrap.js';
import { normalValues, shareOf } from './fixtures/simulated.js';
import { median, quantile } from './quantile.js';

const bootstrapInterval = <Unit>(
  units: readonly Unit[],
  statistic: (resample: readonly Unit[]) => number,
  options: BootstrapOptions,
) => bootstrapIntervals(units, (resample) => [statistic(resample)], options)[0]!;

describe('bootstrapIntervals', () => {
  it('repeats with its seed and holds its estimate', () => {
    const units = [3, 1, 4, 1, 5, 9, 2, 6];
    const run = (seed: number) => bootstrapInterval(units, median, { random: new Random(seed) });
    expect(run(1)).toEqual(run(1));
    expect(run(1).estimate).toBe(3.5);
    expect(run(1).low).toBeLessThan(3.5);
    expect(run(1).high).toBeGreaterThan(3.5);
  });

  it('is wider for more confidence', () => {
    const units = Array.from({ length: 20 }, (_, index) => index ** 2);
    const width = (confidence: number) => {
      const { low, high } = bootstrapInterval(units, median, { random: new Random(2), confidence });
      return high - low;
    };
    expect(width(0.99)).toBeGreaterThan(width(0.8));
  });

  it('draws whole processes: the samples of one say nothing of the others', () => {
    const processes = [10, 20, 30, 40, 50, 60].map((level) => new Array<number>(100).fill(level));
    const { low, high } = bootstrapInterval(processes, (drawn) => median(drawn.flat()), { random: new Random(3) });
    expect(low).toBeLessThanOrEqual(20);
    expect(high).toBeGreaterThanOrEqual(50);
  });

  it.each([6, 10])('covers the true median of %i processes', (count) => {
    const random = new Random(70 + count);
    const normal = normalValues(random);
    const covered = shareOf(500, () => {
      const { low, high } = bootstrapInterval(Array.from({ length: count }, normal), median, {
        random,
        resamples: 200,
      });
      return low <= 0 && 0 <= high;
    });
    expect(covered).toBeGreaterThan(0.93);
  });

  it('covers the 90th percentile of samples pooled over ten processes in at least 84 % of runs', () => {
    const random = new Random(73);
    const normal = normalValues(random);
    const process = () => {
      const level = 0.2 * normal();
      return Array.from({ length: 30 }, () => level + 0.3 * normal());
    };
    const truth = 1.2815515655446004 * Math.hypot(0.2, 0.3);
    const covered = shareOf(120, () => {
      const processes = Array.from({ length: 10 }, process);
      const p90 = (drawn: readonly number[][]) => quantile(drawn.flat(), 0.9);
      const { low, high } = bootstrapInterval(processes, p90, { random, resamples: 120 });
      return low <= truth && truth <= high;
    });
    expect(covered).toBeGreaterThan(0.84);
  });

  it('refuses a single unit and statistics that are not finite', () => {
    expect(() => bootstrapInterval([1], median, { random: new Random(0) })).toThrow('at least two units');
    expect(() => bootstrapInterval([1, 2], () => Number.NaN, { random: new Random(0) })).toThrow('NaN');
  });
});
