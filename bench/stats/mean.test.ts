import { describe, expect, it } from 'vitest';
import { mean, meanInterval } from './mean.js';

describe('meanInterval', () => {
  it("agrees with Student's own sleep data", () => {
    // Differences of hours slept on two drugs (Student 1908); golden values from scipy 1.17.1, stats.ttest_1samp.
    const interval = meanInterval([1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4]);
    expect(interval.mean).toBeCloseTo(1.58, 12);
    expect(interval.low).toBeCloseTo(0.7001142367230175, 10);
    expect(interval.high).toBeCloseTo(2.459885763276983, 10);
    expect(interval.p).toBeCloseTo(0.002832890197384273, 10);
    expect(interval.n).toBe(10);
  });

  it('takes the confidence asked for', () => {
    const { mean, low, standardError } = meanInterval([1, 2, 3, 4, 5, 6, 7, 8], 0.99);
    expect((mean - low) / standardError).toBeCloseTo(3.499483297350494, 9);
  });

  it('of one value is the whole line', () => {
    expect(meanInterval([3])).toMatchObject({ mean: 3, low: -Infinity, high: Infinity, p: 1, n: 1 });
  });

  it('of equal values has no width', () => {
    expect(meanInterval([2, 2, 2])).toMatchObject({ low: 2, high: 2, p: 0 });
    expect(meanInterval([0, 0, 0])).toMatchObject({ low: 0, high: 0, p: 1 });
  });

  it('refuses no values and values that are not finite', () => {
    expect(() => mean([])).toThrow('at least one');
    expect(() => meanInterval([1, Number.NaN])).toThrow('NaN');
  });
});
