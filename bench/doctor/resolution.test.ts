import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Result } from '../result/document.js';
import { placeOf } from '../store/find.js';
import { madeUpResult } from '../store/fixtures/result.js';
import { newestResolution } from './resolution.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-resolution-'));
afterAll(() => rmSync(folder, { recursive: true }));

const KEY = 'made-up-2c-8g';
const made = madeUpResult();
const cell = made.cells[0]!;
const row = (table: string, b: string, resolvable: number | null) =>
  ({ ...made.comparisons[0]!, cell: `${table} channels=1`, b, resolvable }) as Result['comparisons'][number];

/** Saves a run that differs from a default one in what is given; its id is of 8 hexadecimal digits. Returns its path. */
function save(id: string, { run = {}, ...rest }: Partial<Omit<Result, 'run'>> & { run?: Partial<Result['run']> } = {}) {
  const result = {
    ...made,
    run: { ...made.run, finishedAt: '2026-01-01T00:00:00Z', ...run, id },
    cells: [cell],
    comparisons: [
      row('hand-off', 'atomic-barrier', 0.05),
      row('hand-off', 'atomic-barrier', 0.2),
      row('hand-off', 'message-port', 9),
    ],
    ...rest,
  };
  const path = join(folder, placeOf(result));
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(result));
  return path;
}

describe('newestResolution', () => {
  it('is undefined for a machine without runs, and where no run is a default one', () => {
    expect(newestResolution(folder, 'other')).toBeUndefined();
    save('00000001', { run: { rounds: 3 } });
    save('00000002', { run: { complete: false } });
    save('00000003', { run: { keepAwake: true } });
    save('00000004', { cells: [{ ...cell, table: 'custom' }] });
    save('00000005', { cells: [{ ...cell, wait: { provider: 'park', sender: 'spin:20us' } }] });
    save('00000006', { schema: 99 });
    writeFileSync(save('00000007'), '{');
    expect(newestResolution(folder, KEY)).toBeUndefined();
  });

  it('takes the newest by when it ended, and the rows of the pair under study', () => {
    save('ffffffff');
    const newest = save('00000008', {
      run: { finishedAt: '2026-02-01T00:00:00Z' },
      comparisons: [row('hand-off', 'atomic-barrier', 0.03), row('sync', 'atomic-barrier', null)],
    });
    expect(newestResolution(folder, KEY)).toEqual({
      file: newest,
      finishedAt: '2026-02-01T00:00:00Z',
      node: made.node.version,
      harness: made.code.harness,
      processes: 6,
      tables: [
        { table: 'hand-off', metric: 'jobsPerSecond', least: 0.03, most: 0.03, rows: 1, fineRows: 1 },
        { table: 'sync', metric: 'jobsPerSecond', least: Infinity, most: Infinity, rows: 1, fineRows: 0 },
      ],
    });
  });
});
