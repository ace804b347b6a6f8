// The fit against published data sets and the coefficients that R's `usl` gives for them; intervals; what is refused.
import { describe, expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { Random } from '../../src/random.js';
import { normalValues } from './fixtures/simulated.js';
import { fitUsl, fitUslOfProcesses, LEAST_DISTINCT, type UslPoint, uslPeak, uslThroughput } from './usl.js';

const points = (channels: readonly number[], throughput: readonly number[]): UslPoint[] =>
  channels.map((each, at) => ({ channels: each, throughput: throughput[at]! }));

/** SPEC SDM91 on a SPARCcenter 2000: scripts an hour over virtual users. In R's `usl` 2.0 as `specsdm91`. */
const SDM91 = points([1, 18, 36, 72, 108, 144, 216], [64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775.0, 1702.2]);
/** BRL-CAD's ray tracer on an Origin 2000: intersections a second over CPUs. In R's `usl` 2.0 as `raytracer`. */
const RAYTRACER = points(
  [1, 4, 8, 12, 16, 20, 24, 28, 32, 48, 64],
  [20, 78, 130, 170, 190, 200, 210, 230, 260, 280, 310],
);
// biome-ignore format: a table
/** Cisco's benchmark of Percona MySQL, of Schwartz's book and of usl4j, whose coefficients are R's. */
const CISCO = points(
  Array.from({ length: 32 }, (_, at) => at + 1),
  [955.16, 1878.91, 2688.01, 3548.68, 4315.54, 5130.43, 5931.37, 6531.08, 7219.8, 7867.61, 8278.71, 8646.7, 9047.84,
    9426.55, 9645.37, 9897.24, 10097.6, 10240.5, 10532.39, 10798.52, 11151.43, 11518.63, 11806, 12089.37, 12075.41,
    12177.29, 12211.41, 12158.93, 12155.27, 12118.04, 12140.4, 12074.39],
);

describe('published data', () => {
  it.skipIf(isLong)('SDM91: coefficients, standard errors and the peak of R', () => {
    const fit = fitUsl(SDM91);
    expect(fit.contention).toBeCloseTo(0.0277285, 6);
    expect(fit.coherency).toBeCloseTo(0.0001044, 7);
    expect(fit.base).toBeCloseTo(89.9952, 3);
    expect(fit.standardErrors!.contention).toBeCloseTo(0.0091217, 6);
    expect(fit.standardErrors!.coherency).toBeCloseTo(0.0000199, 7);
    expect(fit.standardErrors!.base).toBeCloseTo(14.2134894, 3);
    expect(fit.residualStandardError).toBeCloseTo(82.85, 2);
    const peak = uslPeak(fit);
    expect('channels' in peak && peak.channels).toBeCloseTo(96.5, 1);
  });

  it.skipIf(isLong)('ray tracer: coherency at its bound, the standard errors of R, and no peak', () => {
    const fit = fitUsl(RAYTRACER);
    expect(fit.contention).toBeCloseTo(0.0578, 4);
    expect(fit.coherency).toBe(0);
    expect(fit.base).toBeCloseTo(21.8488, 3);
    // The 90 % intervals that R's test prints: Student's t of 10 degrees at 0.95, 1.8125 standard errors.
    expect(fit.standardErrors!.contention).toBeCloseTo((0.081864 - 0.033677) / 2 / 1.8125, 5);
    expect(fit.standardErrors!.coherency).toBeCloseTo(0.000214 / 1.8125, 6);
    expect(fit.standardErrors!.base).toBeCloseTo((25.829306 - 17.86838) / 2 / 1.8125, 3);
    expect(uslPeak(fit)).toEqual({ refused: expect.stringContaining('no peak in range: coherency may be zero') });
  });

  it.skipIf(isLong)('Cisco: the coefficients of R', () => {
    const fit = fitUsl(CISCO);
    expect(fit.contention).toBeCloseTo(0.02671591, 6);
    expect(fit.coherency).toBeCloseTo(7.690945e-4, 8);
    expect(fit.base).toBeCloseTo(995.6486, 2);
  });

  it.skipIf(isLong)('exact points give their coefficients back', () => {
    const law = { base: 3, contention: 0.02, coherency: 0.02 };
    const fit = fitUsl([1, 2, 4, 6, 8, 10].map((n) => ({ channels: n, throughput: uslThroughput(law, n) })));
    for (const name of ['base', 'contention', 'coherency'] as const) expect(fit[name]).toBeCloseTo(law[name], 8);
  });
});

describe('the fit', () => {
  it.skipIf(isLong)('weighs its points', () => {
    const law = { base: 10, contention: 0.05, coherency: 0.002 };
    const exact = [1, 2, 4, 8, 16, 32].map((n) => ({ channels: n, throughput: uslThroughput(law, n), weight: 1 }));
    const wrong = { channels: 12, throughput: 500, weight: 1e-9 };
    expect(fitUsl([...exact, wrong]).coherency).toBeCloseTo(0.002, 5);
    expect(fitUsl([...exact, { ...wrong, weight: 1 }]).coherency).not.toBeCloseTo(0.002, 3);
  });

  it.skipIf(isLong)('stays inside its bounds where throughput more than doubles', () => {
    const fit = fitUsl(points([1, 2, 3, 4, 5, 6], [1, 3, 6, 9, 12, 16]));
    expect(fit.contention).toBeGreaterThanOrEqual(0);
    expect(fit.coherency).toBe(0);
  });

  it.runIf(isLong)('resampled processes cover the truth about as often as they say', () => {
    const random = new Random(7);
    const normal = normalValues(random);
    const law = { base: 100, contention: 0.04, coherency: 0.003 };
    let covered = 0;
    const trials = 40;
    for (let trial = 0; trial < trials; trial++) {
      const processes = Array.from({ length: 8 }, () => {
        const level = Math.exp(0.05 * normal());
        return [1, 2, 4, 8, 16, 32].map((n) => ({
          channels: n,
          throughput: uslThroughput(law, n) * level * Math.exp(0.03 * normal()),
        }));
      });
      const { coherency } = fitUslOfProcesses(processes, random).intervals!;
      if (coherency.low <= law.coherency && law.coherency <= coherency.high) covered++;
    }
    // 38 expected of 40; 32 or fewer by chance once in some thousand seeds.
    expect(covered).toBeGreaterThan(32);
  });
});

describe('what is refused', () => {
  const law = (coherency: number) => (n: number) => uslThroughput({ base: 5, contention: 0.1, coherency }, n);
  const exact = (counts: readonly number[], coherency: number) =>
    fitUsl(counts.map((n, at) => ({ channels: n, throughput: law(coherency)(n) * (1 + (at % 2 ? 1e-5 : -1e-5)) })));

  it.skipIf(isLong)('too few different numbers of channels', () => {
    expect(uslPeak(exact([1, 2, 4, 8, 8], 0.01))).toEqual({
      refused: expect.stringContaining(`${LEAST_DISTINCT} are`),
    });
  });

  it.skipIf(isLong)('a peak far beyond what was measured', () => {
    expect(uslPeak(exact([1, 2, 3, 4, 5, 6, 7, 8], 0.001))).toEqual({
      refused: 'no peak in range: the law puts it at 30, measured up to 8',
    });
    expect(uslPeak(exact([1, 2, 3, 4, 5, 6, 7, 16], 0.001))).toMatchObject({ channels: expect.closeTo(30, 0) });
  });

  it.skipIf(isLong)('throughput that is none, and too few points', () => {
    expect(() => fitUsl(points([1, 2, 3], [1, 0, 2]))).toThrow('got 0 at 2');
    expect(() => fitUsl(points([1, 2], [1, 2]))).toThrow('at least 3 different');
  });
});
