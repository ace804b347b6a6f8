// Which run somebody means, and which runs are not to be compared.

import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { alignRuns } from '../result/align.js';
import { compareRuns } from '../result/compare-runs.js';
import type { Result } from '../result/document.js';
import { git } from '../system/git.js';
import { baselinePath, readBaseline, saveBaseline } from './baseline.js';
import { chooseRun } from './choose.js';
import { placeOf } from './find.js';
import { type MadeUp, madeUpResult } from './fixtures/result.js';
import { saveResult } from './save.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-choose-'));
const store = { folder, machineKey: 'made-up-2c-8g' };
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
});

const [OLD, NEW] = ['1'.repeat(40), '2'.repeat(40)];
const day = (number: number) => `2026-01-0${number}T00:00:00.000Z`;
const save = (options: MadeUp, change: (result: Result) => Result = (result) => result) =>
  saveResult(folder, change(madeUpResult(options)));
const started = (startedAt: string) => (result: Result) => ({
  ...result,
  run: { ...result.run, startedAt, finishedAt: startedAt },
});
const chosen = (what: string) => chooseRun(what, 'A', store).result.run.id;

describe('the run that is meant', () => {
  it('is the newest of a commit, complete and without changes where there is one', () => {
    save({ id: '00000001', sha: OLD, time: day(1) }, started(day(3)));
    save({ id: '00000002', sha: OLD, time: day(1) }, started(day(4)));
    save({ id: '00000003', sha: OLD, time: day(1), dirty: true }, started(day(5)));
    save({ id: '00000004', sha: OLD, time: day(1) }, (result) => ({
      ...result,
      run: { ...result.run, complete: false, startedAt: day(6), finishedAt: day(6) },
    }));
    save({ id: '00000005', sha: OLD, time: day(1), machineKey: 'other-4c-8g' }, started(day(7)));
    save({ id: '00000006', sha: NEW, time: day(2), dirty: true });
    const shard = { index: 1, of: 2, plan: '0123456789ab' };
    save({ id: '00000007', sha: OLD, time: day(1) }, (result) => ({
      ...result,
      run: { ...result.run, shard, startedAt: day(8), finishedAt: day(8) },
    }));
    expect(chosen(OLD)).toBe('00000002');
    expect(chosen(OLD.slice(0, 8))).toBe('00000002');
    expect(chosen(NEW)).toBe('00000006');
    expect(chosen('latest')).toBe('00000003');
  });

  it('latest is the complete run that finished last, whatever its commit, its id and the name of its file', () => {
    // The newer commit was measured first; within the older commit the larger id finished first.
    save({ id: '00000009', sha: NEW, time: day(3) }, started(day(4)));
    save({ id: '0000000f', sha: OLD, time: day(1) }, started(day(5)));
    save({ id: '00000001', sha: OLD, time: day(1) }, started(day(6)));
    save({ id: '00000002', sha: OLD, time: day(1) }, (result) => ({
      ...result,
      run: { ...result.run, complete: false, startedAt: day(7), finishedAt: day(7) },
    }));
    // As older versions named their files: after the time of the commit.
    const path = save({ id: '00000003', sha: NEW, time: day(2) }, started(day(8)));
    renameSync(path, path.replace('20260108', '20260102'));
    expect(chosen('latest')).toBe('00000003');
    expect(path).toContain('/20260108T000000Z-222222222222-00000003.json');
    rmSync(path.replace('20260108', '20260102'));
    expect(chosen('latest')).toBe('00000001');
  });

  it('of a commit shares most cells with the run beside it, and is not that run', () => {
    save({ id: '00000001', sha: OLD, channels: [1, 2] }, started(day(1)));
    save({ id: '00000002', sha: OLD, channels: [8] }, started(day(2)));
    const beside = madeUpResult({ id: '00000003', sha: OLD, channels: [1, 2, 4] });
    saveResult(folder, started(day(3))(beside));
    expect(chooseRun(OLD, 'A', store, beside).result.run.id).toBe('00000001');
    expect(chosen(OLD)).toBe('00000003');
  });

  it('skips what is damaged, and names it', () => {
    save({ id: '00000001', sha: NEW, time: day(2) });
    const damaged = save({ id: '00000002', sha: NEW, time: day(2) });
    writeFileSync(damaged, '{');
    const { result, leftOut } = chooseRun('latest', 'A', store);
    expect(result.run.id).toBe('00000001');
    expect(leftOut).toMatchObject([
      { path: damaged, reason: expect.stringContaining('not a result file, or truncated') },
    ]);
  });

  it('can be a file anywhere, or a branch', () => {
    const path = save({ id: '00000001', machineKey: 'other-4c-8g' });
    expect(chosen(path)).toBe('00000001');
    const head = git('rev-parse', 'HEAD');
    if (head === undefined) return;
    save({ id: '00000002', sha: head });
    expect(chosen('HEAD')).toBe('00000002');
  });

  it('that is not there is named with what is', () => {
    expect(() => chosen('latest')).toThrow(`A: latest: no run of this machine (made-up-2c-8g) under ${folder}`);
    save({ id: '00000001', machineKey: 'other-4c-8g' });
    expect(() => chosen('latest')).toThrow('there are runs of other-4c-8g: --machine KEY takes one');
    save({ id: '00000002', sha: OLD });
    expect(() => chosen(NEW)).toThrow(
      `A: no saved run of ${NEW} (222222222222) on made-up-2c-8g; the newest are of 111111111111`,
    );
    expect(() => chosen('no/such branch')).toThrow('A: got "no/such branch", takes latest, baseline:NAME');
    expect(() => chosen('gone.json')).toThrow('gone.json: no such file');
  });
});

describe('a baseline', () => {
  it('is a run with a name, never one with changes or one that was interrupted', () => {
    const result = madeUpResult({ id: '00000001', sha: OLD });
    saveResult(folder, result);
    const path = baselinePath(folder, 'release-1', 'baseline');
    saveBaseline(path, result, placeOf(result));
    expect(chosen('baseline:release-1')).toBe('00000001');
    expect(readBaseline(path, 'A')).toMatchObject({ sha: OLD });
    expect(() => saveBaseline(path, madeUpResult({ id: '00000002', dirty: true }), 'x')).toThrow('uncommitted changes');
    const interrupted = { ...result, run: { ...result.run, complete: false } };
    expect(() => saveBaseline(path, interrupted, 'x')).toThrow('interrupted');
    expect(chosen('baseline:release-1')).toBe('00000001');
    expect(() => chosen('baseline:release-2')).toThrow(/^A: no baseline .*release-2\.json/);
    expect(() => chosen('baseline:../x')).toThrow('A: got "../x", takes baseline names');
    writeFileSync(path, JSON.stringify({ schema: 1, run: '../../x.json' }));
    expect(() => chosen('baseline:release-1')).toThrow(`${path}: run: got "../../x.json"`);
  });
});

describe('two runs', () => {
  const a = madeUpResult({ id: '00000001', seed: 1, rounds: 8, channels: [1, 2] });
  const b = madeUpResult({
    ...{ id: '00000002', seed: 2, rounds: 8, channels: [2, 4] },
    speed: (variant, channels) => 20_000 * channels * (variant === 'mutex' ? 0.8 : 1),
  });
  const all = () => true;

  it('are compared in the cells that both have, and the others are listed', () => {
    const aligned = alignRuns(a, b, {});
    expect(aligned.unaligned.map(({ cell, reason }) => `${/channels=\d/.exec(cell)![0]} ${reason}`)).toEqual([
      ...Array(2).fill('channels=4 only in b'),
      ...Array(2).fill('channels=1 only in a'),
    ]);
    const compared = compareRuns(aligned, { a: 'old', b: 'new' }, { a: a.code, b: b.code }, all);
    expect(compared.map(({ variant, metric, verdict, sameCode }) => [variant, metric, verdict, sameCode])).toEqual([
      ['mutex', 'jobsPerSecond', 'slower', true],
      ['atomic-barrier', 'jobsPerSecond', 'same', true],
    ]);
  });

  it('of which one was measured otherwise are listed with the setting', () => {
    const cells = a.cells.map((cell) => ({ ...cell, elide: false }));
    expect(alignRuns(a, { ...a, cells }, {})).toMatchObject({
      pairs: [],
      unaligned: Array(4).fill({ reason: 'elide is true in a and false in b' }),
    });
  });

  it('of two machines, versions of V8 or harnesses are refused, and compared when that is asked for', () => {
    const other = madeUpResult({ machineKey: 'other-4c-8g' });
    expect(() => alignRuns(a, other, {})).toThrow(
      'the runs differ in machine.key (made-up-2c-8g, other-4c-8g); pass --across-machines to compare anyway',
    );
    expect(alignRuns(a, other, { acrossMachines: true })).toMatchObject({
      pairs: { length: 4 },
      warnings: ['machine.key: made-up-2c-8g and other-4c-8g'],
    });
    expect(() => alignRuns(a, madeUpResult({ harness: 'fedcba987654' }), {})).toThrow('--across-code');
    expect(() => alignRuns(a, { ...b, node: { ...b.node, v8: '12.4' } }, {})).toThrow('--across-nodes');
    expect(() => alignRuns(a, { ...b, run: { ...b.run, keepAwake: true } }, {})).toThrow('kept the CPUs awake');
  });
});
