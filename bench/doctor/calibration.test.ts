import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Measured } from '../measure/measure.js';
import type { RecordedVisit } from '../measure/round.js';
import { loadVariants } from '../plan/catalogue.js';
import { planOf } from '../plan/run-plan.js';
import { findRuns } from '../store/find.js';
import { describeMachine } from '../system/machine.js';
import { makeCalibration, newestCalibration, saveCalibration, tally, tallyCells } from './calibration.js';
import { type CalibratedCell, calibratedCells, calibrationPlan } from './calibration-runs.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-calibration-'));
afterAll(() => rmSync(folder, { recursive: true }));

const calibrated = (cell: string, same: string, slower: string, resolvable: number) =>
  ({
    cell,
    metric: 'jobsPerSecond',
    same: { verdict: same },
    slower: { verdict: slower, resolvable },
    seen: 0.03,
    covered: slower === 'slower',
    differences: [0.01, 0.05].map((share) => {
      return { share, found: share > 0.01 && slower === 'slower', isDetectable: resolvable <= share };
    }),
  }) as unknown as CalibratedCell;

const RUNS = [
  [calibrated('a', 'same', 'slower', 0.015), calibrated('b', 'faster', 'slower', 0.09)],
  [calibrated('a', 'unclear', 'unclear', 0.02), calibrated('b', 'slower', 'faster', 0.03)],
];

describe('tally', () => {
  it('counts false verdicts everywhere, and finds only where the row says that it resolves the delay', () => {
    expect(tally(RUNS)).toEqual({
      comparisons: 4,
      falseVerdicts: 2,
      falsePositiveRate: 0.5,
      delays: 3,
      found: 1,
      power: 1 / 3,
      fineShare: 0.75,
      covered: 2,
      differences: [
        { share: 0.01, found: 0, detectable: 0, foundOfDetectable: 0 },
        { share: 0.05, found: 2, detectable: 3, foundOfDetectable: 1 },
      ],
    });
    expect(tally(RUNS, 0.1)).toMatchObject({ delays: 4, found: 2 });
  });

  it('has no power to tell of where no row resolves it', () => {
    expect(tally([[calibrated('a', 'same', 'slower', 0.2)]]).power).toBeNull();
  });

  it('tells the cells apart', () => {
    const cells = tallyCells(RUNS).map(({ cell, falseVerdicts, fine, found }) => [cell, falseVerdicts, fine, found]);
    expect(cells).toEqual([
      ['a', 0, 2, 1],
      ['b', 2, 1, 0],
    ]);
  });
});

describe('a run of known outcome', () => {
  it('finds the delay where it was built in, of rates and of times, and is not fooled by its direction', async () => {
    const [design] = await loadVariants('mutex');
    const { plan } = await planOf({ seed: '1', channels: '1', transport: 'discard', batchPages: '1' });
    const calibration = calibrationPlan(plan, design!);
    const measured = (slowed: string): Measured => {
      const visits = calibration.cells.flatMap(({ id, cell }) =>
        Array.from({ length: 14 }, (_, at) => {
          const noise = 1 + 0.001 * Math.sin(at + cell.variant.length);
          const value = (1000 * noise) / (cell.variant === slowed ? 1.03 : 1);
          const values = { jobsPerSecond: value, nsPerJob: 1e9 / value };
          const counted = { counters: {}, jobsPerChannel: [], pinned: true, slices: [] };
          return { cellId: id, round: at >> 1, position: 0, values, turns: { jobsPerSecond: [value] }, ...counted };
        }),
      ) as RecordedVisit[];
      return { visits, failures: [], finishedRounds: 7, stopped: 'rounds', timedNs: 1, wholeNs: 1 };
    };
    const [right] = calibratedCells(calibration, 'mutex', measured('mutex-slower'));
    expect(right).toMatchObject({ covered: true, same: { verdict: 'same' }, slower: { verdict: 'slower' } });
    expect(right!.seen).toBeCloseTo(0.03, 2);
    // The noise is 0.1 %, and differences up to 1 % are never called.
    expect(right!.differences.map(({ share, found }) => [share, found])).toEqual([
      [0.01, false],
      ...[0.02, 0.03, 0.05, 0.1].map((share) => [share, true]),
    ]);
    const [wrong] = calibratedCells(calibration, 'mutex', measured('mutex'));
    expect(wrong).toMatchObject({ covered: false, slower: { verdict: 'faster' } });
  });
});

it('loads the three apart: two designs do not share compiled code either', async () => {
  const [design] = await loadVariants('mutex');
  const { plan } = await planOf({ seed: '1', channels: '1', transport: 'discard' });
  const { listed } = calibrationPlan(plan, design!);
  const loaded = await Promise.all(listed.map(({ source }) => import(source.module).then((m) => m[source.export])));
  expect(new Set(loaded).size).toBe(3);
  expect(new Set(loaded.map(({ name }) => name))).toEqual(new Set(['mutex']));
});

describe('stored calibrations', () => {
  const about = { startedAt: new Date(0).toISOString(), design: 'mutex', seed: 1, rounds: 10 };
  const key = describeMachine().key;

  it('are read back as the newest of this machine, with their age and whether the code is the same', () => {
    expect(newestCalibration(folder)).toBeUndefined();
    const first = makeCalibration(RUNS, about);
    saveCalibration(folder, { ...first, finishedAt: '2020-01-01T00:00:00.000Z', seed: 2 });
    const elsewhere = {
      ...first,
      machine: { ...first.machine, key: 'other-1c-1g' },
      finishedAt: '2030-01-01T00:00:00.000Z',
    };
    saveCalibration(folder, elsewhere);
    const path = saveCalibration(folder, first);
    const stored = newestCalibration(folder)!;
    expect(stored).toMatchObject({ path, sameCode: true, sameMachine: true, calibration: { seed: 1, power: 1 / 3 } });
    expect(stored.ageMs).toBeLessThan(60_000);
    expect(newestCalibration(folder, 'none-2c-2g')).toMatchObject({ sameMachine: false });
    // Runs are looked for in the same folders.
    expect(findRuns(folder)).toEqual({ runs: [], leftOut: [] });
  });

  it('that are damaged are named with the field', () => {
    const path = join(folder, key, 'calibrations', '99990101T000000Z-x.json');
    writeFileSync(path, '{"schema": 1, "falsePositiveRate": 0}');
    expect(() => newestCalibration(folder)).toThrow(`${path}: power: not there`);
    writeFileSync(path, '{');
    expect(() => newestCalibration(folder)).toThrow(`${path}: no calibration: `);
  });
});
