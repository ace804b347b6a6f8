import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { compare } from './comparison.js';
import { normalValues, shareOf, simulatedProcesses } from './fixtures/simulated.js';
import { smallestResolvable } from './resolvable.js';
import { studentQuantile } from './student.js';
import { APART, SIDE_BY_SIDE, verdict } from './verdict.js';

describe('smallestResolvable', () => {
  const normal = normalValues(new Random(41));

  it.each([
    { processes: 6, visit: 0.005, process: 0.002, familySize: 1 },
    { processes: 6, visit: 0.03, process: 0, familySize: 1 },
    { processes: 6, visit: 0.01, process: 0.03, familySize: 24 },
    { processes: 10, visit: 0.02, process: 0.03, familySize: 1 },
    { processes: 7, visit: 0.03, process: 0, familySize: 4, bar: SIDE_BY_SIDE },
    { processes: 7, visit: 0.005, process: 0.005, familySize: 1, bar: SIDE_BY_SIDE },
  ])('is found in about 80 % of runs: %j', ({ familySize, bar = APART, ...noise }) => {
    const n = noise.processes;
    const difference = smallestResolvable({
      standardError: Math.hypot(noise.visit, noise.process) / Math.sqrt(n),
      n,
      noiseFloor: Math.expm1((studentQuantile(0.975, 2 * n) * noise.visit) / Math.sqrt(n)),
      familySize,
      bar,
    });
    const found = shareOf(1500, () => {
      const comparison = compare(simulatedProcesses(normal, { ratio: 1 + difference, ...noise }));
      return verdict(comparison, Math.min(1, familySize * comparison.p), { better: 'higher', bar }) === 'faster';
    });
    expect(found).toBeGreaterThan(0.74);
    expect(found).toBeLessThan(0.84);
  });

  it('is at least the decision margin, and infinite for one process', () => {
    expect(smallestResolvable({ standardError: 0, n: 6, noiseFloor: 0.01, familySize: 1 })).toBeCloseTo(0.02, 12);
    expect(smallestResolvable({ standardError: 0, n: 6, noiseFloor: 0.03, familySize: 1 })).toBeCloseTo(0.03, 12);
    expect(smallestResolvable({ standardError: 0, n: 1, noiseFloor: 0, familySize: 1 })).toBe(Infinity);
  });
});
