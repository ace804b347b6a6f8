// Two builds compared: aligned cells only, Holm over all, and no change without a second measurement that says the same.

import { describe, expect, it } from 'vitest';
import type { Side } from '../plan/catalogue.js';
import { madeUpResult } from '../store/fixtures/result.js';
import { type BuildCell, compareBuilds, confirm } from './compare-builds.js';

const NAMES = { a: 'main', b: 'topic' };
const PLAN = { tables: [{ id: 'hand-off', metrics: ['jobsPerSecond'] }] } as never;

/** Cells of both builds; the second one is so many times as fast in one cell. */
function cells(factor: number, seed = 1): BuildCell[] {
  const side = (build: Side, speed: (variant: string, channels: number) => number, at: number) =>
    madeUpResult({ seed: at, rounds: 8, speed }).cells.map((cell): BuildCell => ({ ...cell, build }));
  const changed = (variant: string, channels: number) => 20_000 * (variant === 'mutex' && channels === 2 ? factor : 1);
  return [...side('a', () => 20_000, seed), ...side('b', changed, seed + 100)];
}

describe('two builds', () => {
  it('are compared cell by cell, and a change is found', () => {
    const compared = compareBuilds(PLAN, cells(0.85), NAMES);
    expect(compared.map(({ variant, verdict }) => `${variant} ${verdict}`)).toEqual([
      'mutex same',
      'atomic-barrier same',
      'mutex slower',
      'atomic-barrier same',
    ]);
    expect(compared[2]).toMatchObject({ a: 'main', b: 'topic', metric: 'jobsPerSecond', n: 8, table: 'hand-off' });
    expect(compared[2]!.cell).toBe(cells(1)[2]!.id);
    expect(compared[2]!.ratio).toBeCloseTo(0.85, 1);
  });

  it('are not compared where one of them has no measurement', () => {
    const all = cells(1);
    const failed = all.map((cell, at): BuildCell => (at === 0 ? { ...cell, status: 'failed' } : cell));
    expect(compareBuilds(PLAN, failed, NAMES)).toHaveLength(3);
    expect(compareBuilds(PLAN, all.slice(1), NAMES)).toHaveLength(3);
    expect(compareBuilds(PLAN, all, NAMES, (cell) => cell.includes('channels=2'))).toHaveLength(2);
  });
});

describe('a change', () => {
  const first = compareBuilds(PLAN, cells(0.85), NAMES);
  const slower = first[2]!;

  it('stands with the figures of the second measurement when that says the same', () => {
    const second = compareBuilds(PLAN, cells(0.9, 7), NAMES, (cell) => cell === slower.cell);
    const [, , confirmed] = confirm(first, second);
    expect(confirmed).toMatchObject({
      verdict: 'slower',
      confirmed: true,
      first: { ratio: slower.ratio, verdict: 'slower' },
    });
    expect(confirmed!.ratio).toBeCloseTo(0.9, 1);
  });

  it('is unclear when that says nothing, says the contrary, or was not made', () => {
    for (const factor of [1, 1.2]) {
      const second = compareBuilds(PLAN, cells(factor, 7), NAMES, (cell) => cell === slower.cell);
      expect(confirm(first, second)[2]).toMatchObject({
        verdict: 'unclear',
        confirmed: false,
        first: { verdict: 'slower' },
      });
    }
    expect(confirm(first, [])[2]).toMatchObject({ verdict: 'unclear', confirmed: false, ratio: slower.ratio });
  });

  it('is all that is confirmed', () => {
    expect(confirm(first, [])[0]).toEqual(first[0]);
  });
});
