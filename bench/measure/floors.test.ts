import { describe, expect, it } from 'vitest';
import { allowedCpus } from '../../src/os/cpus.js';
import { measureClock } from './clock.js';
import { measureFloors, recordedFloors } from './floors.js';

describe('measureFloors', () => {
  it('measures each pair of threads, and on one CPU only what one CPU can show', async () => {
    const cpus = allowedCpus();
    const both = ['spin two CPUs', 'park two CPUs', 'park two CPUs awake', 'park one CPU', 'spin one CPU'];
    for (const [given, expected] of [
      [cpus, cpus.length > 1 ? both : both.slice(3)],
      [cpus.slice(0, 1), both.slice(3)],
    ] as const) {
      const readings = await measureFloors(given, 30);
      const names = readings.map(({ waits, where, keptAwake }) => `${waits} ${where}${keptAwake ? ' awake' : ''}`);
      expect(names).toEqual(expected);
      for (const { lowNs, medianNs, highNs, samples, pinned } of readings) {
        expect(samples).toBeGreaterThanOrEqual(5);
        expect(lowNs).toBeGreaterThan(0);
        expect(medianNs).toBeGreaterThanOrEqual(lowNs);
        expect(highNs).toBeGreaterThanOrEqual(medianNs);
        expect(pinned).toBe(true);
      }
    }
  });
});

it('a run keeps the two floors that need two CPUs', async () => {
  const { spinNs = 0, parkNs = 0 } = await recordedFloors(allowedCpus());
  expect(spinNs > 0 && parkNs > 0).toBe(allowedCpus().length > 1);
  expect(await recordedFloors(allowedCpus().slice(0, 1))).toEqual({});
});

describe('measureClock', () => {
  it('finds a clock that goes on, in steps', () => {
    const { stepNs, readNs, backwards } = measureClock();
    expect(backwards).toBe(0);
    expect(stepNs).toBeGreaterThanOrEqual(1);
    expect(stepNs).toBeLessThan(1e6);
    expect(readNs).toBeGreaterThan(0);
  });
});
