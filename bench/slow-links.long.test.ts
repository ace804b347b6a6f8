// Migrations over links of 1 and 10 Mbit/s arrive, however long a batch takes; one whose peer stops ends in the limit.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../src/random.js';
import { CLI } from './fixtures/cli.js';

/** Loopback of a network of its own, made slow by the kernel. */
const SLOW = 'ip link set lo mtu 1500 up && tc qdisc add dev lo root tbf rate "$1" burst 32k latency 200ms && shift';
const unshare = (words: readonly string[], timeout: number) =>
  spawnSync('unshare', ['-rn', 'bash', '-c', `${SLOW} && exec "$@"`, 'bash', ...words], { encoding: 'utf8', timeout });
const isPossible = unshare(['1mbit', 'true'], 10_000).status === 0;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slow-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

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
  (rate, channels, mebibytes) => {
    const words = [rate, process.execPath, CLI, 'migrate', image(mebibytes), '--channels', `${channels}`, '--json'];
    const { stdout, stderr } = unshare(words, 110_000);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ equal: true });
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
  const { status, stderr } = spawnSync(process.execPath, [CLI, ...words], { encoding: 'utf8', timeout: 30_000 });
  expect(stderr).toMatch(/channel \d: its peer has taken nothing for 2000 ms/);
  expect(status).toBe(1);
  expect(performance.now() - begun).toBeLessThan(15_000);
  await new Promise((resolve) => server.close(resolve));
}, 60_000);
