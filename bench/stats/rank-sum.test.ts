import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankSum, smallestRankSumP } from './rank-sum.js';

/** The same p by trying all ways to divide the pooled values. */
function byDivisions(a: readonly number[], b: readonly number[]): number {
  const pooled = [...a, ...b];
  const pairs = (inB: (index: number) => boolean) =>
    pooled.reduce((sum, value, index) => {
      if (!inB(index)) return sum;
      const beaten = pooled.map((other, at) => (inB(at) ? 0 : (Math.sign(value - other) + 1) / 2));
      return sum + beaten.reduce((total, win) => total + win, 0);
    }, 0);
  const observed = pairs((index) => index >= a.length);
  let [atMost, atLeast, all] = [0, 0, 0];
  for (let chosen = 0; chosen < 2 ** pooled.length; chosen++) {
    const inB = (index: number) => (chosen & (1 << index)) !== 0;
    if (pooled.filter((_, index) => inB(index)).length !== b.length) continue;
    const sum = pairs(inB);
    all++;
    if (sum <= observed) atMost++;
    if (sum >= observed) atLeast++;
  }
  return Math.min(1, (2 * Math.min(atMost, atLeast)) / all);
}

describe('rankSum', () => {
  it('agrees with the permeability data of Hollander and Wolfe', () => {
    // R's wilcox.test gives W = 35 and p 0.2544.
    const chorion = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const result = rankSum([1.15, 0.88, 0.9, 0.74, 1.21], chorion);
    expect(result.above).toBeCloseTo(35 / 50, 12);
    expect(result.p).toBeCloseTo(0.2544122544122544, 12);
  });

  it('is exact with ties too', () => {
    const sample = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        expect(rankSum(a, b).p).toBeCloseTo(byDivisions(a, b), 12);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('is exact for 200 values: what one cell of a thousand needs to be told apart', () => {
    const values = (count: number, of: (at: number) => number) => Array.from({ length: count }, (_, at) => of(at));
    const level = values(60, (at) => at);
    const above = values(6, (at) => 100 + at);
    // 2 of the 90 858 768 ways to choose 6 of 66; the normal approximation gives 6.2e-5.
    expect(rankSum(level, above).p / (2 / 90_858_768)).toBeCloseTo(1, 12);
    expect(rankSum(above, level).p / (2 / 90_858_768)).toBeCloseTo(1, 12);
    // By the same count in whole numbers of Python; then with ties.
    const hundreds = [values(100, (at) => Math.sin(at)), values(100, (at) => Math.sin(at * 1.7) + 0.2)] as const;
    expect(rankSum(...hundreds).p).toBeCloseTo(0.02291386201411276, 12);
    const tied = [
      values(30, (at) => Math.round(5 * Math.sin(at))),
      values(17, (at) => Math.round(5 * Math.sin(at * 1.7) + 1)),
    ] as const;
    expect(rankSum(...tied).p).toBeCloseTo(0.31714931916491895, 12);
    expect(
      rankSum(
        values(194, () => 1),
        values(6, () => 2),
      ).p / smallestRankSumP(194, 6),
    ).toBeCloseTo(1, 12);
  });

  it('takes the normal approximation for many values, ties corrected', () => {
    // Golden values from scipy 1.17.1, stats.mannwhitneyu(method='asymptotic', use_continuity=True).
    const a = [
      0, 0.5, -0.5, 0.4, 0.9, 0.4, 1.6, -0.9, 0.1, -0.7, -0.8, -0.2, 0.2, 0.4, 0.5, 2.2, 0.9, -1.6, 0.2, -0.6, -0.5,
      1.3, -0.2, -2, 0.3, -0.3, -1.2, -0.9, -0.6, 0,
    ];
    const b = [
      0, 0.5, 2.2, -0.4, -0.4, 0.2, 1.5, -0.3, 1.8, -0.9, -0.6, 0.3, -0.5, -0.2, 0.9, 1.1, 0.5, 0.1, 1.7, 0.8, 0.2, 1.6,
      -0.5, 0.6, 1.1, 0.4, -0.2, 0.8,
    ];
    const four = (values: readonly number[]) => [...values, ...values, ...values, ...values];
    expect(rankSum(four(a), four(b)).p / 6.838003856047711e-5).toBeCloseTo(1, 9);
    expect(rankSum(a, b).above).toBeCloseTo(0.6511904761904762, 12);
    expect(rankSum(new Array(130).fill(1), new Array(130).fill(1))).toEqual({ p: 1, above: 0.5 });
  });

  it('cannot be smaller than two of all divisions', () => {
    expect(rankSum([1, 2, 3, 4], [5, 6, 7, 8]).p).toBeCloseTo(smallestRankSumP(4, 4), 12);
    expect(smallestRankSumP(4, 4)).toBeCloseTo(2 / 70, 12);
    expect(smallestRankSumP(1, 0)).toBe(1);
    expect(() => rankSum([], [1])).toThrow('two samples');
  });
});
