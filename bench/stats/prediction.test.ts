// How likely one more value is: against R's qt, and a count of false alarms on simulated values.
import { expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { normalValues } from './fixtures/simulated.js';
import { predictionP } from './prediction.js';

it('is Student’s t of the distance, with the error of the mean in it', () => {
  // Of 1..5: mean 3, standard deviation sqrt(2.5); the value that 95 % of new ones lie below, by R: 3 + qt(.975, 4) * sqrt(2.5 * 6 / 5).
  expect(predictionP([1, 2, 3, 4, 5], 3 + 2.776445105 * Math.sqrt(2.5 * 1.2))).toBeCloseTo(0.05, 8);
  expect(predictionP([2, 2, 2], 2)).toBe(1);
  expect(predictionP([2, 2, 2], 2.1)).toBe(0);
});

it('is not misled by one value far off', () => {
  const even = [10, 10.1, 9.9, 10.2, 9.8, 10, 10.1, 9.9, 10];
  expect(predictionP([...even, 4], 8.8)).toBeLessThan(0.01);
  expect(predictionP([...even, 4], 9.8)).toBeGreaterThan(0.2);
});

it('is below 0.05 for 5 % of the values that are of the same kind', () => {
  const normal = normalValues(new Random(7));
  const below = Array.from({ length: 4000 }, () => predictionP(Array.from({ length: 10 }, normal), normal()));
  const share = below.filter((p) => p < 0.05).length / below.length;
  expect(share).toBeGreaterThan(0.04);
  expect(share).toBeLessThan(0.06);
});
