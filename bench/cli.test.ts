// The program as a user meets it: real processes, exit codes, stdout and stderr.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { registry } from '../variants/index.js';
import { describe as describeVariant } from './commands/list.js';
import type { Result } from './store/result.js';

const CLI = fileURLToPath(new URL('./cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const cli = (...words: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
};

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
    [['run', '--format', 'xml'], '--format: got "xml", takes table, tsv'],
    [['run', '--precision', '0'], '--precision: got "0", takes 0.1% to 100%, as in 2%'],
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
    [['bless', 'nosuch', '--reason', 'x'], 'bless: got "nosuch", takes a commit, branch or tag'],
    [['run', '--nosuch'], "unknown option '--nosuch'"],
    [['nosuch'], "unknown command 'nosuch'"],
  ])('%j', (words, message) => {
    const { status, stdout, stderr } = cli(...words);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n').length).toBe(1);
  });

  it('an empty RAM file', () => {
    const path = join(folder, 'empty');
    writeFileSync(path, '');
    expect(cli('run', '--ram', path)).toMatchObject({
      status: 2,
      stderr: `multifd-bench: --ram: ${path} is empty; it takes a file of at least 1 byte\n`,
    });
  });
});

const SMALL = [
  'run',
  '--no-save',
  '--channels',
  '1,2',
  '--batch-pages',
  '1',
  '--rounds',
  '2',
  '--quick',
  '--ram',
  '1m',
];

describe('run', () => {
  it('prints one JSON document on stdout, every cell with all its axes, and nothing of it on stderr', () => {
    const { status, stdout, stderr } = cli(...SMALL, '--json', '--seed', '5');
    expect(status).toBe(0);
    const result = JSON.parse(stdout) as Result;
    expect(result.schema).toBe(2);
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
  });

  it('prints tables within 80 columns, and TSV when piped', () => {
    const table = cli(...SMALL, '--format', 'table').stdout;
    expect(table).toContain('│ atomic-barrier │');
    expect(table).toContain('thousand batches/s (higher is better)');
    for (const line of table.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    const rows = cli(...SMALL)
      .stdout.replace(/\n$/, '')
      .split('\n')
      .map((line) => line.split('\t'));
    expect(rows[0]!.slice(0, 4)).toEqual(['table', 'variant', 'workload', 'channels']);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([25]));
    expect(table).not.toContain('\u001b');
  });

  it('shows a variant that loses a batch as FAILED, and ends with 1', () => {
    const source = readFileSync(new URL('../variants/inline.js', import.meta.url), 'utf8')
      .replaceAll("'../src/", `'${new URL('../src/', import.meta.url).href}`)
      .replace("name: 'inline'", "name: 'forgetful'")
      .replace(
        'place.perform(nextChannel, full);',
        'if (++calls === 5) { const { words } = place; for (let i = 0; i < words.length; i++) if (words[i] === 1) words[i] = 0; } else place.perform(nextChannel, full);',
      )
      .replace('export default', 'let calls = 0;\nexport default');
    const path = join(folder, 'forgetful.mjs');
    writeFileSync(path, source);
    const { status, stdout } = cli(...SMALL, '--variants', `inline,${path}`, '--format', 'table');
    expect(status).toBe(1);
    expect(stdout).toContain('FAILED');
    expect(stdout).toMatch(/FAILED forgetful, 1 ch: I[25]: /);
  });

  /** A run that would take minutes, and, once its third round has begun, the process of that round. */
  async function startLongRun(...more: readonly string[]) {
    const awaited = more.includes('tcp') ? 'receiver-process' : 'round-process';
    const words = [CLI, ...SMALL, '--rounds', '500', '--json', ...more];
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
        // Over tcp the receiver is a child too, started when the first turn asks for it.
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

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('keeps the finished rounds on %s, says so, and leaves no process', async (signal, exitCode) => {
    const { child, said, ended, rounds } = await startLongRun();
    const asked = performance.now();
    child.kill(signal);
    expect(await ended).toBe(exitCode);
    expect(performance.now() - asked).toBeLessThan(2000);
    expect(said.stderr).toContain('interrupted: only the finished rounds are here');
    expect((JSON.parse(said.stdout) as Result).run).toMatchObject({ complete: false, rounds: 2 });
    expect(await gone(rounds)).toEqual([]);
  });

  it('ends the process of a round when the parent is killed', async () => {
    const { child, rounds } = await startLongRun();
    child.kill('SIGKILL');
    expect(await gone(rounds)).toEqual([]);
  });

  it('ends when the process of a round is killed, keeps the finished rounds, and shows the cell as FAILED', async () => {
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
  });

  it('ends when a receiver is killed, with the finished rounds', async () => {
    const { said, ended, rounds } = await startLongRun('--transport', 'tcp');
    const receivers = rounds.filter((pid) => commandOf(pid).includes('receiver-process'));
    expect(receivers.length).toBe(1);
    process.kill(receivers[0]!, 'SIGKILL');
    expect(await ended).toBe(1);
    const { cells, run } = JSON.parse(said.stdout) as Result;
    expect(run).toMatchObject({ complete: false, stopped: 'killed', rounds: 2 });
    expect(cells.filter(({ status }) => status === 'failed').map(({ reason }) => reason)).toEqual([
      'the receiver ended with SIGKILL',
    ]);
    expect(await gone(rounds)).toEqual([]);
  });

  it('goes on from a run that was interrupted, and refuses one that is complete', async () => {
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
    expect(stderr).toContain('in 1 more processes');
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

  it('stops at a budget and at a precision, and says which', () => {
    const budget = cli(...SMALL, '--rounds', '400', '--budget', '3s', '--json');
    const { run } = JSON.parse(budget.stdout) as Result;
    expect(run).toMatchObject({ stopped: 'budget', complete: true });
    expect(run.rounds).toBeLessThan(400);
    expect(budget.stderr).toContain(`stopped by --budget after ${run.rounds} processes`);
    const precision = cli(...SMALL, '--rounds', '400', '--precision', '100%', '--budget', '60s', '--json');
    const { run: precise, comparisons } = JSON.parse(precision.stdout) as Result;
    expect(precise.stopped).toBe('precision');
    for (const { b, ratio, low, high } of comparisons) {
      if (b === 'atomic-barrier') expect((high - low) / 2 / ratio).toBeLessThanOrEqual(1);
    }
  });

  it('plans without measuring', () => {
    const { status, stdout, stderr } = cli('run', '--dry-run');
    expect(status).toBe(0);
    expect(stdout).toContain('hand-off atomic-barrier workload=throughput channels=8');
    const seconds = Number(/about (\d+) s/.exec(stderr)![1]);
    expect(seconds).toBeLessThan(90);
  });
});

describe('list', () => {
  it('names every variant with its mechanism and its use, 80 columns wide', () => {
    const { variants } = JSON.parse(cli('list', '--json').stdout) as {
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
