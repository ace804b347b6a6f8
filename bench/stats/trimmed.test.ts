// The trimmed mean beside the mean and the median: on mirrors that are normal, and on those that bursts have hit.
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { normalValues, shareOf } from './fixtures/simulated.js';
import { mean, meanInterval } from './mean.js';
import { median } from './quantile.js';
import { trimmedError, trimmedMean } from './trimmed.js';

const SEED = 41;
const random = new Random(SEED);
const normal = normalValues(random);
const MIRRORS = 150;

/** Log-ratios of mirrors about `effect`; a share of them was hit by a burst, either way. */
const mirrors = (effect: number, bursts: number) =>
  Array.from({ length: MIRRORS }, () => effect + 0.05 * normal() + (random.fraction() < bursts ? normal() : 0));

/** Of several estimators over the same samples: their standard deviations, about a true zero. */
const spreads = (estimators: readonly ((values: readonly number[]) => number)[], bursts: number) => {
  const samples = Array.from({ length: 400 }, () => mirrors(0, bursts));
  return estimators.map((estimate) => Math.sqrt(mean(samples.map((sample) => estimate(sample) ** 2))));
};

describe('the trimmed mean of mirrors', () => {
  it('leaves out a fifth at each end', () => {
    expect(trimmedMean([1, 2, 3, 4, 1000])).toBe(3);
    expect(trimmedMean([7])).toBe(7);
    expect(trimmedMean([1, 3])).toBe(2);
    expect(() => trimmedMean([])).toThrow('at least one value');
  });

  it('spreads less than the median always, and far less than the mean where bursts hit a tenth', () => {
    for (const bursts of [0, 0.05, 0.1]) {
      const [trimmed, middle, plain] = spreads([trimmedMean, median, mean], bursts) as [number, number, number];
      expect(trimmed).toBeLessThan(middle);
      expect(trimmed).toBeLessThan(bursts === 0 ? plain * 1.15 : bursts === 0.1 ? plain / 3 : plain);
    }
  });

  it('knows its own error', () => {
    for (const bursts of [0, 0.1]) {
      const errors = Array.from({ length: 200 }, () => trimmedError(mirrors(0, bursts)));
      const [spread] = spreads([trimmedMean], bursts) as [number];
      expect(mean(errors) / spread).toBeGreaterThan(0.85);
      expect(mean(errors) / spread).toBeLessThan(1.15);
    }
    expect(() => trimmedError([1])).toThrow('at least two values');
  });
});

describe("Student's t over processes, each the trimmed mean of its mirrors", () => {
  it.each([
    { process: 0, bursts: 0 },
    { process: 0, bursts: 0.1 },
    { process: 0.01, bursts: 0.05 },
    { process: 0.03, bursts: 0 },
  ])('holds a built-in 3 % in 95 % of runs: $process, $bursts', ({ process, bursts }) => {
    const effect = Math.log(1.03);
    const holds = () => {
      const processes = Array.from({ length: 10 }, () => trimmedMean(mirrors(effect + process * normal(), bursts)));
      const { low, high } = meanInterval(processes);
      return low <= effect && effect <= high;
    };
    const covered = shareOf(600, holds);
    expect(covered).toBeGreaterThan(0.92);
    expect(covered).toBeLessThan(0.98);
  });
});
