// Migrations over links of 1 and 10 Mbit/s arrive, however long a batch takes; one whose peer stops ends in the limit.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../src/random.js';
import { CLI } from './fixtures/cli.js';
import { markedEnvironment } from './fixtures/left-behind.js';

/** Loopback of a network of its own, made slow by the kernel. */
const SLOW = 'ip link set lo mtu 1500 up && tc qdisc add dev lo root tbf rate "$1" burst 32k latency 200ms && shift';
const unshare = (words: readonly string[], timeout: number, env = process.env) =>
  spawnSync('unshare', ['-rn', 'bash', '-c', `${SLOW} && exec "$@"`, 'bash', ...words], {
    encoding: 'utf8',
    timeout,
    env,
  });
const isPossible = unshare(['1mbit', 'true'], 10_000).status === 0;

let folder: string;
/** Of the commands alone: sockets too would lie in it. */
let temporary: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slow-'));
  temporary = join(folder, 'temporary');
  mkdirSync(temporary);
});
afterAll(() => rmSync(folder, { recursive: true }));

const marked = markedEnvironment();
const environment = () => ({ ...process.env, ...marked.env, TMPDIR: temporary });
/** What a parent has started ends when it sees that it is gone. */
async function expectNothingLeft(): Promise<void> {
  await expect.poll(() => marked.left(), { timeout: 2000 }).toEqual([]);
  expect(readdirSync(temporary)).toEqual([]);
}

function image(mebibytes: number): string {
  const path = join(folder, `image-${mebibytes}`);
  const random = new Random(mebibytes);
  writeFileSync(path, new Uint8Array(Int32Array.from({ length: mebibytes << 18 }, () => random.next()).buffer));
  return path;
}

it.runIf(isPossible).each([
  ['1mbit', 4, 2],
  ['10mbit', 32, 16],
])(
  '%s over %i channels: %i MiB arrive equal',
  async (rate, channels, mebibytes) => {
    const words = [rate, process.execPath, CLI, 'migrate', image(mebibytes), '--channels', `${channels}`, '--json'];
    const { stdout, stderr } = unshare(words, 110_000, environment());
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ equal: true });
    await expectNothingLeft();
  },
  120_000,
);

it('a peer that stops taking ends in the limit, which is named', async () => {
  const server = createServer((socket) => void socket.pause());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const to = `127.0.0.1:${(server.address() as { port: number }).port}`;
  const begun = performance.now();
  const words = ['send', '--ram', '64m', '--to', to, '--channels', '2', '--stall-limit', '2s'];
  // The kernel accepts for a server whose event loop stands still.
  const options = { encoding: 'utf8' as const, timeout: 30_000, env: environment() };
  const { status, stderr } = spawnSync(process.execPath, [CLI, ...words], options);
  expect(stderr).toMatch(/channel \d: its peer has taken nothing for 2000 ms/);
  expect(status).toBe(1);
  expect(performance.now() - begun).toBeLessThan(15_000);
  await expectNothingLeft();
  await new Promise((resolve) => server.close(resolve));
}, 60_000);
