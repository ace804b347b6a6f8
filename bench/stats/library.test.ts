// The same values as libraries that many people use: cephes (the distributions under scipy, in WebAssembly) and
// simple-statistics. Inputs are drawn at random, with a fixed seed.
import { createRequire } from 'node:module';
import { linearRegression, sampleStandardDeviation, wilcoxonRankSum } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { fisherTail } from './fisher.js';
import { normalValues } from './fixtures/simulated.js';
import { incompleteBeta } from './incomplete-beta.js';
import { fitLine } from './line.js';
import { meanInterval } from './mean.js';
import { normalTail } from './normal.js';
import { medianInterval } from './quantile.js';
import { rankSum } from './rank-sum.js';
import { doseResponse } from './slope.js';
import { studentQuantile, studentTail } from './student.js';

/** Its declarations are not among its exports: what is used of it, in its own names. */
interface Cephes {
  stdtr(degrees: number, t: number): number;
  stdtri(degrees: number, share: number): number;
  fdtrc(above: number, below: number, ratio: number): number;
  incbet(a: number, b: number, x: number): number;
  bdtr(successes: number, trials: number, share: number): number;
  ndtr(z: number): number;
}
const { bdtr, fdtrc, incbet, ndtr, stdtr, stdtri } = createRequire(import.meta.url)('cephes') as Cephes;

const DRAWS = 1000;
const random = new Random(91);
const normal = normalValues(random);
const between = (low: number, high: number) => low + (high - low) * random.fraction();
const sample = (count: number) => Array.from({ length: count }, () => 5 + 2 * normal());

/** The largest difference of all draws, relative to values above 1. */
function worst(draw: () => readonly [ours: number, theirs: number]): number {
  const differences = Array.from({ length: DRAWS }, () => {
    const [ours, theirs] = draw();
    return Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs));
  });
  return Math.max(...differences);
}

describe('agrees with cephes within 1e-9', () => {
  it.each<[string, () => readonly [number, number]]>([
    [
      "Student's t, its tail",
      () => {
        const [t, degrees] = [between(-8, 8), 1 + random.below(100)];
        return [studentTail(t, degrees), stdtr(degrees, -t)];
      },
    ],
    [
      "Student's t, its quantile",
      () => {
        const [share, degrees] = [between(0.0005, 0.9995), 1 + random.below(100)];
        return [studentQuantile(share, degrees), stdtri(degrees, share)];
      },
    ],
    [
      "Fisher's F",
      () => {
        const [ratio, above, below] = [between(0, 10), 1 + random.below(40), 1 + random.below(100)];
        return [fisherTail(ratio, above, below), fdtrc(above, below, ratio)];
      },
    ],
    [
      'the incomplete beta function',
      () => {
        const [x, a, b] = [random.fraction(), between(0.1, 60), between(0.1, 60)];
        return [incompleteBeta(x, a, b), incbet(a, b, x)];
      },
    ],
    [
      'the normal tail',
      () => {
        const z = between(-6, 6);
        return [normalTail(z), ndtr(-z)];
      },
    ],
    [
      'the interval and p of a mean',
      () => {
        const values = sample(2 + random.below(30));
        const { mean, low, p, n, standardError } = meanInterval(values);
        const error = sampleStandardDeviation(values) / Math.sqrt(n);
        const expected = mean - stdtri(n - 1, 0.975) * error + 2 * stdtr(n - 1, -Math.abs(mean) / error);
        expect(standardError).toBeCloseTo(error, 10);
        return [low + p, expected];
      },
    ],
    [
      'the confidence of the interval of a median',
      () => {
        const values = sample(6 + random.below(60));
        const { low, confidence } = medianInterval(values);
        const outside = values.filter((value) => value < low).length;
        return [confidence, 1 - 2 * bdtr(outside, values.length, 0.5)];
      },
    ],
  ])('%s', (_name, draw) => {
    expect(worst(draw)).toBeLessThan(1e-9);
  });
});

describe('agrees with simple-statistics within 1e-9', () => {
  it('the least-squares line, alone and as the slope of a dose', () => {
    const difference = worst(() => {
      const points = Array.from({ length: 3 + random.below(20) }, (_, dose) => ({ dose, value: 40 * dose + normal() }));
      const { m, b } = linearRegression(points.map(({ dose, value }) => [dose, value]));
      const line = fitLine(points);
      const response = doseResponse([points, points]);
      expect(response.slope.mean).toBeCloseTo(m, 9);
      return [line.slope + line.intercept, m + b];
    });
    expect(difference).toBeLessThan(1e-9);
  });

  it('the rank sum of two samples', () => {
    expect(
      worst(() => {
        const [a, b] = [sample(3 + random.below(10)), sample(3 + random.below(10))];
        // The library sums the ranks of its first sample; a pair in which it is above is one of them.
        const sum = wilcoxonRankSum(b, a);
        const pairs = sum - (b.length * (b.length + 1)) / 2;
        return [rankSum(a, b).above, pairs / (a.length * b.length)];
      }),
    ).toBeLessThan(1e-9);
  });
});
