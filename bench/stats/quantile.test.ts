import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { normalValues, shareOf } from './fixtures/simulated.js';
import { median, medianInterval, quantile } from './quantile.js';

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('quantile', () => {
  it('is linear between neighbours, like numpy and R by default', () => {
    const values = [20, 3, 7, 11];
    expect(quantile(values, 0)).toBe(3);
    expect(quantile(values, 1)).toBe(20);
    expect(quantile(values, 0.25)).toBeCloseTo(6, 12);
    expect(quantile(values, 0.9)).toBeCloseTo(17.3, 12);
    expect(median(values)).toBe(9);
    expect(median([5, 1, 100])).toBe(5);
    expect(values).toEqual([20, 3, 7, 11]);
  });

  it('refuses no values, values that are not finite, and shares outside 0..1', () => {
    expect(() => median([])).toThrow('at least one');
    expect(() => median([1, Number.NaN])).toThrow('NaN');
    expect(() => quantile([1], 1.1)).toThrow('1.1');
  });
});

describe('medianInterval', () => {
  // Ranks and confidences from scipy 1.17.1, stats.binom.cdf(k, n, 0.5).
  it.each([
    [6, 1, 0.96875],
    [8, 1, 0.9921875],
    [9, 2, 0.9609375],
    [12, 3, 0.96142578125],
    [20, 6, 0.9586105346679688],
    [30, 10, 0.9572260547429323],
    [2000, 956, 0.9534471795082164],
  ])('of %i values starts at the one of rank %i', (count, rank, confidence) => {
    const interval = medianInterval(upTo(count));
    expect([interval.low, interval.high]).toEqual([rank, count + 1 - rank]);
    expect(interval.estimate).toBe((count + 1) / 2);
    expect(interval.confidence).toBeCloseTo(confidence, 9);
  });

  it('of too few values is their range, with the confidence that has', () => {
    expect(medianInterval(upTo(5))).toEqual({ estimate: 3, low: 1, high: 5, confidence: 0.9375 });
    expect(medianInterval([7])).toEqual({ estimate: 7, low: 7, high: 7, confidence: 0 });
  });

  it('covers the true median as often as it says', () => {
    const normal = normalValues(new Random(11));
    const covered = shareOf(4000, () => {
      const { low, high } = medianInterval(Array.from({ length: 9 }, normal));
      return low <= 0 && 0 <= high;
    });
    expect(Math.abs(covered - 0.9609375)).toBeLessThan(0.012);
  });
});
