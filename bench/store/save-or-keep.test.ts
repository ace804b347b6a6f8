// A run that cannot be saved where it belongs is kept in a folder of its owner's own, or said to be nowhere.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { madeUpResult } from './fixtures/result.js';
import { saveOrKeep } from './save.js';

let folder: string;
const before = process.env.TMPDIR;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keep-'));
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'tmp'));
});
afterEach(() => {
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rmSync(folder, { recursive: true });
});

const said: string[] = [];
const save = (temporary: string) => {
  said.length = 0;
  process.env.TMPDIR = join(folder, temporary);
  return saveOrKeep(join(folder, 'file', 'results'), madeUpResult(), (text) => said.push(text));
};

it('keeps it for its owner alone, in a folder that nobody could have made before', () => {
  // What another user has put there does not matter.
  mkdirSync(join(folder, 'tmp', 'multifd-bench-results'), 0o500);
  const path = save('tmp')!;
  const [own] = readdirSync(join(folder, 'tmp')).filter((name) => /^multifd-bench-results-.{6}$/.test(name));
  expect(path.startsWith(join(folder, 'tmp', own!))).toBe(true);
  expect(statSync(join(folder, 'tmp', own!)).mode & 0o777).toBe(0o700);
  expect(readdirSync(dirname(path)).length).toBe(1);
  expect(said).toEqual([
    expect.stringMatching(/^not saved: /),
    `kept in ${path} instead; --results says where runs go`,
  ]);
});

it('says that it is nowhere', () => {
  expect(save('file')).toBeUndefined();
  expect(said[1]).toMatch(/^kept nowhere: .*ENOTDIR.*; --json prints it$/);
});
