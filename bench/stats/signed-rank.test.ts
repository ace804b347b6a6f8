import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hodgesLehmann, signedRankP } from './signed-rank.js';

/** The same p by trying all signs: ranks of absolute values, mean ranks for ties, zeros ranked and then left out. */
function bySigns(differences: readonly number[]): number {
  const sizes = differences.map(Math.abs);
  const rankOf = (size: number) =>
    sizes.filter((other) => other < size).length + (sizes.filter((other) => other === size).length + 1) / 2;
  const ranks = sizes.filter((size) => size > 0).map(rankOf);
  const observed = differences.reduce((sum, value) => (value > 0 ? sum + rankOf(value) : sum), 0);
  const total = 2 ** ranks.length;
  let atMost = 0;
  let atLeast = 0;
  for (let signs = 0; signs < total; signs++) {
    const sum = ranks.reduce((partial, rank, bit) => (signs & (1 << bit) ? partial + rank : partial), 0);
    if (sum <= observed) atMost++;
    if (sum >= observed) atLeast++;
  }
  return Math.min(1, (2 * Math.min(atMost, atLeast)) / total);
}

describe('signedRankP', () => {
  // Golden values from scipy 1.17.1, stats.wilcoxon(mode='exact').
  it.each([
    [[0.595, 1.75, -0.431, 1.492, 0.241, 0.238], 0.15625],
    [[2.4, 0.658, 0.457, 1.229, 1.627, 0.469, 1.088, -0.474], 0.0390625],
    [[0.133, 0.062, -0.832, -1.009, -1.127, 0.261, 0.328, 0.18, 0.569, -0.836], 0.556640625],
    [[0.421, 0.738, 1.251, -0.346, 0.1, -1.515, -0.004, -1.697, -0.919, 1.602, -1.702, 1.299], 0.85009765625],
    [
      [
        0.828, 0.188, 0.959, 1.027, 1.545, 0.27, -0.092, -0.105, -0.486, 0.455, -0.286, 1.569, -1.369, -0.594, -0.453,
        -1.593, 2.402, -1.908, 0.217, -0.025, 2.156, -1.485, 1.572, -0.231, 0.345,
      ],
      0.4741646647453308,
    ],
  ])('of %j', (differences, golden) => {
    expect(signedRankP(differences)).toBeCloseTo(golden, 12);
  });

  it('is exact with ties and zeros too', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { maxLength: 9 }), (differences) => {
        expect(signedRankP(differences)).toBeCloseTo(bySigns(differences), 12);
      }),
      { seed: 1 },
    );
  });
});

describe('hodgesLehmann', () => {
  it('agrees with the depression data of Hollander and Wolfe', () => {
    // Before minus after, nine patients. R's wilcox.test gives p 0.03906, estimate 0.46, 0.010 to 0.786 at 96.1 %.
    const differences = [0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01];
    const interval = hodgesLehmann(differences);
    expect(interval.estimate).toBeCloseTo(0.46, 12);
    expect(interval.low).toBeCloseTo(0.01, 12);
    expect(interval.high).toBeCloseTo(0.786, 12);
    expect(interval.confidence).toBeCloseTo(0.9609375, 12);
    expect(signedRankP(differences)).toBeCloseTo(0.0390625, 12);
  });

  it('is the range at 6 values and fewer, with the confidence that has', () => {
    expect(hodgesLehmann([1, 2, 3, 4, 5, 6])).toEqual({ estimate: 3.5, low: 1, high: 6, confidence: 0.96875 });
    expect(hodgesLehmann([1, 3])).toEqual({ estimate: 2, low: 1, high: 3, confidence: 0.5 });
    expect(() => hodgesLehmann([])).toThrow(RangeError);
  });

  it('inverts the test: shifting by either end leaves p near 1 - confidence', () => {
    const values = [0.3, -0.2, 0.9, 1.4, 0.35, 0.71, -0.44, 1.13];
    const { low, high, confidence } = hodgesLehmann(values);
    for (const [inside, outside] of [
      [low + 1e-9, low - 1e-9],
      [high - 1e-9, high + 1e-9],
    ]) {
      expect(signedRankP(values.map((value) => value - inside))).toBeGreaterThan(0.05);
      expect(signedRankP(values.map((value) => value - outside))).toBeCloseTo(1 - confidence, 9);
    }
  });
});
