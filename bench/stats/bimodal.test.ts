import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { isBimodal } from './bimodal.js';
import { normalValues, shareOf } from './fixtures/simulated.js';

const normal = normalValues(new Random(51));
const sample = (count: number, value: (index: number) => number) => Array.from({ length: count }, (_, at) => value(at));

describe('isBimodal', () => {
  it.each([6, 8, 10, 15, 30])('flags one mode in less than 1 %% of samples of %i', (count) => {
    expect(shareOf(2000, () => isBimodal(sample(count, normal)))).toBeLessThan(0.01);
  });

  it.each([6, 10, 20])('flags long tails in less than 1.5 %% of samples of %i', (count) => {
    const longTailed = () => normal() / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3);
    expect(shareOf(2000, () => isBimodal(sample(count, longTailed)))).toBeLessThan(0.015);
  });

  it.each([
    [6, 20, 0.8],
    [10, 8, 0.65],
    [15, 8, 0.9],
    [30, 6, 0.88],
  ])('finds, in samples of %i, modes %i standard deviations apart at least %d of the time', (count, apart, least) => {
    const twoModes = (index: number) => normal() + apart * (index % 2);
    expect(shareOf(400, () => isBimodal(sample(count, twoModes)))).toBeGreaterThan(least);
  });

  it('takes a single value, or fewer than a fifth, for outliers', () => {
    expect(isBimodal([1, 1.1, 1.2, 1.3, 1.4, 9])).toBe(false);
    expect(isBimodal([1, 1.1, 1.2, 1.3, 9, 9.1])).toBe(true);
    expect(isBimodal([...sample(13, (index) => 1 + index / 10), 40, 41])).toBe(false);
    expect(isBimodal([...sample(12, (index) => 1 + index / 10), 40, 41, 42])).toBe(true);
  });

  it('says nothing of fewer than six values, equal ones, or gaps too small to matter', () => {
    expect(isBimodal([1, 1, 2, 2, 2])).toBe(false);
    expect(isBimodal([1, 1, 1, 1, 1, 1])).toBe(false);
    expect(isBimodal([1, 1, 1, 2, 2, 2])).toBe(true);
    expect(isBimodal([1, 1, 1, 2, 2, 2], 1)).toBe(false);
  });
});
