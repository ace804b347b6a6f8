// history and gate as processes, over made-up runs of this project's own commits.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { runCli } from '../fixtures/cli.js';
import { saveManyRuns } from '../store/fixtures/many-runs.js';
import { git } from '../system/git.js';

const COMMITS = 12;
const shas = (git('rev-list', '--first-parent', `-${COMMITS}`, 'HEAD') ?? '').split('\n').reverse();
const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-gate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (...words: string[]) => runCli([...words, '--results', folder, '--machine', 'made-up-2c-8g']);

// A shallow clone, or no checkout at all, has no line to follow.
describe.skipIf(shas.length < COMMITS)(
  'over the commits of this checkout, the last of them 10 % slower in mutex',
  () => {
    saveManyRuns(folder, {
      runs: COMMITS,
      shas,
      noise: 0.01,
      channels: [1, 2],
      step: { at: COMMITS - 1, slowed: 'mutex', by: 0.1 },
    });

    it.runIf(isLong)('history follows first parents, with subjects', () => {
      const { status, stdout } = cli('history', '--json');
      expect(status).toBe(0);
      const { order, commits, series } = JSON.parse(stdout);
      expect(order).toBe('first-parent');
      expect(commits.map(({ sha }: { sha: string }) => sha)).toEqual(shas);
      expect(commits.at(-1).subject).toBe(git('log', '-1', '--format=%s'));
      expect(series).toHaveLength(4);
    });

    it.skipIf(isLong)('gate exits 1 and names the cells, 0 for the commit before, 2 without a run', () => {
      const failing = cli('gate', 'HEAD', '--no-confirm', '--json');
      expect(failing.status).toBe(1);
      const { result, failed } = JSON.parse(failing.stdout) as { result: string; failed: { cell: string }[] };
      expect(result).toBe('regression');
      expect(failed.map(({ cell }) => /(\S+) workload.*(channels=\d+)/.exec(cell)!.slice(1))).toEqual([
        ['mutex', 'channels=1'],
        ['mutex', 'channels=2'],
      ]);
      expect(cli('gate', 'HEAD~1').stdout).toMatch(/^no regression: /);
      expect(cli('gate', `HEAD~${COMMITS}`)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('gate: no saved run of'),
      });
    });
  },
);
