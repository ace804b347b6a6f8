import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { compare } from './comparison.js';
import { normalValues } from './fixtures/simulated.js';
import type { Visits } from './noise-floor.js';
import { pairTurns, type TurnsOfVisits } from './paired.js';
import { median } from './quantile.js';

const SEED = 11;

describe('pairTurns', () => {
  it('keeps the ratio of the designs and of each to itself, mirror by mirror', () => {
    const a: TurnsOfVisits = [
      [100, 200, 400],
      [110, 220, 440],
    ];
    const b: TurnsOfVisits = [
      [150, 300, 600],
      [150, 300, 600],
    ];
    const { a: a2, b: b2 } = pairTurns(a, b);
    expect(a2[0]! / a2[1]!).toBeCloseTo(100 / 110, 12);
    expect(b2[0]! / b2[1]!).toBeCloseTo(1, 12);
    expect(Math.sqrt((b2[0]! * b2[1]!) / (a2[0]! * a2[1]!))).toBeCloseTo(150 / Math.sqrt(100 * 110), 12);
  });

  it('is not moved by one turn that a burst hit', () => {
    const steady = [100, 100, 100, 100, 100];
    const hit = [100, 100, 7, 100, 100];
    const { a, b } = pairTurns([steady, steady], [hit, steady]);
    expect([...a, ...b].map((value) => value / a[0]!)).toEqual([1, 1, 1, 1]);
  });

  it('resolves more than whole visits do where the noise outlasts a mirror', () => {
    const normal = normalValues(new Random(SEED));
    const widths = { paired: [] as number[], whole: [] as number[] };
    for (let trial = 0; trial < 200; trial++) {
      const processes = Array.from({ length: 6 }, () => slowNoise(normal, 12));
      const paired = compare(processes.map(({ a, b }) => pairTurns(a, b)));
      const whole = compare(processes.map(({ a, b }): Visits => ({ a: a.map(median), b: b.map(median) })));
      widths.paired.push(paired.resolvable);
      widths.whole.push(whole.resolvable);
    }
    expect(median(widths.paired)).toBeLessThan(0.9 * median(widths.whole));
  });

  it('refuses visits that do not pair up', () => {
    expect(() => pairTurns([[1], [1]], [[1, 2], [1]])).toThrow('four lists of one length, at least 1, got 1, 1, 2, 1');
    expect(() => pairTurns([[], []], [[], []])).toThrow('got 0, 0, 0, 0');
  });
});

/** Two equal designs; the level wanders from mirror to mirror by 10 %, and each turn has 2 % of its own. */
function slowNoise(normal: () => number, mirrors: number): { a: TurnsOfVisits; b: TurnsOfVisits } {
  const lists = Array.from({ length: 4 }, (): number[] => []);
  let level = 0;
  for (let mirror = 0; mirror < mirrors; mirror++) {
    level = 0.7 * level + 0.1 * normal();
    for (const list of lists) list.push(1000 * Math.exp(level + 0.02 * normal()));
  }
  const [a1, b1, b2, a2] = lists as [number[], number[], number[], number[]];
  // Which of its two turns counts for which visit alternates, as in the plan of a round.
  const swapped = (x: number[], y: number[]): TurnsOfVisits => [
    x.map((value, at) => (at % 2 === 0 ? value : y[at]!)),
    y.map((value, at) => (at % 2 === 0 ? value : x[at]!)),
  ];
  return { a: swapped(a1, a2), b: swapped(b1, b2) };
}
