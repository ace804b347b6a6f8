// Files of the store are whole or not there: with two writers, without space, and when the process is killed.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { findRuns } from './find.js';
import { madeUpResult } from './fixtures/result.js';
import { readStored } from './read.js';
import { requireWritable, saveFile, saveRaw, saveResult } from './save.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-save-'));
afterAll(() => rmSync(folder, { recursive: true }));

function mounted(path: string, options: string): boolean {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const full = join(folder, 'full');
const hasFullDisk = mounted(full, 'size=64k');

describe('a folder of results', () => {
  it('is made and tried before a run, and what cannot be made is named', () => {
    const deep = join(folder, 'a', 'b', 'c');
    requireWritable(deep);
    expect(readdirSync(deep)).toEqual([]);
    // No permission is needed to be refused here, not even by root.
    saveFile(join(folder, 'a file'), '');
    const below = join(folder, 'a file', 'x', 'y');
    expect(() => requireWritable(below)).toThrow(
      `--results: cannot make the folder ${join(folder, 'a file', 'x')}: ENOTDIR`,
    );
    expect(() => requireWritable('/proc/self/no-such-folder/x')).toThrow(
      '--results: cannot make the folder /proc/self/no-such-folder: ENOENT',
    );
  });
});

describe('a file of the store', () => {
  it('is never written over', () => {
    const result = madeUpResult();
    const path = saveResult(folder, result);
    const before = readFileSync(path, 'utf8');
    expect(() => saveResult(folder, { ...result, warnings: ['another one'] })).toThrow('EEXIST');
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(readdirSync(dirname(path))).toHaveLength(1);
    expect(readStored(path)).toEqual(result);
  });

  it('has its raw samples beside it, which are no run', () => {
    const result = madeUpResult({ id: '000000aa' });
    const path = saveResult(folder, result);
    const visit = { cellId: 'a cell', round: 0, position: 3, slices: [{ startedNs: 5, jobsPerSecond: 7 }] };
    const raw = saveRaw(path, result, [visit as never]);
    expect(JSON.parse(gunzipSync(readFileSync(raw)).toString())).toEqual({
      ...{ schema: 1, run: '000000aa' },
      visits: [{ cell: 'a cell', round: 0, position: 3, slices: visit.slices }],
    });
    expect(findRuns(folder).leftOut).toEqual([]);
  });

  it.skipIf(!hasFullDisk)('is not there when the disk is full (skipped without the right to mount one)', () => {
    try {
      const path = join(full, 'x', 'a.json');
      saveFile(path, 'small');
      expect(() => saveFile(join(full, 'x', 'b.json'), 'x'.repeat(1 << 20))).toThrow('ENOSPC');
      expect(readdirSync(join(full, 'x'))).toEqual(['a.json']);
    } finally {
      execFileSync('umount', [full]);
    }
  });

  it('is whole though its writer is killed at any moment', async () => {
    const target = join(folder, 'killed');
    mkdirSync(target);
    chmodSync(target, 0o755);
    const script = `import { saveFile } from ${JSON.stringify(new URL('./save.js', import.meta.url).href)};
      for (let at = 0; ; at++) { saveFile(${JSON.stringify(target)} + '/' + at + '.json', 'y'.repeat(1 << 20)); if (at === 2) console.log('going'); }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const names = readdirSync(target).filter((name) => name.endsWith('.json'));
    expect(names.length).toBeGreaterThanOrEqual(3);
    for (const name of names) expect(readFileSync(join(target, name)).length).toBe(1 << 20);
  });
});
