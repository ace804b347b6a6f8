import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { compare, logRatios } from './comparison.js';
import { normalValues, simulatedProcesses } from './fixtures/simulated.js';
import { noiseFloor, type Visits } from './noise-floor.js';
import { studentQuantile } from './student.js';

/** Six processes whose log-ratios are 0.11, -0.04 .. and whose visits differ by the same 2 % everywhere. */
const LOGS = [0.11, -0.04, 0.23, 0.08, 0.17, 0.02, 0.15];
const processes: Visits[] = LOGS.map((log, index) => {
  const level = 100 * (index + 1);
  return {
    a: [level * Math.exp(0.01), level * Math.exp(-0.01)],
    b: [level * Math.exp(log - 0.01), level * Math.exp(log + 0.01)],
  };
});

describe('compare', () => {
  it("takes Student's t over the processes' log-ratios", () => {
    // Golden values from scipy 1.17.1, stats.ttest_1samp over the logarithms.
    const { ratio, low, high, p, n } = compare(processes);
    expect(ratio).toBeCloseTo(Math.exp(0.10285714285714287), 10);
    expect(low).toBeCloseTo(Math.exp(0.017805807296643827), 10);
    expect(high).toBeCloseTo(Math.exp(0.1879084784176419), 10);
    expect(p).toBeCloseTo(0.025309771544257068, 10);
    expect(n).toBe(7);
  });

  it('puts the ranks beside it', () => {
    const { ranks } = compare(processes);
    expect(ranks.p).toBeCloseTo(6 / 128, 12);
    expect(ranks.ratio).toBeCloseTo(Math.exp(0.1025), 10);
    expect(ranks.low).toBeCloseTo(Math.exp(0.02), 10);
    expect(ranks.high).toBeCloseTo(Math.exp(0.19), 10);
    expect(ranks.confidence).toBeCloseTo(1 - 6 / 128, 12);
  });

  it('cancels a drift over the order A B B A', () => {
    const drifting = [{ a: [1, 1.03], b: [1.01, 1.02] }].map(({ a, b }) => ({
      a: a.map(Math.exp),
      b: b.map(Math.exp),
    }));
    expect(logRatios(drifting)[0]).toBeCloseTo(0, 12);
  });

  it('is defined for a single process, and shows that it says nothing', () => {
    const { ratio, low, high, p, n, resolvable } = compare(processes.slice(0, 1));
    expect(ratio).toBeCloseTo(Math.exp(0.11), 10);
    expect({ low, high, p, n, resolvable }).toEqual({ low: 0, high: Infinity, p: 1, n: 1, resolvable: Infinity });
  });

  it('marks a difference that is closer to one than the noise floor', () => {
    const shaky = processes.map(({ a, b }) => ({ a: [a[0] * 1.3, a[1] / 1.3], b }));
    expect(compare(processes).underNoiseFloor).toBe(false);
    expect(compare(shaky).ratio).toBeCloseTo(compare(processes).ratio, 10);
    expect(compare(shaky).underNoiseFloor).toBe(true);
  });

  it('flags log-ratios in two groups, unless they are within 2 %', () => {
    const twoLevels = (gap: number) =>
      Array.from({ length: 8 }, (_, index) => {
        const log = (index % 2) * gap + index * 0.0001;
        return { a: [1, 1], b: [Math.exp(log), Math.exp(log)] };
      });
    expect(compare(twoLevels(0.1)).bimodal).toBe(true);
    expect(compare(twoLevels(0.01)).bimodal).toBe(false);
  });

  it('needs more for a difference to be found in a larger family', () => {
    expect(compare(processes, 100).resolvable).toBeGreaterThan(1.3 * compare(processes).resolvable);
  });

  it('refuses what it cannot take a logarithm of, naming it', () => {
    expect(() => compare([])).toThrow('at least one');
    expect(() => compare([{ a: [1, 2], b: [1] }])).toThrow(
      'process 0, design b: expected at least two positive values',
    );
    expect(() => compare([processes[0], { a: [1, 0], b: [1, 1] }])).toThrow('process 1, design a');
  });
});

describe('noiseFloor', () => {
  it('is t s / sqrt(n), s being the noise of one visit', () => {
    // Visits 2 % apart: (0.02)^2 / 2 is the variance of one, over 7 processes and both designs.
    const half = (studentQuantile(0.975, 14) * Math.sqrt(0.02 ** 2 / 2)) / Math.sqrt(7);
    expect(noiseFloor(processes)).toBeCloseTo(Math.expm1(half), 12);
  });

  it('of noise alone holds 95 % of the ratios, and at n = 6 it is steady from run to run', () => {
    const normal = normalValues(new Random(21));
    const runs = Array.from({ length: 1500 }, () =>
      compare(simulatedProcesses(normal, { ratio: 1, processes: 6, visit: 0.03, process: 0 })),
    );
    const under = runs.filter((run) => run.underNoiseFloor).length / runs.length;
    expect(Math.abs(under - 0.95)).toBeLessThan(0.02);
    const floors = runs.map((run) => run.noiseFloor).sort((x, y) => x - y);
    expect(floors[75]).toBeGreaterThan(0.6 * 0.0267);
    expect(floors[1425]).toBeLessThan(1.45 * 0.0267);
  });

  it('rises with a drift', () => {
    const normal = normalValues(new Random(22));
    const drifting = simulatedProcesses(normal, { ratio: 1, processes: 6, visit: 0.001, process: 0, drift: 0.02 });
    expect(noiseFloor(drifting)).toBeGreaterThan(0.02);
  });
});
