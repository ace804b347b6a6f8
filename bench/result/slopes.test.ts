import { describe, expect, it } from 'vitest';
import type { ResultCell, ResultSlope } from './document.js';
import { priceOf } from './price.js';
import { fitSlopes } from './slopes.js';

/** A cell of eight processes, each at a level of its own, whose time a job is a line in the dose. */
function dosed(amount: number, nsOfDose: (amount: number) => number): ResultCell {
  const visits = Array.from({ length: 16 }, (_, at) => {
    const round = at >> 1;
    const ns = 1000 + 10 * round + nsOfDose(amount) + (at % 2 === 0 ? 1 : -1);
    return { round, position: at, values: { nsPerJob: ns }, turns: { nsPerJob: [ns, ns] }, counters: {} };
  });
  return {
    id: `slope mutex channels=1 dose=lock=${amount}`,
    table: 'slope',
    variant: 'mutex',
    status: 'measured',
    dose: { kind: 'lock', amount },
    metrics: { nsPerJob: { median: 1035, low: 1000, high: 1070, rounds: 8 } },
    visits,
  } as unknown as ResultCell;
}

describe('fitSlopes', () => {
  it('finds what a unit costs, whatever level a process has, and what the design would take without it', () => {
    const [slope, ...rest] = fitSlopes(
      [0, 1, 10, 50].map((amount) => dosed(amount, (each) => 40 * each)),
      'nsPerJob',
    );
    expect(rest).toEqual([]);
    expect(slope!.cell).toBe('slope mutex channels=1');
    expect(slope!.doses).toEqual([0, 1, 10, 50]);
    expect(slope!.n).toBe(8);
    expect(slope!.slope.estimate).toBeCloseTo(40, 6);
    expect(slope!.linearityP).toBeGreaterThan(0.01);
    expect(slope!.predicted!.ratio).toBeCloseTo((1035 - 40) / 1035, 4);
  });

  it('keeps points that the fitted line runs through, however unlike the processes are', () => {
    const [slope] = fitSlopes(
      [0, 10, 50].map((amount) => {
        const cell = dosed(amount, (each) => 40 * each);
        // One process of eight is far slower, and its slope steeper: medians would leave it out, fits do not.
        const visits = cell.visits.map((visit) => {
          const ns = visit.values.nsPerJob! + (visit.round === 0 ? 5000 + 100 * amount : 0);
          return { ...visit, values: { nsPerJob: ns }, turns: { nsPerJob: [ns, ns] } };
        });
        return { ...cell, visits } as ResultCell;
      }),
      'nsPerJob',
    );
    for (const [at, dose] of slope!.doses.entries())
      expect(slope!.intercept.estimate + slope!.slope.estimate * dose).toBeCloseTo(slope!.values[at]!, 3);
  });

  it('says when doses do not add up to a line', () => {
    const [slope] = fitSlopes(
      [0, 1, 10, 50].map((amount) => dosed(amount, (each) => 40 * each + (each === 10 ? 300 : 0))),
      'nsPerJob',
    );
    expect(slope!.linearityP).toBeLessThan(0.01);
    expect(slope!.largestDeviation).toBeGreaterThan(100);
  });

  it('leaves out what was measured at one dose only', () => {
    expect(fitSlopes([dosed(0, () => 0)], 'nsPerJob')).toEqual([]);
  });
});

describe('priceOf', () => {
  const slope = (table: string, estimate: number, half: number, intercept: number) =>
    ({
      table,
      kind: 'lock',
      slope: { estimate, low: estimate - half, high: estimate + half },
      intercept: { estimate: intercept, low: intercept * 0.9, high: intercept * 1.1 },
    }) as ResultSlope;

  it('puts the sharp slope into the parked hand-off, at the end of both intervals that speaks against it', () => {
    const price = priceOf([slope('slope-spinning', 80, 2, 600), slope('slope-parked', 100, 40, 60_000)])!;
    expect(price).toMatchObject({ ns: 80, low: 78, high: 82, handOffNs: 60_000, agrees: true, within: true });
    expect(price.shareHigh).toBeCloseTo(82 / 54_000, 9);
  });

  it('does not call SAME what may be more than 0.5 %, and says when the two slopes differ', () => {
    const price = priceOf([slope('slope-spinning', 280, 2, 600), slope('slope-parked', 100, 40, 60_000)])!;
    expect(price).toMatchObject({ agrees: false, within: false });
  });

  it('is not there for one wait policy alone', () => {
    expect(priceOf([slope('slope', 80, 2, 600)])).toBeUndefined();
  });
});
