// Where the time goes: rows that are decided leave theirs to the others, and none is left out.
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import type { Measured } from '../measure/measure.js';
import type { RecordedVisit } from '../measure/round.js';
import { loadVariants } from '../plan/catalogue.js';
import { makePlan } from '../plan/plan.js';
import { groupOfCells } from '../plan/planned.js';
import { parseRam } from '../plan/ram-flag.js';
import { customTable } from '../plan/tables.js';
import { normalValues } from '../stats/fixtures/simulated.js';
import { sharesOf } from './shares.js';

const studied = ['mutex', 'atomic-barrier'];
const plan = makePlan({
  tables: [customTable({ channels: [1, 2, 4, 8], transport: ['discard'], pagesPerBatch: [1] })],
  ...{ listed: await loadVariants(studied.join(',')), studied, everywhere: {}, forceSpin: false, seed: 3, cpus: 2 },
  ...{ rounds: 11, visitMs: 200, slices: 3, sliceMs: 13, turnFactor: 1, besideEvery: 4, ram: parseRam('1m', 3) },
});
const keyOf = (channels: number) => groupOfCells(plan.cells.find(({ cell }) => cell.channels === channels)!, plan);

/** So many rounds; by channels what atomic-barrier is to mutex, and the spread of that between processes. */
function measuredOf(
  rounds: number,
  rows: Readonly<Record<number, readonly [ratio: number, spread: number]>>,
): Measured {
  const normal = normalValues(new Random(7));
  const visits = plan.cells.flatMap(({ id, cell }) =>
    Array.from({ length: 2 * rounds }, (_, at) => {
      const [ratio, spread] = rows[cell.channels]!;
      const value = 1000 * (cell.variant === 'mutex' ? 1 : ratio * Math.exp(spread * normal()));
      const counted = { counters: {}, jobsPerChannel: [], pinned: true, slices: [] };
      const values = { jobsPerSecond: value, nsPerJob: 1e9 / value };
      return { cellId: id, round: at >> 1, position: 0, values, turns: { jobsPerSecond: [value] }, ...counted };
    }),
  ) as RecordedVisit[];
  return { visits, failures: [], finishedRounds: rounds, stopped: 'rounds', timedNs: 1, wholeNs: 1 };
}

const ROWS = { 1: [1, 0.001], 2: [1.01, 0.001], 4: [1.6, 0.05], 8: [1, 0.05] } as const;

describe('sharesOf', () => {
  it('gives the time of rows that are decided, by their width or by a large difference, to those that are not', () => {
    const share = sharesOf(plan, measuredOf(6, ROWS));
    expect([1, 2, 4].map((channels) => share(keyOf(channels)))).toEqual([0.4, 0.4, 0.4]);
    expect(share(keyOf(8))).toBeCloseTo(4 - 3 * 0.4, 9);
  });

  it('shares alike while little is known, and once all is', () => {
    expect(sharesOf(plan, measuredOf(3, ROWS))(keyOf(8))).toBe(1);
    expect(sharesOf(plan, measuredOf(6, { ...ROWS, 8: [1, 0.001] }))(keyOf(1))).toBe(1);
  });
});
