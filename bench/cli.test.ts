// The program as a user meets it: real processes, exit codes, stdout and stderr.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
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
    [['run', '--layout', '7'], '--layout: got "7", takes packed, 64, 128'],
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
    expect(result.schema).toBe(1);
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
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([19]));
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
  async function startLongRun() {
    const words = [CLI, ...SMALL, '--rounds', '500', '--json'];
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      said.stdout += chunk;
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
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
        while (children().length === 0) await new Promise((again) => setImmediate(again));
        resolve(children());
      });
    });
    return { child, said, ended, rounds };
  }

  const gone = async (pids: readonly number[]) => {
    const limit = performance.now() + 2000;
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

  it('goes on in another process when that of a round is killed, and shows the cell as FAILED', async () => {
    const { child, said, ended, rounds } = await startLongRun();
    process.kill(rounds[0]!, 'SIGKILL');
    // Interrupted a round later, it shows what it has.
    await new Promise<void>((resolve) => child.stderr.on('data', () => /round 5 of/.test(said.stderr) && resolve()));
    child.kill('SIGINT');
    await ended;
    const failed = (JSON.parse(said.stdout) as Result).cells.filter(({ status }) => status === 'failed');
    expect(failed.length).toBe(1);
    expect(failed[0]!.reason).toBe("the round's process ended with SIGKILL");
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
  it('names every variant with its mechanism', () => {
    const { variants } = JSON.parse(cli('list', '--json').stdout) as { variants: { name: string; summary: string }[] };
    expect(variants.map(({ name }) => name)).toEqual([
      'mutex',
      'atomic-barrier',
      'message-port',
      'async-mutex',
      'async-flag',
      'inline',
    ]);
  });
});
