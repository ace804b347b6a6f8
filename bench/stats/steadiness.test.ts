import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { normalValues, shareOf } from './fixtures/simulated.js';
import { type Steadiness, steadiness } from './steadiness.js';

const normal = normalValues(new Random(61));
const series = (count: number, noise: number, level: (share: number) => number) =>
  Array.from({ length: count }, (_, at) => level(at / (count - 1)) * Math.exp(noise * normal()));
const share = (wanted: Steadiness, make: () => number[]) => shareOf(500, () => steadiness(make()) === wanted);

describe('steadiness', () => {
  it.each([
    [6, 0.02],
    [10, 0.05],
    [30, 0.05],
  ])('calls %i slices of noise %d steady', (count, noise) => {
    expect(share('steady', () => series(count, noise, () => 100))).toBeGreaterThan(0.98);
  });

  it('calls a slope and a step drifting, up or down', () => {
    expect(share('drifting', () => series(20, 0.01, (at) => 100 * (1 + 0.05 * at)))).toBeGreaterThan(0.98);
    expect(share('drifting', () => series(20, 0.01, (at) => 100 * (1 - 0.05 * at)))).toBeGreaterThan(0.98);
    expect(share('drifting', () => series(20, 0.01, (at) => (at < 0.5 ? 100 : 106)))).toBeGreaterThan(0.8);
  });

  it('leaves a certain trend of less than 2 % alone', () => {
    expect(steadiness([100, 100.1, 100.2, 100.3, 100.4, 100.5, 100.6, 100.7])).toBe('steady');
  });

  it('calls values that jump about unstable, one stray value not', () => {
    expect(steadiness([100, 60, 100, 60, 100, 60, 100, 60, 100, 60])).toBe('unstable');
    expect(share('unstable', () => series(20, 0.2, () => 100))).toBeGreaterThan(0.9);
    expect(steadiness([100, 101, 99, 100, 101, 99, 10, 100, 101, 99, 100, 101])).toBe('steady');
  });

  it('refuses series that are too short or not positive', () => {
    expect(() => steadiness([1, 2, 3, 4, 5])).toThrow('at least 6');
    expect(() => steadiness([1, 2, 3, 0, 5, 6])).toThrow('positive');
  });
});
