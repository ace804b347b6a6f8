// A write that lasts is not silent while its peer takes something of it, and is when it takes nothing.
import { createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { numberedRam, startWriting } from './fixtures/writing.js';
import { Lines } from './lines.js';

const STALL_MS = 400;
/** One write of 32 MiB: more than any socket holds. */
const PAGES = 8192;

let close = () => {};
afterEach(() => close());

it('a peer that takes a little now and then, for three times the limit', async () => {
  let peer: Socket | undefined;
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    peer = socket;
    // What it was still to write is lost.
    socket.on('error', () => {});
  });
  close = () => {
    peer?.destroy();
    server.close();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const lines = await Lines.connect({ address: { host: '127.0.0.1', port }, channels: 1, connectMs: 1000 });
  let stalledAfterMs = 0;
  const begun = performance.now();
  const parts = lines.hold(1, STALL_MS, () => {
    stalledAfterMs = performance.now() - begun;
    lines.end();
  });
  const batches = [Array.from({ length: PAGES }, (_, page) => page)];
  const writing = startWriting(1, parts, numberedRam(PAGES), { transport: 'tcp', batches, pagesPerBatch: PAGES });
  const taking = setInterval(() => peer?.read(1 << 20) ?? peer?.read(), STALL_MS / 8);
  await new Promise((resolve) => setTimeout(resolve, 3 * STALL_MS));
  expect(stalledAfterMs).toBe(0);
  expect(lines.moves).toBeGreaterThan(3);
  clearInterval(taking);
  const [end] = await writing.ends;
  expect(end).toMatchObject({ code: 'EPIPE' });
  expect(stalledAfterMs).toBeGreaterThan(3 * STALL_MS);
  lines.release();
  await lines.close();
});
