// `compare` and `baseline` as programs: one document on stdout, and what is wrong on stderr with exit code 2.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cli } from '../fixtures/cli.js';
import type { Changes } from '../result/changes.js';
import { madeUpResult } from '../store/fixtures/result.js';
import { saveResult } from '../store/save.js';

const results = mkdtempSync(join(tmpdir(), 'multifd-bench-compare-'));
afterAll(() => rmSync(results, { recursive: true }));

const STORE = ['--results', results, '--machine', 'made-up-2c-8g'];
it('a run is named, and another one is compared with it', () => {
  saveResult(results, madeUpResult({ id: '00000001', sha: '1'.repeat(40), branch: 'evil\u001b[31m' }));
  const time = '2026-02-01T00:00:00.000Z';
  const newest = saveResult(results, madeUpResult({ id: '00000002', sha: '2'.repeat(40), time, speed: () => 15_000 }));
  expect(cli('baseline', 'v1', '1'.repeat(12), ...STORE)).toMatchObject({ status: 0, stdout: '' });
  const { status, stdout, stderr } = cli('compare', 'baseline:v1', ...STORE, '--json', '--filter', 'channels=1');
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const changes = JSON.parse(stdout) as Changes;
  expect(changes).toMatchObject({
    kind: 'compare',
    a: { name: 'baseline:v1', run: '00000001' },
    b: { name: 'latest', path: newest },
  });
  expect(changes.comparisons.map(({ variant, verdict }) => `${variant} ${verdict}`)).toEqual([
    'mutex slower',
    'atomic-barrier slower',
  ]);
  expect(changes.cells).toHaveLength(8);
  expect(changes.cells[0]!.metrics.jobsPerSecond!.median).toBeGreaterThan(15_000);
  const table = cli(
    'compare',
    '1'.repeat(40),
    '2'.repeat(40),
    ...STORE,
    '--format',
    'markdown',
    '--row',
    'channels',
    '--col',
    'variant',
  );
  expect(table.stdout).toContain('4 SLOWER, 0 FASTER, of 4 comparisons');
  expect(table.stdout).toMatch(/\| {2}\| mutex \| atomic-barrier \|\n\| --- \| ---: \| ---: \|\n\| 1 \| x0\.\d+/);
});

it('a file of another machine is refused with exit code 2, and a broken one named with its field', () => {
  const elsewhere = saveResult(results, madeUpResult({ id: '00000003', machineKey: 'other-4c-8g' }));
  const refused = cli('compare', elsewhere, 'latest', ...STORE);
  expect(refused.status).toBe(2);
  expect(refused.stderr).toContain('--across-machines');
  const broken = join(results, 'a\u001b[2Jb.json');
  writeFileSync(broken, '{"schema": 1, "run": 5}');
  const { status, stderr } = cli('compare', broken, 'latest', ...STORE);
  expect(status).toBe(2);
  expect(stderr).not.toContain('\u001b');
  expect(stderr).toContain('a\\u001b[2Jb.json: machine: not there');
});

it('runs with nothing in common, and a run beside itself, are said to be so', () => {
  const other = saveResult(results, madeUpResult({ id: '00000004', sha: '4'.repeat(40), channels: [64] }));
  const { status, stderr } = cli('compare', other, '2'.repeat(40), ...STORE);
  expect(stderr).toContain('nothing to compare: runs 00000004 and 00000002 have no measured cell in common');
  expect(status).toBe(3);
  const same = cli('compare', 'latest', ...STORE);
  expect(same.status).toBe(2);
  expect(same.stderr).toContain('A and B: latest and latest are the same run, 00000002');
});

it('another kernel stands before all ratios, with the command that measures both here', () => {
  const file = saveResult(results, madeUpResult({ id: '00000005', sha: '5'.repeat(40), kernel: '6.2' }));
  const { stdout, status } = cli('compare', '1'.repeat(40), file, ...STORE);
  expect(status).toBe(0);
  const [, note] = stdout.split('\n\n');
  expect(note).toContain('The machine changed here: machine.kernel 6.1, then 6.2.');
  expect(note).toContain('`against 111111111111` measures both builds on this one.');
});
