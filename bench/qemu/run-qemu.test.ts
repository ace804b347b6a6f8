// run --peer qemu as a user starts it: what it refuses, and one small comparison with every QEMU on PATH.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { CLI, cli } from '../fixtures/cli.js';
import { useCommands } from '../fixtures/commands.js';
import { installedQemus, isSince } from './binary.js';
import type { QemuResult } from './result.js';

const refused = useCommands();
const run = (...words: string[]) => cli('run', ...words);

describe('what is refused', () => {
  it.each([
    [['--peer', 'xen'], '--peer: got "xen", takes qemu'],
    [['--peer', 'qemu', '--codec', 'zlib'], '--codec: not with --peer qemu'],
    [['--peer', 'qemu', '--qemu', '/nowhere'], '--qemu: got "/nowhere", takes the path'],
    [['--qemu', 'x'], '--qemu: requires --peer qemu'],
  ])('%j', async (words, reason) => {
    const { status, stderr } = await refused('run', ...words);
    expect(stderr).toContain(reason);
    expect(status).toBe(2);
  });
});

const binaries = await installedQemus();
const why = binaries.length === 0 ? ' (skipped: no qemu-system-x86_64 on PATH)' : '';

describe.skipIf(binaries.length === 0)(`with a real QEMU${why}`, { timeout: 120_000 }, () => {
  it.runIf(isLong)('measures every sender at every number of channels, once a round', () => {
    const words = ['--rounds', '1', '--channels', '1,3', '--ram', '32m', '--no-save', '--json'];
    const { status, stdout, stderr } = run('--peer', 'qemu', ...words);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain('warning: 1 pairs are few');
    const { samples, qemus, variants } = JSON.parse(stdout) as QemuResult;
    expect(qemus.map(({ version }) => version)).toEqual(binaries.map(({ version }) => version));
    expect(variants).toEqual(['mutex', 'atomic-barrier', 'fastest depth 4']);
    const counted = new Map<string, number>();
    for (const { name, channels, gibPerSecond } of samples) {
      counted.set(`${name} ${channels}`, (counted.get(`${name} ${channels}`) ?? 0) + 1);
      expect(gibPerSecond).toBeGreaterThan(0);
    }
    const senders = [...qemus.map(({ name }) => name), ...variants, 'plain-loop'];
    const cells = senders.flatMap((name) => [`${name} 1`, `${name} 3`]);
    expect(Object.fromEntries(counted)).toEqual(Object.fromEntries(cells.map((cell) => [cell, 1])));
  });

  const recent = binaries.filter((binary) => isSince(binary, 9, 0));
  const lookers = [
    { how: 'legacy', qemus: binaries },
    { how: 'multifd', qemus: recent },
  ].filter(({ qemus }) => qemus.length > 0);
  it.runIf(isLong).each(lookers)(
    'measures RAM with pages of zeros, looked for by $how, and says how much of it travelled',
    ({ how, qemus }) => {
      const ram = ['--ram', '64m:zero=50,text=25,random=25', '--zero-pages', how, '--rounds', '1', '--channels', '2'];
      const only = ['--variants', 'fastest', '--depth', '1,4', '--no-save', '--format', 'table'];
      const paths = qemus.map(({ path }) => path).join(',');
      const { status, stdout, stderr } = run('--peer', 'qemu', '--qemu', paths, ...ram, ...only);
      expect(status, stderr).toBe(0);
      expect(stdout).toMatch(/^Of 64m of RAM 3\d\.\d MiB travelled: each GiB above is one that did\.$/m);
      expect(stdout).toContain('fastest (ours)');
      expect(stdout).toContain('fastest depth 4 (ours)');
      // Names that do not fit go on in the next line.
      if (qemus.some(({ major }) => major >= 10)) expect(stdout).toContain(': one mutex around');
    },
  );

  it.runIf(isLong && recent.length > 0)('measures snapshots into mapped-ram files', () => {
    const words = [
      '--transport',
      'mapped-ram',
      '--ram',
      '64m:zero=25,text=50,random=25',
      '--rounds',
      '1',
      '--channels',
      '1,2',
    ];
    const only = ['--variants', 'fastest', '--no-save', '--format', 'table'];
    const { status, stdout, stderr } = run('--peer', 'qemu', ...words, ...only);
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/qemu-\S+ without multifd +│/);
    expect(stdout).toContain('Into mapped-ram files, without waiting for the disk at the end.');
    expect(stdout).toMatch(/fastest depth 4 to qemu-.*\n +1 ch +CPU x/);
    expect(stdout).not.toContain('The drain');
  });

  it.skipIf(isLong)('ends at once on Ctrl-C while it makes its RAM', async () => {
    const child = spawn(process.execPath, [CLI, 'run', '--peer', 'qemu', '--ram', '4g', '--no-save']);
    child.stderr.on('data', (chunk) => {
      if (/rounds, about/.test(String(chunk))) child.kill('SIGINT');
    });
    // Heard later, it would be a code.
    expect(await once(child, 'exit')).toEqual([null, 'SIGINT']);
  });

  it.runIf(isLong)('keeps the finished rounds when it is interrupted, also if QEMU heard the Ctrl-C too', async () => {
    const words = ['run', '--peer', 'qemu', '--rounds', '50', '--channels', '1', '--ram', '32m', '--no-save', '--json'];
    const child = spawn(process.execPath, [CLI, ...words], { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      // As a terminal does: to the whole group.
      if (/round 2 of 50/.test(String(chunk))) process.kill(-child.pid!, 'SIGINT');
    });
    const [status] = await once(child, 'close');
    expect(status, stderr).toBe(130);
    const { samples, rounds } = JSON.parse(stdout) as QemuResult;
    expect(rounds).toBe(1);
    expect(new Set(samples.map(({ round }) => round))).toEqual(new Set([0]));
  });

  it.skipIf(isLong)('refuses what an old QEMU cannot switch off, and variants without threads', () => {
    const inline = run('--peer', 'qemu', '--variants', 'inline');
    expect([inline.status, inline.stderr]).toEqual([
      2,
      expect.stringContaining('--variants: got "inline", takes variants with sender threads'),
    ]);
    const old = binaries.find((binary) => !isSince(binary, 9, 0));
    if (!old) return;
    const zero = run('--peer', 'qemu', '--zero-pages', 'none');
    expect([zero.status, zero.stderr]).toEqual([
      2,
      expect.stringContaining(`legacy where a QEMU ${old.version} takes part`),
    ]);
  });
});
