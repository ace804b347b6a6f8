// run as a user starts it: what it prints, what fails in it, and when it stops by itself.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { cli } from '../fixtures/cli.js';
import { SMALL } from '../fixtures/small-run.js';
import type { Result } from '../result/document.js';
import { PROJECT } from '../system/project.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('run', () => {
  it.skipIf(isLong)(
    'prints one JSON document on stdout, every cell with all its axes, and nothing of it on stderr',
    () => {
      const { status, stdout, stderr } = cli(...SMALL, '--json', '--seed', '5');
      expect(status).toBe(0);
      const result = JSON.parse(stdout) as Result;
      expect(result.schema).toBe(3);
      expect(result.run).toMatchObject({ seed: 5, rounds: 2, complete: true });
      expect(result.cells.map(({ variant, channels }) => `${variant} ${channels}`)).toContain('atomic-barrier 2');
      for (const cell of result.cells) {
        expect(cell).toMatchObject({
          status: 'measured',
          pageSize: 4096,
          pagesPerBatch: 1,
          depth: 1,
          transport: 'memory',
        });
        expect(cell.visits.map(({ round }) => round)).toEqual([0, 0, 1, 1]);
        expect(cell.metrics.jobsPerSecond!.rounds).toBe(2);
        expect(cell.metrics.jobsPerSecond!.median).toBeGreaterThan(0);
      }
      const pair = result.comparisons.find(({ b, metric }) => b === 'atomic-barrier' && metric === 'mibPerSecond');
      expect(pair).toMatchObject({ a: 'mutex', n: 2, verdict: 'too-few' });
      expect(stderr).toMatch(/cells, each visited twice in 2 fresh processes/);
      expect(stderr).not.toContain('{');
    },
  );

  it.runIf(isLong)("prints JSON alone by README's own command", () => {
    const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
    const command = /^(npm run .*--json) > run\.json/m.exec(readme)![1]!;
    const small = '--variants inline --channels 1 --transport memory --ram 1m --rounds 1 --quick --no-save';
    const { stdout, status } = spawnSync('/bin/sh', ['-c', `${command} ${small}`], {
      cwd: PROJECT,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    expect(status).toBe(0);
    expect((JSON.parse(stdout) as Result).cells.map(({ variant }) => variant)).toEqual(['inline']);
  });

  it.runIf(isLong)('prints the answer and tables within 80 columns, piped too, and TSV when asked for', () => {
    const table = cli(...SMALL).stdout;
    expect(table).toMatch(/^atomic-barrier and mutex cannot be judged yet: /);
    expect(table).toContain('│ atomic-barrier │');
    expect(table).toContain('thousand batches/s (higher is better)');
    for (const line of table.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    const rows = cli(...SMALL, '--format', 'tsv')
      .stdout.replace(/\n$/, '')
      .split('\n')
      .map((line) => line.split('\t'));
    expect(rows[0]!.slice(0, 4)).toEqual(['table', 'variant', 'workload', 'channels']);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([rows[0]!.length]));
    expect(table).not.toContain('\u001b');
  });

  it.skipIf(isLong)('shows a variant that loses a batch as FAILED, and ends with 1', () => {
    const source = readFileSync(new URL('../../variants/inline.js', import.meta.url), 'utf8')
      .replaceAll("'../src/", `'${new URL('../../src/', import.meta.url).href}`)
      .replace("name: 'inline'", "name: 'forgetful'")
      .replace(
        'place.perform(nextChannel, full);',
        'if (++calls === 5) { const { words } = place; for (let i = 0; i < words.length; i++) if (words[i] === 1) words[i] = 0; } else place.perform(nextChannel, full);',
      )
      .replace('export default', 'let calls = 0;\nexport default');
    const path = join(folder, 'forgetful.mjs');
    writeFileSync(path, source);
    const { status, stdout } = cli(...SMALL, '--variants', `inline,${path}`, '--channels', '1', '--rounds', '1');
    expect(status).toBe(1);
    expect(stdout).toContain('FAILED');
    expect(stdout).toMatch(/FAILED forgetful, 1 ch: I[25]: /);
  });

  it.runIf(isLong)('stops at a budget and at a precision, and says which', () => {
    const budget = cli(...SMALL, '--rounds', '400', '--budget', '3s', '--json');
    const { run } = JSON.parse(budget.stdout) as Result;
    expect(run).toMatchObject({ stopped: 'budget', complete: true });
    expect(run.rounds).toBeLessThan(400);
    expect(budget.stderr).toContain(`stopped by --budget after ${run.rounds} process`);
    const precision = cli(...SMALL, '--rounds', '400', '--precision', '100%', '--budget', '60s', '--json');
    const { run: precise, comparisons } = JSON.parse(precision.stdout) as Result;
    expect(precise.stopped).toBe('precision');
    for (const { b, ratio, low, high } of comparisons) {
      if (b === 'atomic-barrier') expect((high - low) / 2 / ratio).toBeLessThanOrEqual(1);
    }
  });
});
