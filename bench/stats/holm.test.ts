import { describe, expect, it } from 'vitest';
import { holm, largestFamily, requireDecidable } from './holm.js';
import { smallestSignedRankP } from './signed-rank.js';

describe('holm', () => {
  it('multiplies the smallest by the count, the next by one less, and never falls', () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.005]);
    [0.03, 0.06, 0.06, 0.02].forEach((golden, index) => {
      expect(adjusted[index]).toBeCloseTo(golden, 12);
    });
  });

  it('stops at one, keeps ties equal and leaves a single p alone', () => {
    expect(holm([0.6, 0.7])).toEqual([1, 1]);
    expect(holm([0.01, 0.01, 0.01])).toEqual([0.03, 0.03, 0.03]);
    expect(holm([0.02])).toEqual([0.02]);
    expect(holm([])).toEqual([]);
  });

  it('refuses what is no probability', () => {
    expect(() => holm([0.1, Number.NaN])).toThrow('NaN');
  });
});

describe('a family of rank tests', () => {
  it('can be decided only up to a size', () => {
    expect([5, 6, 7, 8, 9, 10].map((n) => largestFamily(smallestSignedRankP(n)))).toEqual([0, 1, 3, 6, 12, 25]);
    // Strictly below 0.05: five comparisons at 0.01 give an adjusted 0.05, which rejects nothing.
    expect(largestFamily(0.01)).toBe(4);
  });

  it('is refused beyond it, saying what would do', () => {
    expect(() => requireDecidable(6, smallestSignedRankP(8))).not.toThrow();
    expect(() => requireDecidable(7, smallestSignedRankP(8))).toThrow('expected at most 6');
  });
});
