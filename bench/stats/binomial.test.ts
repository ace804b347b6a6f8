// The exact binomial interval against published values, and its coverage.
import { describe, expect, it } from 'vitest';
import { binomialShare } from './binomial.js';

describe('binomialShare', () => {
  it.each([
    // R: binom.test(count, trials)$conf.int
    [0, 200, 0, 0.0182753],
    [57, 60, 0.8607568, 0.9895677],
    [1, 10, 0.002528579, 0.4450161],
    [10, 10, 0.6915029, 1],
  ])('%i of %i', (count, trials, low, high) => {
    const found = binomialShare(count, trials);
    expect(found.low).toBeCloseTo(low, 6);
    expect(found.high).toBeCloseTo(high, 6);
  });

  it('refuses what is no count of trials', () => {
    expect(() => binomialShare(3, 2)).toThrow('got 3 of 2');
    expect(() => binomialShare(0, 0)).toThrow('got 0 of 0');
  });
});
