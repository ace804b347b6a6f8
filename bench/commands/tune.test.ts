// tune as a user starts it: what it refuses, pairs from a file, saved runs, and one small search that is saved and read again.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { useCommands } from '../fixtures/commands.js';
import type { Advice } from '../tune/advice.js';

const cli = useCommands();
const tune = (...words: string[]) => cli('tune', ...words);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tune-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what is refused where it is for a link', () => {
  const peer = ['--peer', '127.0.0.1:9'];
  it.each([
    [[...peer, '--budget', 'long'], '--budget: got "long", takes 1s to 24h'],
    [[...peer, '--depth', '4'], '--depth: not with --peer'],
    [[...peer, '--dry-run'], '--dry-run: not with --peer'],
    [[...peer, '--link', '1gbit'], '--link: not with --peer, which measures over the link'],
    [[...peer, '--most', '65'], '--most: got "65", takes 1 to 64'],
    [[...peer, '--ram', 'image'], '--ram: got "image", takes a size from 1m'],
    [['--peer', 'host'], '--peer: got "host", takes HOST:PORT'],
    [['--rtt', '0ms'], '--rtt: got "0ms", takes a round trip time'],
    [['--rtt', '25'], '--rtt: got "25", takes a round trip time'],
    [['--rtt', '25ms', '--window', '0'], '--window: got "0", takes bytes in flight'],
    [['--rtt', '25ms', '--link', '0gbit'], '--link: got "0gbit", takes a rate'],
    [['--rtt', '25ms', '--channels', '2'], '--channels: not with --rtt'],
    [['--window', '1m'], '--window: only with --rtt'],
  ])('%j', async (words, reason) => {
    const { status, stderr } = await tune(...words);
    expect(stderr).toContain(reason);
    expect(status).toBe(2);
  });
});

describe('what is refused', () => {
  it.each([
    [['--p99', 'soon'], '--p99: got "soon", takes a time'],
    [['--link', '10'], '--link: got "10", takes a rate'],
    [['--page-size', '4k,64k'], '--page-size: got "4k,64k", takes one value here'],
    [['--from', 'x', '--csv', 'y'], '--csv: not with --from'],
    [['--from', '/nowhere.json'], '/nowhere.json: no such file'],
    [['--csv', '/nowhere.csv'], '--csv: /nowhere.csv: no such file'],
    [['--most', '1'], '--most: got "1", takes whole numbers from 2 to 64'],
    [['--load', '50'], '--load requires --p99'],
  ])('%j', async (words, reason) => {
    const { status, stderr } = await tune(...words, '--dry-run');
    expect(stderr).toContain(reason);
    expect(status).toBe(2);
  });
});

describe.skipIf(isLong)('a search', { timeout: 120_000 }, () => {
  it('measures until its budget ends, and says so; its document has what scripts rely on', async () => {
    const flags = [
      '--variants',
      'atomic-barrier',
      '--channels',
      '1,2',
      '--batch-pages',
      '1',
      '--transport',
      'memory',
      '--ram',
      '1m',
      '--budget',
      '1s',
      '--p99',
      '1s',
      // A busy machine reaches it, and a second has samples enough.
      '--load',
      '40',
    ];
    const { status, stdout, stderr } = await tune(...flags, '--no-save', '--json', '--seed', '7');
    const advice = JSON.parse(stdout) as Advice & { run: { seed: number } };
    // A second is too short for more than one of the two cautious forms.
    expect(['undecided', 'nothing'], stderr).toContain(advice.decision.form);
    expect(status, stderr).toBe(advice.decision.form === 'nothing' ? 3 : 0);
    expect(advice).toMatchObject({
      schema: 1,
      variant: 'atomic-barrier',
      wait: { provider: 'park', sender: 'park' },
      place: 'spread',
      run: { seed: 7 },
    });
    expect([1, 2, null]).toContain(advice.channels);
    expect(advice.range).toEqual({ least: 1, most: 2, measured: [1, 2] });
    expect(advice.rounds).toBeGreaterThanOrEqual(2);
    expect(advice.usl).toMatchObject({ peak: null, refused: expect.stringContaining('fewer than 3') });
    for (const { bound, latency } of advice.curve) {
      expect(bound).toBeGreaterThan(0);
      if (latency?.p99Ns === undefined) expect(latency).toEqual({ keeps: false, reason: 'load not reached' });
      else expect(latency.p99Ns).toBeGreaterThan(0);
    }
    expect(advice.binds!.binding).toMatch(/provider|senders|wake|cores/);
    expect(stderr).toMatch(/round 2, at most \d+ s left/);
  });
});

describe('without measuring', () => {
  it('fits pairs', async () => {
    const path = join(folder, 'pairs.csv');
    writeFileSync(path, 'load,throughput\n1,64.9\n18,995.9\n36,1652.4\n72,1853.2\n108,1828.9\n144,1775\n216,1702.2\n');
    const { status, stdout } = await tune('--csv', path, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      channels: 72,
      equalSet: [72, 108],
      usl: { peak: expect.closeTo(96.5, 1) },
    });
    writeFileSync(path, '1,2\n2,what\n');
    const bad = await tune('--csv', path);
    expect([bad.status, bad.stderr]).toEqual([2, expect.stringContaining('line 2: throughput: got "what"')]);
  });

  it('answers from a saved run, of which flags choose a question, and without them each is answered', async () => {
    const stored = fileURLToPath(
      new URL('../../../results/amd-epyc-2c-32g/2026/20261125T170307Z-ddac12fd2d9c-342ac03d.json', import.meta.url),
    );
    const { status, stdout, stderr } = await tune(
      '--from',
      stored,
      '--transport',
      'tcp',
      '--json',
      '--variants',
      'mutex,atomic-barrier',
    );
    expect(status, stderr).toBe(0);
    const advice = JSON.parse(stdout) as Advice;
    expect(advice.range.measured).toEqual([1, 2, 4]);
    // The other design of the pair is in the answer, whatever it is.
    expect(advice.otherArms.map(({ variant }) => variant)).toHaveLength(1);
    // No count of senders can be advised for a design that has none.
    const inline = await tune('--from', stored, '--transport', 'tcp', '--variants', 'inline');
    expect(inline.stderr).toContain('no throughput of a design with sender threads at two channel counts or more');
    expect(inline.status).toBe(2);
    // Without flags each question has its answer.
    const several = await tune('--from', stored);
    expect(several.status, several.stderr).toBe(0);
    const blocks = several.stdout.split(/^== /m).slice(1);
    expect(blocks.length).toBeGreaterThan(1);
    expect(blocks.map((block) => block.split('\n')[0])).toContain('tcp, 128 x 4k per batch, depth 1');
    for (const block of blocks) expect(block).toMatch(/^(use|\d+ .*cannot be told apart|nothing can be said)/m);
    const { questions } = JSON.parse((await tune('--from', stored, '--json')).stdout) as { questions: Advice[] };
    expect(questions).toHaveLength(blocks.length);
    const csv = await tune('--from', stored, '--format', 'csv');
    const rows = csv.stdout.trim().split('\n');
    expect(new Set(rows.map((row) => row.split('","')[0])).size).toBeGreaterThan(blocks.length);
  });
});
