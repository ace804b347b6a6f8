// The program as a user meets it: what it refuses, plans and lists.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isLong } from '../src/fixtures/tier.js';
import { registry } from '../variants/index.js';
import { describe as describeVariant } from './commands/list.js';
import { CLI, cli } from './fixtures/cli.js';
import { useCommands } from './fixtures/commands.js';
import { PROJECT } from './system/project.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const started = useCommands();

it('is built as a program: npx starts it after each `npm run build`', () => {
  expect(statSync(CLI).mode & 0o111).toBe(0o111);
});

describe('bad input ends with 2 and one line that says what is accepted', () => {
  it.each([
    [['run', '--variants', 'nosuch'], '--variants: got "nosuch", takes mutex, atomic-barrier'],
    [['run', '--channels', '0'], '--channels: got "0", takes 1 to 64'],
    [['run', '--channels', '65'], '--channels: got "65", takes 1 to 64'],
    [['run', '--page-size', '5000'], '--page-size: got "5000", takes powers of two from 4k to 2m'],
    [['run', '--ram', '/nonexistent/ram'], '--ram: no file /nonexistent/ram'],
    [['run', '--ram', '900g'], 'too little memory: RAM 900 GiB'],
    [['run', '--rounds', 'many'], '--rounds: got "many", takes whole numbers from 1 to 1000'],
    [['run', '--depth', '256', '--variants', 'mutex'], 'nothing to measure: depth 256: mutex declares 1 to 1'],
    [['run', '--format', 'xml'], '--format: got "xml", takes table, markdown, csv, tsv'],
    [['run', '--precision', '2'], '--precision: got "2", takes percent with its unit, 0.1% to 100%, as in 2%'],
    [['run', '--variants', 'mutx'], '(did you mean "mutex"?)'],
    [['run', '--wait', 'prak'], '--wait: got "prak", takes park, adaptive'],
    [['run', '--transport', 'tpc'], '(did you mean "tcp"?)'],
    [['run', '--format', 'tabel'], '(did you mean "table"?)'],
    [['tune', '--from', 'lastest'], '--from: got "lastest", takes latest, or the path of a saved run (did you mean'],
    [['history', '--machine', 'amd-epyc-2c-32g', '--cell', 'mutx'], '(did you mean "mutex"?)'],
    [['gate', 'latest', '--machine', 'amd-epyc-2c-32g', '--filter', 'variant=mutx'], '(did you mean "mutex"?)'],
    [['against', 'HAED'], '(did you mean "HEAD"?)'],
    [['compare', 'HAED', '--machine', 'amd-epyc-2c-32g'], '(did you mean "HEAD"?)'],
    [['run', '--precision', '0'], '--precision: got "0", takes percent with its unit, 0.1% to 100%, as in 2%'],
    [['run', '--budget', '10'], '--budget: got "10", takes 1s to 24h'],
    [['run', '--dose', 'lock=0,x'], '--dose: got "lock=x", takes lock=LIST, mutex=LIST, notify=LIST'],
    [
      ['run', '--dose', 'lock=1', '--variants', 'atomic-barrier'],
      'nothing to measure: atomic-barrier has no lock to dose',
    ],
    [['run', '--resume', '/nonexistent/run.json'], '--resume: /nonexistent/run.json: no such file'],
    [['run', '--layout', '7'], '--layout: got "7", takes packed, 64, 128'],
    [['history', '--results', '/nonexistent', '--machine', 'a-1c-1g'], 'no run of a-1c-1g under /nonexistent'],
    [['gate', '--config', '/nonexistent/c.json'], '/nonexistent/c.json: no such file'],
    [['run', '--nosuch'], "unknown option '--nosuch'"],
    [['nosuch'], "unknown command 'nosuch'"],
  ])('%j', async (words, message) => {
    const { status, stdout, stderr } = await started(...words);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n').length).toBe(1);
  });

  // It asks git.
  it.skipIf(isLong)('["bless","nosuch","--reason","x"]', () => {
    expect(cli('bless', 'nosuch', '--reason', 'x')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^multifd-bench: bless: got "nosuch", takes a commit, branch or tag.*\n$/),
    });
  });

  it('an empty RAM file', async () => {
    const path = join(folder, 'empty');
    writeFileSync(path, '');
    const { status, stderr } = await started('run', '--ram', path);
    expect([status, stderr.trim()]).toEqual([
      2,
      `multifd-bench: --ram: ${path} is empty; it takes a file of at least 1 byte`,
    ]);
  });
});

it.skipIf(isLong)('says that the working directory is gone', () => {
  const gone = mkdtempSync(join(folder, 'gone-'));
  const start = 'cd "$1" && rmdir "$1" && exec "$2" "$3" migrate /etc/hostname';
  const { status, stderr } = spawnSync('bash', ['-c', start, 'bash', gone, process.execPath, CLI], {
    encoding: 'utf8',
  });
  expect(stderr).toMatch(/^multifd-bench: the working directory is gone: /);
  expect(status).toBe(2);
});

it.skipIf(isLong)('says its version', () => {
  const { version } = JSON.parse(readFileSync(`${PROJECT}package.json`, 'utf8')) as { version: string };
  expect(cli('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
});

describe('run --dry-run', () => {
  it('plans without measuring', async () => {
    const { status, stdout, stderr } = await started('run', '--dry-run');
    expect(status).toBe(0);
    expect(stdout).toContain('hand-off atomic-barrier workload=throughput channels=8');
    const seconds = Number(/about (\d+) s/.exec(stderr)![1]);
    // The README says 2.5 minutes.
    expect(seconds).toBeLessThan(180);
  });
});

describe('list', () => {
  it('names every variant with its mechanism and its use, 80 columns wide', async () => {
    const { variants } = JSON.parse((await started('list', '--json')).stdout) as {
      variants: Parameters<typeof describeVariant>[0][];
    };
    expect(variants.map(({ name }) => name)).toEqual(Object.keys(registry));
    for (const variant of variants) {
      expect(`${variant.mechanism} ${variant.use}`).toBe(variant.summary);
      const lines = describeVariant(variant).split('\n');
      expect(lines[0]).toContain(`${variant.name}  (${variant.family}, depth `);
      expect(Math.max(...lines.map(({ length }) => length)), lines.join('\n')).toBeLessThanOrEqual(80);
    }
  });
});
