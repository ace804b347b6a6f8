// Flags that would do nothing, files that would be lost, names that mean nothing: refused before anything is begun.
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { useCommands } from './fixtures/commands.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-bad-input-'));
afterAll(() => rmSync(folder, { recursive: true }));

const [image, link, empty, program] = ['ram.img', 'link', 'empty', 'program.mjs'].map((name) => join(folder, name));
const free = join(folder, 'free');
writeFileSync(image!, Buffer.alloc(1 << 20, 7));
writeFileSync(empty!, '');
writeFileSync(program!, "export default { name: 'p', words: 1, threads: [{ name: 'a', run: () => {} }] };\n");
symlinkSync(image!, link!);

const cli = useCommands();

async function refused(words: string[], message: string): Promise<void> {
  const { status, stdout, stderr } = await cli(...words);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr.trim().split('\n').length).toBe(1);
}

const migrate = ['migrate', image!];
const send = ['send', '--ram', image!, '--to'];
const receive = ['receive', '--listen', ':0'];

describe('a flag that would do nothing is refused', () => {
  it.each<[string[], string]>([
    [['list', '--format', 'csv', '--json'], "option '--format <how>' cannot be used with option '--json'"],
    [['run', '--dry-run', '--json'], "option '--dry-run' cannot be used with option '--json'"],
    [['verify', 'mutex', '--schedules', '5'], '--schedules: requires --strategy random or pct'],
    [['verify', 'mutex', '--seed', '5', '--strategy', 'bounded'], '--seed: requires --strategy random or pct'],
    [['verify', 'mutex', '--preemptions', '1'], '--preemptions: requires --strategy bounded'],
    [['verify', 'mutex', '--strategy', 'pct', '--states', '9'], '--states: not with --strategy pct'],
    [['verify', 'mutex', '--against', folder], '--against: requires --benchmark'],
    [['verify', '--benchmark', '--mutate'], '--mutate: not with --benchmark'],
    [['verify', program!, '--channels', '2'], '--channels: not with a program of your own'],
    [['gate', '--channels', '1'], '--channels: requires --against'],
    [['gate', '--shard', '1/2'], '--shard: requires --against'],
    [['doctor', '--calibrate', '--turns'], '--calibrate: not with --turns'],
    [['soak', '--stress', '--for', '5s'], '--for: not with --stress'],
    [['soak', '--run', '1', '--for', '5s'], '--for: not with --run'],
    [[...migrate, '--pairs', '3'], '--pairs: requires --ceiling'],
    [[...migrate, '--force'], '--force: requires --ram-out'],
    [[...send, ':1', '--force'], '--force: requires --to file:PATH'],
    [[...receive, '--block', 'x'], '--block: requires --ram-out'],
    [[...receive, '--ram-bytes', '1m', '--force'], '--force: requires --ram-out'],
    [['profile', '--variants', 'mutex,inline'], '--variants: got "mutex,inline", takes one variant here'],
  ])('%j', refused);
});

describe('a folder where a file is to be read', () => {
  it.each<[string[], string]>([
    [['tune', '--from', folder], `${folder}: a folder, takes a file`],
    [['import', folder], `import: ${folder}: a folder, takes a file`],
    [['merge', folder, image!], `${folder}: a folder, takes a file`],
  ])('%j', refused);
});

describe('an output is refused that', () => {
  const takes = 'takes the name of a regular file, or one that is free';
  it.each<[string, string[], string]>([
    ['is a folder', [...migrate, '--ram-out', folder], `--ram-out: got "${folder}", ${takes}`],
    ['is a folder', [...send, `file:${folder}`], `--to: got "${folder}", ${takes}`],
    ['is a folder', [...receive, '--ram-out', folder], `--ram-out: got "${folder}", ${takes}`],
    ['is there', [...receive, '--blocks-out', folder], `--blocks-out: got "${folder}", takes a name that is free`],
    ['has no folder', [...migrate, '--ram-out', join(free, 'x')], 'takes a name in a folder that is there'],
    ['cannot be made', ['profile', '--out', '/proc/self/none'], '--out: cannot make the folder /proc/self/none'],
    ['has no folder', ['doctor', '--turns', '--svg', join(free, 'x')], 'takes a name in a folder that is there'],
    ['is what is sent', [...migrate, '--ram-out', image!, '--force'], '--ram-out: '],
    ['is what is sent', [...send, `file:${image}`, '--force'], 'is what is sent: it would be written over'],
    ['is what is sent', ['migrate', link!, '--ram-out', image!, '--force'], 'is what is sent'],
  ])('%s: %j', async (_, words, message) => {
    await refused(words, message);
    expect(readFileSync(image!).equals(Buffer.alloc(1 << 20, 7))).toBe(true);
  });
});

describe('what means nothing is refused', () => {
  it.each<[string[], string]>([
    [['bless', 'HEAD', '--reason', 'y', '--results', free], ' under '],
    [['bless', 'HEAD', '--reason', 'y', '--filter', 'variant=nosuch'], '--filter variant: got "nosuch", takes '],
    [['backfill', 'HEAD..HEAD~1', '--dry-run'], 'backfill: got "HEAD'],
    [['profile', 'nosuch'], 'CELL: got "nosuch", takes '],
    [['compare', empty!], `${empty}: not a result file, or truncated`],
  ])('%j', refused);

  it('a document of another kind, and one without a kind', async () => {
    const [other, none] = [join(folder, 'other.json'), join(folder, 'none.json')];
    writeFileSync(other, '{ "schema": "multifd-bench/qemu/1" }');
    writeFileSync(none, '{ "name": "x" }');
    await refused(['report', other], 'other.json: got "multifd-bench/qemu/1", takes a saved run');
    await refused(['report', none], 'none.json: not a result file: it has no field "schema"');
  });

  it('an empty file has no magic, not one of zeros', async () => {
    const { status, stderr } = await cli('receive', empty!);
    expect(status).toBe(1);
    expect(stderr).toContain('byte 0, magic: expected 4 bytes, got 0');
  });
});
