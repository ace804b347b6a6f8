// Runs that are ended from outside: what is finished is kept, nothing is left behind, and they can be gone on with.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isLong, runsNow } from '../../src/fixtures/tier.js';
import { CLI, cli } from '../fixtures/cli.js';
import { SMALL } from '../fixtures/small-run.js';
import type { Result } from '../result/document.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-ended-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('run', () => {
  /** A run that would take minutes, and, once its third round has begun, the process of that round. */
  async function startLongRun(...more: readonly string[]) {
    const awaited = more.includes('tcp') ? 'receiver-process' : 'child-process';
    const words = [CLI, ...SMALL, '--channels', '1', '--rounds', '500', '--json', ...more];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      said.stdout += chunk;
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
    const children = () => {
      const list = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
      return list.split(' ').filter(Boolean).map(Number);
    };
    const rounds = await new Promise<number[]>((resolve) => {
      let begun = false;
      child.stderr.on('data', async (chunk) => {
        said.stderr += chunk;
        if (begun || !/round 3 of/.test(said.stderr)) return;
        begun = true;
        // Over tcp the receivers are children too, started beside the process of the round.
        while (!children().some((pid) => commandOf(pid).includes(awaited)))
          await new Promise((again) => setTimeout(again, 1));
        resolve(children());
      });
    });
    return { child, said, ended, rounds };
  }

  /** Empty for a process that has ended. */
  const commandOf = (pid: number): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };

  const gone = async (pids: readonly number[]) => {
    const limit = performance.now() + 10_000;
    const alive = () => pids.filter((pid) => existsSync(`/proc/${pid}`));
    while (alive().length > 0 && performance.now() < limit) await new Promise((again) => setTimeout(again, 20));
    return alive();
  };

  const signals = [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const;
  it.each(signals.filter(([signal]) => runsNow(signal === 'SIGINT')))(
    'keeps the finished rounds on %s, says so, and leaves no process',
    async (signal, exitCode) => {
      const { child, said, ended, rounds } = await startLongRun();
      const asked = performance.now();
      child.kill(signal);
      expect(await ended).toBe(exitCode);
      expect(performance.now() - asked).toBeLessThan(2000);
      expect(said.stderr).toContain('interrupted: only the finished rounds are here');
      expect((JSON.parse(said.stdout) as Result).run).toMatchObject({ complete: false, rounds: 2 });
      expect(await gone(rounds)).toEqual([]);
    },
  );

  it.runIf(isLong)('ends the process of a round when the parent is killed', async () => {
    const { child, rounds } = await startLongRun();
    child.kill('SIGKILL');
    expect(await gone(rounds)).toEqual([]);
  });

  it.skipIf(isLong)(
    'ends when the process of a round is killed, keeps the finished rounds, and shows the cell as FAILED',
    async () => {
      const { said, ended, rounds } = await startLongRun();
      const asked = performance.now();
      process.kill(rounds[0]!, 'SIGKILL');
      expect(await ended).toBe(1);
      expect(performance.now() - asked).toBeLessThan(2000);
      const { cells, run } = JSON.parse(said.stdout) as Result;
      expect(run).toMatchObject({ complete: false, stopped: 'killed', rounds: 2 });
      const failed = cells.filter(({ status }) => status === 'failed');
      expect(failed.map(({ reason }) => reason)).toEqual(["the round's process ended with SIGKILL"]);
      expect(cells.filter(({ status }) => status === 'measured').length).toBe(cells.length - 1);
      expect(await gone(rounds)).toEqual([]);
    },
  );

  it.runIf(isLong)('ends when a receiver is killed, with the finished rounds', async () => {
    const { said, ended, rounds } = await startLongRun('--transport', 'tcp');
    const receivers = rounds.filter((pid) => commandOf(pid).includes('receiver-process'));
    expect(receivers.length).toBeGreaterThan(0);
    process.kill(receivers[0]!, 'SIGKILL');
    expect(await ended).toBe(1);
    const { cells, run } = JSON.parse(said.stdout) as Result;
    expect(run).toMatchObject({ complete: false, stopped: 'killed', rounds: 2 });
    expect(cells.filter(({ status }) => status === 'failed').map(({ reason }) => reason)).toEqual([
      'the receiver ended with SIGKILL',
    ]);
    expect(await gone(rounds)).toEqual([]);
  });

  it.runIf(isLong)('goes on from a run that was interrupted, and refuses one that is complete', async () => {
    const path = join(folder, 'interrupted.json');
    const { child, said, ended } = await startLongRun();
    child.kill('SIGINT');
    await ended;
    const first = JSON.parse(said.stdout) as Result;
    // The same plan, with fewer rounds left to measure than the 500 that were asked for.
    writeFileSync(
      path,
      JSON.stringify({ ...first, run: { ...first.run, flags: { ...first.run.flags, rounds: '3' } } }),
    );
    const { status, stdout, stderr } = cli('run', '--resume', path, '--no-save', '--json');
    expect(status).toBe(0);
    expect(stderr).toContain('in 1 more process');
    const second = JSON.parse(stdout) as Result;
    expect(second.run).toMatchObject({ complete: true, stopped: 'rounds', rounds: 3, resumed: first.run.id });
    for (const [at, { visits }] of second.cells.entries()) {
      expect(visits.map(({ round }) => round)).toEqual([0, 0, 1, 1, 2, 2]);
      expect(visits.slice(0, 4)).toEqual(first.cells[at]!.visits);
    }
    const complete = join(folder, 'complete.json');
    writeFileSync(complete, stdout);
    expect(cli('run', '--resume', complete)).toMatchObject({
      status: 2,
      stderr: `multifd-bench: --resume: ${complete} is complete: 3 of 3 rounds\n`,
    });
    writeFileSync(complete, JSON.stringify({ ...first, code: { ...first.code, harness: '0123456789ab' } }));
    expect(cli('run', '--resume', complete).stderr).toMatch(
      /code.harness was 0123456789ab and is \w+: start a new run/,
    );
  });
});
