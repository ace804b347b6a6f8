// `against`, whole: this build beside itself, as the build of HEAD.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { runCli } from '../fixtures/cli.js';
import type { Changes } from '../result/changes.js';
import { git } from '../system/git.js';
import { PROJECT } from '../system/project.js';

const sha = git('rev-parse', 'HEAD');
const cache = mkdtempSync(join(tmpdir(), 'multifd-bench-against-'));
afterAll(() => rmSync(cache, { recursive: true }));

function cli(...words: string[]) {
  return runCli(['against', ...words], { env: { ...process.env, XDG_CACHE_HOME: cache } });
}

// A source archive has no commits to compare with.
describe.skipIf(sha === undefined)('against', { timeout: 60_000 }, () => {
  it.runIf(isLong)('measures both builds in the same rounds, and prints one document', () => {
    const builds = join(cache, 'multifd-bench', 'builds');
    mkdirSync(builds, { recursive: true });
    symlinkSync(PROJECT.slice(0, -1), join(builds, sha!));
    const plan = ['--variants', 'mutex', '--channels', '1,2', '--batch-pages', '1', '--quick', '--ram', '1m'];
    const { status, stdout, stderr } = cli(
      'HEAD',
      ...plan,
      '--transport',
      'discard,tcp',
      '--filter',
      'channels=1',
      '--json',
    );
    expect(stderr).toContain('of both builds in 6 processes');
    expect(status).toBe(0);
    const changes = JSON.parse(stdout) as Changes;
    expect(changes).toMatchObject({ kind: 'against', rounds: 6, unaligned: [], a: { name: 'HEAD', commit: { sha } } });
    expect(
      changes.cells.map(({ build, variant, channels, transport, status }) => [
        build,
        variant,
        channels,
        transport,
        status,
      ]),
    ).toEqual(
      ['discard', 'tcp'].flatMap((transport) => ['a', 'b'].map((build) => [build, 'mutex', 1, transport, 'measured'])),
    );
    for (const { cell, n, confirmed, verdict } of changes.comparisons) {
      expect(cell).toMatch(/^custom mutex workload=/);
      expect(n).toBe(6);
      // The same code twice: what a busy machine may call a change must not survive its second measurement often.
      if (confirmed === undefined) expect(['same', 'unclear']).toContain(verdict);
    }
    expect(changes.comparisons.length).toBeGreaterThan(1);
  });

  it.skipIf(isLong)('ends with 2 for a commit that is not there, and says what it takes', () => {
    expect(cli('no-such-branch')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('against: got "no-such-branch", takes a commit, branch or tag'),
    });
  });

  // It builds the commit first.
  it.runIf(isLong)('ends with 2 for a design that is given by path', () => {
    expect(cli('HEAD', '--variants', './dist/variants/template.js').stderr).toContain(
      'takes names here: both builds must have it',
    );
  });
});
