// The profile command and `run --explain` as a user meets them: real processes, files and exit codes.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { CLI, runCli } from '../fixtures/cli.js';
import { useCommands } from '../fixtures/commands.js';
import type { Result } from '../result/document.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-profile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (...words: string[]) => runCli(words, { cwd: folder });
const SHORT = ['--time', '200ms', '--ram', '1m'];

const refused = useCommands();

/** The process under the profiler, once it has started its engine. */
function childWithThreads(parent: number): number {
  const [pid = 0] = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number);
  expect(readdirSync(`/proc/${pid}/task`).length).toBeGreaterThan(8);
  return pid;
}

describe('profile', () => {
  it.skipIf(isLong)('writes a file a thread, names it, and shows where the thread was', () => {
    const id = 'hand-off mutex channels=2 pagesPerBatch=1 transport=discard';
    const { status, stdout } = cli('profile', id, ...SHORT, '--out', 'written');
    expect(status).toBe(0);
    for (const thread of ['main', 'provider', 'sender-0', 'sender-1']) {
      expect(stdout).toContain(`${thread}: written/${thread}.cpuprofile`);
      const profile = JSON.parse(readFileSync(join(folder, 'written', `${thread}.cpuprofile`), 'utf8'));
      expect(profile.samples.length).toBeGreaterThan(0);
    }
    expect(readdirSync(join(folder, 'written')).length).toBe(4);
    expect(stdout).toMatch(/^\d+ batches in 0\.\d\d s of slices$/m);
    // What a parked hand-off does all the time.
    expect(stdout).toMatch(/provider: .*\n(?:.*\n)*? +\d+ % {2}(?:wait|post) {2}src\/memory\/semaphore\.js:\d+$/m);
  });

  it.runIf(isLong)('takes axis flags, and has a document for programs', () => {
    const { stdout } = cli('profile', '--variants', 'inline', '--channels', '1', ...SHORT, '--json');
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ profiler: 'cpu-prof', cell: { variant: 'inline', channels: 1 } });
    expect(document.jobs).toBeGreaterThan(0);
    expect(document.files.map(({ thread }: { thread: string }) => thread)).toEqual(['main', 'provider']);
    expect(existsSync(document.files[0].path)).toBe(true);
    expect(document.files[1].top.length).toBeGreaterThan(0);
  });

  it.each([
    [['mutex', '--channels', '2'], 'profile: CELL says what runs; leave out --channels'],
    [['--with', 'gdb'], '--with: got "gdb", takes cpu-prof, perf'],
    [['--time', 'long'], '--time: got "long", takes a time up to 600s'],
    [['--channels', '1,2'], '--channels: got "1,2", takes one value here'],
    [['--workload', 'precopy'], 'profile: precopy needs a receiver'],
    [['--depth', '7'], 'profile: depth 7: atomic-barrier declares 1 to 1'],
    [['--out', folder], `--out: ${folder} is there already`],
  ])('refuses %j', async (words, message) => {
    const { status, stdout, stderr } = await refused('profile', ...words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n').length).toBe(1);
  });

  it.skipIf(isLong)('leaves nothing behind when it is interrupted', async () => {
    const child = spawn(process.execPath, [CLI, 'profile', '--time', '60s', '--ram', '1m', '--out', 'interrupted'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    const profiled = await vi.waitFor(() => childWithThreads(child.pid!), { timeout: 20_000 });
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    // It would write its part of a profile as it ends.
    await vi.waitFor(() => expect(existsSync(`/proc/${profiled}`)).toBe(false), { timeout: 10_000 });
    expect(existsSync(join(folder, 'interrupted'))).toBe(false);
  });
});

describe('run --explain', () => {
  it.runIf(isLong)('counts before it times, and keeps the counts with the cells', () => {
    const words = ['run', '--explain', '--no-save', '--quick', '--rounds', '1', '--ram', '1m', '--json'];
    const cells = ['--variants', 'mutex,atomic-barrier', '--channels', '1', '--transport', 'discard'];
    const { stdout, stderr } = cli(...words, ...cells, '--batch-pages', '1');
    expect(stderr.indexOf('counting before timing: 2 cells')).toBeGreaterThan(0);
    expect(stderr.indexOf('counting before timing')).toBeLessThan(stderr.indexOf('round 1 of 1'));
    const [mutex, barrier] = (JSON.parse(stdout) as Result).cells;
    expect(mutex!.counts!.provider.batch.lockPairs).toEqual({ median: 1, low: 1, high: 1 });
    expect(barrier!.counts!.provider.batch.lockPairs).toBeUndefined();
    expect(mutex!.visits[0]!.counters.voluntarySwitches).toBeGreaterThan(0);
    // A thread each; the kernel of a container may not count it.
    expect([undefined, 2]).toContain(mutex!.visits[0]!.runQueueNs?.length);
  });

  it.runIf(isLong)('gives every count a row in TSV', () => {
    const words = ['run', '--explain', '--no-save', '--quick', '--rounds', '1', '--ram', '1m', '--format', 'tsv'];
    const { stdout } = cli(...words, '--variants', 'mutex', '--channels', '1', '--transport', 'discard');
    const rows = stdout
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => line.split('\t'));
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
    const metric = rows[0]!.indexOf('metric');
    const lockPairs = rows.find((row) => row[metric] === 'provider.batch.lockPairs')!;
    expect(lockPairs.slice(metric + 1, metric + 6)).toEqual(['counted', '1', '1', '1', '3']);
  });
});
