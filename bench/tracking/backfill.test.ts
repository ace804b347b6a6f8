// Which commits of a range are measured, and which are there already.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Plan } from '../plan/planned.js';
import { madeUpResult } from '../store/fixtures/result.js';
import { saveResult } from '../store/save.js';
import { isThere, spread } from './backfill.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-backfill-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('commits are spread evenly, with both ends', () => {
  const all = Array.from({ length: 10 }, (_, at) => at);
  expect(spread(all, 4)).toEqual([0, 3, 6, 9]);
  expect(spread(all, 2)).toEqual([0, 9]);
  expect(spread(all, 1)).toEqual([9]);
  expect(spread(all, 99)).toEqual(all);
});

it('a commit is there when a complete run without changes has all cells of the plan', () => {
  const store = { folder, machineKey: 'made-up-2c-8g' };
  const commit = { ...madeUpResult().commit! };
  const plan = { cells: madeUpResult().cells.map(({ id }) => ({ id })) } as unknown as Plan;
  expect(isThere(commit, plan, store)).toBe(false);
  saveResult(folder, madeUpResult({ id: '00000001', dirty: true }));
  const made = madeUpResult({ id: '00000002' });
  saveResult(folder, { ...made, run: { ...made.run, complete: false } });
  saveResult(folder, madeUpResult({ id: '00000003', channels: [1] }));
  saveResult(folder, madeUpResult({ id: '00000004', machineKey: 'other-4c-8g' }));
  expect(isThere(commit, plan, store)).toBe(false);
  saveResult(folder, madeUpResult({ id: '00000005', channels: [1, 2, 4] }));
  expect(isThere(commit, plan, store)).toBe(true);
});
