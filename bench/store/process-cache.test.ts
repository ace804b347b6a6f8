// What a gate asked for is there for the next one, unless its file changed; a cache that is damaged says nothing.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { ProcessCache } from './process-cache.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-processes-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [first, second] = [join(folder, 'first.json'), join(folder, 'second.json')];
beforeEach(() => {
  rmSync(join(folder, '.cache'), { recursive: true, force: true });
  for (const path of [first, second]) writeFileSync(path, 'a run');
});

/** What a gate gets that asks for these, and which of them it read. */
function gate(...paths: string[]) {
  const cache = new ProcessCache(folder);
  const read: string[] = [];
  const values = paths.map((path) =>
    cache.valuesOf(path, 'mutex jobsPerSecond', () => {
      read.push(path);
      return [Math.log(2), 1 / 3, readFileSync(path).length];
    }),
  );
  cache.save();
  return { values, read };
}

it('reads a file once, also for the gates that come later', () => {
  const before = gate(first, second, first);
  expect(before.read).toEqual([first, second]);
  const after = gate(first, second);
  expect(after.read).toEqual([]);
  expect(after.values).toEqual(before.values.slice(0, 2));
});

it('reads it again when it has changed, and under another name', () => {
  gate(first, second);
  writeFileSync(first, 'another run');
  const { read, values } = gate(first, second);
  expect(read).toEqual([first]);
  expect(values.map((own) => own[2])).toEqual([11, 5]);
  const cache = new ProcessCache(folder);
  expect(cache.valuesOf(second, 'mutex nsPerJob', () => [7])).toEqual([7]);
});

it('does without a cache that is damaged or cannot be written', () => {
  gate(first);
  const path = join(folder, '.cache', 'processes');
  const whole = readFileSync(path, 'utf8');
  for (const damaged of [whole.slice(0, 40), '{}', '', whole.replace('"version":1', '"version":0')]) {
    writeFileSync(path, damaged);
    expect(gate(first).read).toEqual([first]);
  }
  rmSync(join(folder, '.cache'), { recursive: true });
  writeFileSync(join(folder, '.cache'), 'a file where the folder should be');
  expect(gate(first).read).toEqual([first]);
});
