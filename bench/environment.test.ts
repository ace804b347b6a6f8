// Poor environments, each for real: what is printed, what it ends with, and that no stack is shown.
import { type SpawnSyncOptions, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { isLong } from '../src/fixtures/tier.js';

const CLI = fileURLToPath(new URL('./cli.js', import.meta.url));
const NODE = `"${process.execPath}" "${CLI}"`;
const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-environment-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SMALL =
  'run --no-save --variants inline,mutex --channels 1 --batch-pages 1 --rounds 1 --quick --ram 1m --transport discard';

/** Runs a line of shell; `pipefail`, so that the program's own exit code is seen through pipes. */
function shell(line: string, options: SpawnSyncOptions = {}) {
  const { status, stdout, stderr } = spawnSync('/bin/bash', ['-c', `set -o pipefail; ${line}`], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    ...options,
  });
  expect(`${stdout}${stderr}`).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  return { status, stdout: String(stdout), stderr: String(stderr) };
}

describe('pipes and files', () => {
  it.skipIf(isLong)('that are closed early are no error', () => {
    expect(shell(`${NODE} list | head -n 1`)).toMatchObject({ status: 0, stderr: '' });
    expect(shell(`${NODE} list >&- 2>&-`).status).toBe(0);
    expect(shell(`${NODE} run --nosuch 2>&1 | true`).status).toBeLessThanOrEqual(2);
  });

  it.skipIf(isLong)('whose reader has left do not change what a command ends with', () => {
    const program = join(folder, 'program.mjs');
    const threads = "[{ name: 'a', run: () => { throw new Error('always'); } }]";
    writeFileSync(program, `export default { name: 'p', words: 1, threads: ${threads} };\n`);
    expect(shell(`${NODE} verify ./program.mjs --json | true`).status).toBe(1);
    rmSync(program);
  });

  it.runIf(isLong)('whose reader has left end what goes on for long', () => {
    expect(shell(`${NODE} soak --for 5min | true`).status).toBe(141);
  });

  it.skipIf(isLong)('that are full are one, in one line', () => {
    const { status, stderr } = shell(`${NODE} list > /dev/full`);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^multifd-bench: .*ENOSPC.*\n$/);
  });
});

describe('an environment', () => {
  it.skipIf(isLong)(
    'without variables, and without taskset and git on its PATH, measures: not pinned, of no commit',
    () => {
      const { status, stdout } = shell(`${NODE} ${SMALL} --json`, { env: { PATH: '/nonexistent' } });
      expect(status).toBe(0);
      const { commit, cells } = JSON.parse(stdout);
      expect(commit).toBeNull();
      expect(cells.map(({ status: how, pinned }: { status: string; pinned: boolean }) => [how, pinned])).toEqual([
        ['measured', false],
        ['measured', false],
      ]);
    },
  );

  it.skipIf(isLong)('whose TMPDIR is not there says so', () => {
    const env = { ...process.env, TMPDIR: join(folder, 'none') };
    const { status, stderr } = shell(`${NODE} migrate "${CLI}" --transport unix`, { env });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^multifd-bench: ENOENT: .*\n$/);
  });

  it.runIf(isLong)('of a narrow terminal without colours has no escape sequences, and leaves nothing behind', () => {
    const { status, stdout } = shell(`${NODE} ${SMALL} --format table`, {
      env: { ...process.env, COLUMNS: '40', NO_COLOR: '1' },
    });
    expect(status).toBe(0);
    expect(stdout).not.toContain('\u001b');
    expect(readdirSync(folder)).toEqual([]);
  });
});
