// The store as commands read it: damaged, foreign and copied files are named and left out, the cache never lies.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { medianError } from '../stats/median-error.js';
import { findRuns, type RunFile } from './find.js';
import { type MadeUp, madeUpResult } from './fixtures/result.js';
import { saveResult } from './save.js';
import { readSummaries } from './summaries.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-store-'));
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
});

const save = (options: MadeUp) => saveResult(folder, madeUpResult(options));
const day = (number: number) => `2026-01-0${number}T00:00:00.000Z`;
const read = () => readSummaries(folder, findRuns(folder).runs);
const cache = () => join(folder, '.cache', 'summaries');

/** The medians of all runs, run by run. */
function mediansOf({ runs, keys, value }: ReturnType<typeof read>) {
  return runs.map((run) => keys.map((_, key) => value(run, key)));
}

function errorsOf({ runs, keys, error }: ReturnType<typeof read>) {
  return runs.map((run) => keys.map((_, key) => error(run, key)));
}

describe('finding runs', () => {
  it('is by the names of their files, the oldest first', () => {
    expect(findRuns(join(folder, 'nowhere'))).toEqual({ runs: [], leftOut: [] });
    const later = save({ id: '00000002', time: day(2), sha: 'b'.repeat(40) });
    const earlier = save({ id: '00000003', time: day(1) });
    save({ id: '00000004', machineKey: 'other-4c-8g', time: day(3) });
    mkdirSync(join(folder, 'made-up-2c-8g', 'qemu'));
    writeFileSync(join(folder, 'made-up-2c-8g', 'qemu', 'x.json'), '{}');
    writeFileSync(join(dirname(later), 'notes.txt'), '');
    const stray = join(dirname(later), 'copy of a run.json');
    writeFileSync(stray, '{}');
    const found = findRuns(folder, 'made-up-2c-8g');
    expect(found.runs.map(({ path }) => path)).toEqual([earlier, later]);
    expect(found.runs[1]).toMatchObject({ time: '20260102T000000Z', sha: 'b'.repeat(12), id: '00000002' });
    expect(found.leftOut).toMatchObject([{ path: stray, reason: expect.stringContaining('<time of the run>') }]);
    expect(findRuns(folder).runs).toHaveLength(3);
  });
});

describe('summaries', () => {
  it('hold the median of every metric of every cell, from files and from the cache', () => {
    const results = [1, 2, 3].map((at) =>
      madeUpResult({ id: `0000000${at}`, time: day(at), seed: at, channels: [1, at + 1] }),
    );
    for (const result of results) saveResult(folder, result);
    const fresh = read();
    for (const [at, { cells, run, commit, code }] of results.entries()) {
      const summary = fresh.runs[at]!;
      expect(summary).toMatchObject({ id: run.id, rounds: 6, commit, code, complete: true, node: 'v20.20.2' });
      for (const cell of cells) {
        const key = fresh.keys.findIndex((each) => each.cell === cell.id && each.metric === 'jobsPerSecond');
        expect(fresh.value(summary, key)).toBe(cell.metrics.jobsPerSecond!.median);
        expect(fresh.error(summary, key)).toBeCloseTo(medianError(cell.metrics.jobsPerSecond!)!, 7);
      }
    }
    // The first run has no cell of 4 channels.
    const third = fresh.keys.findIndex(({ cell }) => cell.includes('channels=4'));
    expect(fresh.value(fresh.runs[0]!, third)).toBeUndefined();
    expect(existsSync(cache())).toBe(true);
    const again = read();
    expect(mediansOf(again)).toEqual(mediansOf(fresh));
    expect(errorsOf(again)).toEqual(errorsOf(fresh));
    expect(again.runs.map(({ id, code, file }) => [id, code, file])).toEqual(
      fresh.runs.map(({ id, code, file }) => [id, code, file]),
    );
  });

  it('leave out what is damaged, foreign or copied, and say why, every time', () => {
    const good = save({ id: '00000001', time: day(1) });
    const truncated = save({ id: '00000002', time: day(2) });
    writeFileSync(truncated, readFileSync(truncated, 'utf8').slice(0, 1000));
    const edited = save({ id: '00000003', time: day(3) });
    writeFileSync(edited, readFileSync(edited, 'utf8').replace('"median":[', '"median":[1'));
    const newer = save({ id: '00000004', time: day(4) });
    writeFileSync(newer, readFileSync(newer, 'utf8').replace('"schema":3', '"schema":7'));
    const copy = good.replace('00000001.json', '00000005.json');
    copyFileSync(good, copy);
    const foreign = good.replace('made-up-2c-8g', 'other-4c-8g');
    mkdirSync(dirname(foreign), { recursive: true });
    copyFileSync(good, foreign);
    const part = madeUpResult({ id: '00000006', time: day(6) });
    const shard = saveResult(folder, {
      ...part,
      run: { ...part.run, shard: { index: 1, of: 2, plan: '0123456789ab' } },
    });
    for (const _ of ['from the files', 'from the cache']) {
      const { runs, leftOut } = read();
      expect(runs.map(({ id }) => id)).toEqual(['00000001']);
      expect(new Map(leftOut.map(({ path, reason }) => [path, reason]))).toEqual(
        new Map([
          [truncated, expect.stringContaining('not a result file, or truncated')],
          [edited, expect.stringContaining('checksum')],
          [newer, expect.stringContaining('written by a newer multifd-bench')],
          [copy, expect.stringContaining('a copy, or renamed: a run with its content belongs to made-up-2c-8g/2026/')],
          [foreign, expect.stringContaining('a copy, or renamed')],
          [shard, 'shard 1 of 2: only merged shards are a run'],
        ]),
      );
    }
  });

  it('follow a file that changes, goes or comes', () => {
    const path = save({ id: '00000001', time: day(1) });
    save({ id: '00000002', time: day(2) });
    const before = mediansOf(read());
    rmSync(path);
    saveResult(folder, madeUpResult({ id: '00000001', time: day(1), speed: () => 1000 }));
    const after = mediansOf(read());
    expect(after[1]).toEqual(before[1]);
    expect(after[0]![0]).toBeLessThan(1100);
    rmSync(path);
    save({ id: '00000003', time: day(3) });
    expect(read().runs.map(({ id }) => id)).toEqual(['00000002', '00000003']);
  });

  it('of some runs do not drop the others from the cache', () => {
    save({ id: '00000001', time: day(1) });
    save({ id: '00000002', time: day(2) });
    const [first, second] = findRuns(folder).runs as [RunFile, RunFile];
    readSummaries(folder, [first]);
    readSummaries(folder, [second]);
    // Content that only the cache has: the files' times and sizes are kept.
    const bytes = readFileSync(cache());
    expect(
      bytes.includes(first.path.slice(folder.length + 1)) && bytes.includes(second.path.slice(folder.length + 1)),
    ).toBe(true);
  });

  it('do without a cache that is damaged or cannot be written', () => {
    save({ id: '00000001', time: day(1) });
    const expected = mediansOf(read());
    const whole = readFileSync(cache());
    for (const damaged of [whole.subarray(0, 40), whole.subarray(0, -8), Buffer.from('{}'), Buffer.alloc(0)]) {
      writeFileSync(cache(), damaged);
      expect(mediansOf(read())).toEqual(expected);
    }
    rmSync(join(folder, '.cache'), { recursive: true });
    writeFileSync(join(folder, '.cache'), 'a file where the folder should be');
    expect(mediansOf(read())).toEqual(expected);
    renameSync(join(folder, '.cache'), join(folder, '.other'));
  });
});
