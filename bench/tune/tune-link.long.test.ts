// tune for a link of 50 ms with 1 MiB in flight: measured and predicted over a relay, and what one connection can fill.
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { CLI, cli } from '../fixtures/cli.js';
import type { LinkAnswer } from './link-text.js';

const RELAY = fileURLToPath(new URL('./fixtures/relay-process.js', import.meta.url));
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill();
});

/** The answer of `tune --peer` over a relay, and what its receiving end ended with. */
async function tuneOver(roundTripMs: number, window: number, rate: number, ...words: string[]) {
  const far = spawn(process.execPath, [CLI, 'receive', '--measure', '--listen', '127.0.0.1:0']);
  started.push(far);
  const [said] = (await once(far.stderr.setEncoding('utf8'), 'data')) as [string];
  const port = /127\.0\.0\.1:(\d+)/.exec(said)![1]!;
  const relay = fork(RELAY, ['127.0.0.1', port, roundTripMs, window, rate].map(String));
  started.push(relay);
  const [near] = await once(relay, 'message');
  const tune = spawn(process.execPath, [CLI, 'tune', '--peer', `127.0.0.1:${near}`, '--json', ...words]);
  started.push(tune);
  let text = '';
  let errors = '';
  tune.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  tune.stderr.setEncoding('utf8').on('data', (piece: string) => {
    errors += piece;
  });
  const ends = await Promise.all([once(tune, 'close'), once(far, 'exit')]);
  expect(errors).toBe('');
  expect(ends.map(([code]) => code)).toEqual([0, 0]);
  return JSON.parse(text) as LinkAnswer;
}

describe('tune --peer', () => {
  it('finds that a long link takes several connections', async () => {
    const answer = await tuneOver(50, 1 << 20, 0, '--ram', '32m', '--most', '16');
    expect(answer.channels).toBeGreaterThanOrEqual(3);
    expect(answer.roundTripMs).toBeGreaterThanOrEqual(50);
    // One connection has its window in flight, or what the relay lets it.
    expect(answer.windowBytes).toBeGreaterThan(1 << 19);
    expect(answer.windowBytes).toBeLessThan(1 << 21);
  }, 120_000);

  it('says that one is enough where one fills the link', async () => {
    const answer = await tuneOver(1, 1 << 20, 2 << 20, '--ram', '2m', '--most', '4');
    expect(answer).toMatchObject({ channels: 1, parallelise: false });
  }, 120_000);
});

it('predicts that one fills a link of 100 Mbit/s and 10 ms: then it advises against more', () => {
  const words = ['--ram', '16m', '--most', '4', '--budget', '6s'];
  const { stdout, status } = cli('tune', '--rtt', '10ms', '--window', '1m', '--link', '100mbit', ...words);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^do not parallelise: one channel fills the link\nuse 1 channel, atomic-barrier\n/);
}, 60_000);

it('predicts what window, link and CPUs allow, and says that it is a prediction', () => {
  const words = ['--ram', '16m', '--most', '16', '--budget', '10s'];
  const { stdout, status } = cli('tune', '--rtt', '100ms', '--window', '1m', '--link', '400mbit', ...words);
  expect(status).toBe(0);
  // 10 MiB/s each, of 47.7 MiB/s.
  expect(stdout).toMatch(/^use 8 channels, atomic-barrier\na prediction: nothing was sent over the link/);
  expect(stdout).toMatch(/ 1 .*MiB\/s +window\n/);
}, 60_000);
