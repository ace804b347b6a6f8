// Runs under a quota of one CPU and on one CPU alone, for real: one machine key, and compare says in what they differ.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { allowedCpus } from '../src/os/cpus.js';
import { CLI } from './fixtures/cli.js';
import type { Result } from './result/document.js';

const folder = mkdtempSync(join(tmpdir(), 'confined-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A group with one CPU in each 100 ms, of either version of cgroups; undefined where none can be made. */
function quotaGroup(): string | undefined {
  for (const [root, file, quota] of [
    ['/sys/fs/cgroup/cpu', 'cpu.cfs_quota_us', '100000'],
    ['/sys/fs/cgroup', 'cpu.max', '100000 100000'],
  ] as const) {
    const made = join(root, `multifd-bench-test-${process.pid}`);
    try {
      mkdirSync(made);
    } catch {
      continue;
    }
    if (existsSync(join(made, file))) {
      writeFileSync(join(made, file), quota);
      return made;
    }
    rmdirSync(made);
  }
  return undefined;
}

const SMALL = '--variants mutex --channels 1 --batch-pages 1 --rounds 1 --quick --ram 1m --transport discard'.split(
  ' ',
);

/** A run after these words of shell, and what it saved. */
function run(before: string, name: string): { readonly path: string; readonly result: Result } {
  const path = join(folder, `${name}.json`);
  const words = [process.execPath, CLI, 'run', ...SMALL, '--no-save', '--json'];
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `${before} "$@"`, 'bash', ...words], {
    encoding: 'utf8',
    timeout: 100_000,
  });
  expect(status, stderr).toBe(0);
  writeFileSync(path, stdout);
  return { path, result: JSON.parse(stdout) as Result };
}

/** A run in such a group, which is gone afterwards; undefined where there can be none. */
function runLimited() {
  const group = quotaGroup();
  if (group === undefined) return undefined;
  try {
    return run(`echo $$ > ${group}/cgroup.procs && exec`, 'quota');
  } finally {
    rmdirSync(group);
  }
}

it.skipIf(allowedCpus().length < 2)(
  'a quota of one CPU and an affinity of one share a key, and are not compared as like',
  ({ skip }) => {
    const limited = runLimited();
    if (limited === undefined) return skip();
    const pinned = run(`exec taskset -c ${allowedCpus()[0]}`, 'affinity');
    expect(limited.result.machine.key).toBe(pinned.result.machine.key);
    expect(limited.result.machine.key).toContain('-1c-');
    expect(limited.result.machine.confinement).toMatchObject({ quotaCores: 1, quotaPeriodMs: 100 });
    expect(pinned.result.machine.confinement).toMatchObject({ quotaCores: null, affinity: `${allowedCpus()[0]}` });
    expect(limited.result.run.neighbours?.throttledPeriods).toBeGreaterThanOrEqual(0);
    const compared = spawnSync(process.execPath, [CLI, 'compare', limited.path, pinned.path], { encoding: 'utf8' });
    expect(compared.status, compared.stderr).toBe(0);
    const said = compared.stdout.replace(/\s+/g, ' ');
    expect(said).toContain('The machine changed here: ');
    expect(said).toContain('machine.confinement.quotaCores 1 in each 100 ms, then none');
    expect(said).toContain(`machine.confinement.affinity ${limited.result.machine.confinement!.affinity}, then`);
  },
  240_000,
);
