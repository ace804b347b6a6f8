import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { numberedRam, startWriting } from '../transport/fixtures/writing.js';
import { WriteSigns } from '../transport/write-signs.js';
import { OutputFile, temporaryName } from './output-file.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'output-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

it('has its name only when it is whole, for its owner alone', () => {
  const path = join(directory, 'ram');
  writeFileSync(path, 'old');
  expect(() => new OutputFile(path)).toThrow(`output ${path}: it is there already; --force writes over a regular file`);
  const file = new OutputFile(path, { replaces: true });
  file.append(Buffer.from('new and longer'));
  expect(readFileSync(path, 'utf8')).toBe('old');
  expect(statSync(temporaryName(path, process.pid)).mode & 0o777).toBe(0o600);
  file.keep(3);
  expect(readFileSync(path, 'utf8')).toBe('new');
  file.discard();
  expect(readdirSync(directory)).toEqual(['ram']);
});

it('leaves nothing when it is not wanted, or cannot be kept', () => {
  const path = join(directory, 'ram');
  const file = new OutputFile(path);
  file.append(Buffer.from('part'));
  file.discard();
  expect(readdirSync(directory)).toEqual([]);
  const other = new OutputFile(path);
  mkdirSync(path);
  expect(() => other.keep()).toThrow('expected a regular file or nothing at that name');
  expect(readdirSync(directory)).toEqual(['ram']);
});

it('removes what a killed writer of that name left, and nothing else', () => {
  const path = join(directory, 'ram');
  const left = ['ram.99999999.partial', 'ram.1.partial', 'ram2.99999999.partial', 'ram.99999999.partial.old'];
  for (const name of left) writeFileSync(join(directory, name), '');
  new OutputFile(path).discard();
  expect(readdirSync(directory).sort()).toEqual(left.slice(1).sort());
});

it('takes over no file and follows no link', () => {
  const path = join(directory, 'ram');
  symlinkSync(join(directory, 'elsewhere'), temporaryName(path, process.pid));
  expect(() => new OutputFile(path)).toThrow('EEXIST');
  expect(() => new OutputFile('/dev/null')).toThrow('/dev/null: expected a regular file or nothing at that name');
  expect(() => new OutputFile(directory)).toThrow('expected a regular file or nothing at that name');
});

it('holds each page at its place when threads write to it by the file transport', async () => {
  const path = join(directory, 'ram');
  const ram = numberedRam(200);
  const file = new OutputFile(path);
  const lines = { descriptors: [file.descriptor, file.descriptor], signs: WriteSigns.allocate(2) };
  const pages = Array.from({ length: 200 }, (_, page) => (page * 77) % 200);
  const batches = [pages.slice(0, 128), pages.slice(128), [7, 8, 9, 50, 51, 3]];
  const ends = await startWriting(2, lines, ram, { transport: 'file', batches }).ends;
  expect(ends.map(({ code }) => code)).toEqual([undefined, undefined]);
  file.keep(199 * 4096 + 1);
  const expected = Buffer.concat([...ram.pieces()]).subarray(0, 199 * 4096 + 1);
  expect(readFileSync(path).equals(expected)).toBe(true);
});

it('does not replace what came under its name meanwhile', () => {
  const path = join(directory, 'ram');
  const file = new OutputFile(path);
  file.append(Buffer.from('new'));
  writeFileSync(path, 'theirs');
  expect(() => file.keep()).toThrow('it is there already');
  expect(readFileSync(path, 'utf8')).toBe('theirs');
  expect(readdirSync(directory)).toEqual(['ram']);
});
