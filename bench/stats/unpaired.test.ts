// Runs compared without pairs: the ratio, and how often nothing is called something.
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { normalValues } from './fixtures/simulated.js';
import { holm } from './holm.js';
import { BETWEEN_RUNS, compareUnpaired } from './unpaired.js';
import { verdict } from './verdict.js';

const normal = normalValues(new Random(20));
/** Processes of a run: what the run has, what the process has, what a visit has. */
const run = (level: number, n = 7) =>
  Array.from({ length: n }, () => {
    const process = level * Math.exp(0.03 * normal());
    return [0, 1].map(() => process * Math.exp(0.01 * normal()));
  });

describe('runs of their own', () => {
  it('have the ratio that their values have, and an interval about it', () => {
    const exact = compareUnpaired(
      [
        [1, 4],
        [2, 2],
      ],
      [
        [4, 4],
        [4, 4],
      ],
    );
    expect(exact.ratio).toBeCloseTo(2, 12);
    const noisy = compareUnpaired(run(100), run(150));
    expect(noisy.low).toBeLessThan(1.5);
    expect(noisy.high).toBeGreaterThan(1.5);
    expect(noisy.p).toBeLessThan(1e-6);
    expect(noisy.ranks.p).toBeCloseTo(2 / 3432, 6);
    // Welch's test of log(1, 2, 4) and log(3, 3, 9): t 1.4226, 3.969 degrees.
    const known = compareUnpaired(
      [
        [1, 1],
        [2, 2],
        [4, 4],
      ],
      [
        [3, 3],
        [3, 3],
        [9, 9],
      ],
    );
    expect(known.p).toBeCloseTo(0.228473, 5);
  });

  it('of one process say nothing', () => {
    expect(compareUnpaired(run(100, 1), run(200, 1))).toMatchObject({
      low: 0,
      high: Infinity,
      p: 1,
      resolvable: Infinity,
    });
  });

  it('of the same code are called faster or slower in fewer than 2 of 100, though each has a level of its own', () => {
    let called = 0;
    const families = 400;
    for (let at = 0; at < families; at++) {
      const compared = Array.from({ length: 5 }, () => {
        const [one, other] = [0, 0].map(() => run(100 * Math.exp((BETWEEN_RUNS / 4) * normal())));
        return compareUnpaired(one!, other!, 5);
      });
      const adjusted = holm(compared.map(({ p }) => p));
      const words = compared.map((each, index) => verdict(each, adjusted[index]!, { better: 'higher' }));
      called += words.filter((word) => word === 'faster' || word === 'slower').length;
    }
    expect(called / (families * 5)).toBeLessThan(0.02);
  });

  it('that differ by 20 % are told apart', () => {
    let found = 0;
    for (let at = 0; at < 100; at++) {
      const compared = compareUnpaired(run(100), run(80), 1);
      if (verdict(compared, compared.p, { better: 'higher' }) === 'slower') found++;
    }
    expect(found).toBeGreaterThan(95);
  });
});
