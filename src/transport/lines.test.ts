import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isLong, runsNow } from '../fixtures/tier.js';
import type { Address } from '../os/address.js';
import { heldBy } from '../os/held.js';
import { INITIAL_BYTES } from '../wire/initial-packet.js';
import { numberedRam, startWriting } from './fixtures/writing.js';
import { Lines } from './lines.js';

const CHANNELS = 8;
/** 512 KiB and a header of 1344 bytes, then a SYNC: what one turn of a writing thread puts on the wire. */
const DATA_PACKET = 1344 + 128 * 4096;
const TURN = DATA_PACKET + 1344;
const BATCH = [Array.from({ length: 128 }, (_, page) => page)];

let directory: string;
let server: Server;
let accepted: Socket[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lines-'));
  accepted = [];
});
afterEach(async () => {
  for (const socket of accepted) socket.destroy();
  await new Promise((resolve) => server?.close(resolve));
  rmSync(directory, { recursive: true });
});

/** Listens, and treats each accepted connection as the peer under test does. */
function listen(transport: string, peer: (socket: Socket) => void): Promise<Address> {
  server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    accepted.push(socket);
    socket.on('error', () => {});
    peer(socket);
  });
  const path = join(directory, 'peer');
  return new Promise((resolve) => {
    const listening = () => {
      const address = server.address();
      resolve(typeof address === 'string' ? { path } : { host: '127.0.0.1', port: address!.port });
    };
    if (transport === 'unix') server.listen(path, listening);
    else server.listen(0, '127.0.0.1', listening);
  });
}

/** Reads exactly so many bytes of a connection, then does something to it. */
function afterBytes(socket: Socket, bytes: number, then: () => void): void {
  let left = bytes;
  const read = () => {
    while (left > 0) {
      const chunk = socket.read(Math.min(left, socket.readableLength)) as Buffer | null;
      if (!chunk) return;
      left -= chunk.length;
    }
    socket.off('readable', read);
    then();
  };
  socket.on('readable', read);
}

const descriptors = () => heldBy().descriptors;

/** Whether a thread that writes more than there is room for sleeps in the kernel, instead of trying again. */
function isBlocking(descriptor: number): boolean {
  const flags = /^flags:\s*0(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'))![1]!;
  return (Number.parseInt(flags, 8) & constants.O_NONBLOCK) === 0;
}

describe.each(['tcp', 'unix'])('lines over %s', (transport) => {
  const connected = async (peer: (socket: Socket) => void) => {
    const address = await listen(transport, peer);
    return Lines.connect({ address, channels: CHANNELS, connectMs: 1000 });
  };

  const isFirst = transport === 'unix';
  it.runIf(runsNow(isFirst))(
    'find the channel whose peer never reads, and free all that block',
    { timeout: 5000 },
    async () => {
      const before = descriptors();
      const lines = await connected(() => {});
      let stalled: string | undefined;
      const parts = lines.hold(CHANNELS, 500, (line) => {
        stalled = line;
        lines.end();
      });
      const writing = startWriting(CHANNELS, parts, numberedRam(128), { transport, batches: BATCH, forever: true });
      // Threads that start take their time on a busy machine.
      await writing.started;
      const start = performance.now();
      const ends = await writing.ends;
      expect(stalled).toMatch(/^channel [0-7]$/);
      for (const descriptor of parts.descriptors) expect(isBlocking(descriptor)).toBe(true);
      expect(ends.map(({ code }) => code)).toEqual(Array(CHANNELS).fill('EPIPE'));
      expect(performance.now() - start).toBeLessThan(2000);
      lines.release();
      await lines.close();
      expect(accepted.length).toBe(CHANNELS);
      for (const socket of accepted) socket.destroy();
      // The listening socket is what is left, once the others have closed.
      await vi.waitFor(() => expect(descriptors()).toBeLessThanOrEqual(before + 1), 2000);
    },
  );

  it.each([0, DATA_PACKET, TURN, TURN + DATA_PACKET].filter((bytes) => runsNow(isFirst && bytes === TURN)))(
    'fail on the channel whose peer closes after %i bytes, between two packets',
    async (bytes) => {
      const lines = await connected((socket) => afterBytes(socket, INITIAL_BYTES + bytes, () => socket.destroy()));
      const parts = lines.hold(CHANNELS, 1000, () => lines.end());
      const batches = [...BATCH, ...BATCH, ...BATCH, ...BATCH, ...BATCH, ...BATCH, ...BATCH, ...BATCH];
      const ends = await startWriting(CHANNELS, parts, numberedRam(128), { transport, batches, forever: true }).ends;
      for (const { code } of ends) expect(['EPIPE', 'ECONNRESET']).toContain(code);
      lines.release();
      await lines.close();
    },
  );

  it.runIf(runsNow(transport === 'tcp'))('fail on the channel whose peer resets inside a packet', async () => {
    const lines = await connected((socket) =>
      afterBytes(socket, INITIAL_BYTES + TURN + 100_000, () =>
        transport === 'tcp' ? socket.resetAndDestroy() : socket.destroy(),
      ),
    );
    const parts = lines.hold(CHANNELS, 1000, () => lines.end());
    const ends = await startWriting(CHANNELS, parts, numberedRam(128), { transport, batches: BATCH, forever: true })
      .ends;
    for (const { code } of ends) expect(['EPIPE', 'ECONNRESET']).toContain(code);
    lines.release();
    await lines.close();
  });

  it.runIf(runsNow(isFirst))(
    'give no number away while a thread holds it, even after the peer is gone',
    { timeout: 5000 },
    async () => {
      const lines = await connected((socket) => afterBytes(socket, INITIAL_BYTES, () => socket.destroy()));
      const parts = lines.hold(CHANNELS, 10_000, () => {});
      // Time for the owner's event loop to hear of the peer's end, if it listened.
      await new Promise((resolve) => setTimeout(resolve, 100));
      lines.end();
      await new Promise((resolve) => setTimeout(resolve, 100));
      const opened = Array.from({ length: 64 }, (_, index) => openSync(join(directory, `file${index}`), 'w'));
      expect(opened.filter((descriptor) => parts.descriptors.includes(descriptor))).toEqual([]);
      for (const descriptor of opened) closeSync(descriptor);
      await expect(lines.close()).rejects.toThrow('closed while a thread holds it');
      const ends = await startWriting(CHANNELS, parts, numberedRam(128), { transport, batches: BATCH, forever: true })
        .ends;
      expect(new Set(ends.map(({ code }) => code))).toEqual(new Set(['EPIPE']));
      lines.release();
      await lines.close();
      const after = Array.from({ length: 64 }, (_, index) => openSync(join(directory, `after${index}`), 'w'));
      expect(parts.descriptors.every((descriptor) => after.includes(descriptor))).toBe(true);
      for (const descriptor of after) closeSync(descriptor);
    },
  );
});

describe.skipIf(isLong)('parting', () => {
  const parting = async (peer: (socket: Socket) => void) => {
    const address = await listen('tcp', peer);
    const lines = await Lines.connect({ address, channels: 2, main: true, connectMs: 1000 });
    const parted = lines.partWith(500).then(
      () => 'well',
      (error: Error) => error.message,
    );
    const how = await parted;
    await lines.close();
    return how;
  };

  it('waits until the peer has read all and ended too', async () => {
    expect(await parting((socket) => socket.resume().once('end', () => socket.end()))).toBe('well');
  });

  it('says which line broke, was answered, or goes on', async () => {
    const first = (byte: number, then: (socket: Socket) => void) => (socket: Socket) => {
      socket.once('data', (bytes) => (bytes[0] === byte ? then(socket) : socket.once('end', () => socket.end())));
      socket.resume();
    };
    expect(await parting(first(0x51, (socket) => socket.resetAndDestroy()))).toMatch(
      /^main stream: .*(ECONNRESET|broke)/,
    );
    expect(await parting(first(0x51, (socket) => socket.end('no')))).toBe(
      'main stream: the peer answered with 2 bytes',
    );
    expect(await parting(first(0x11, () => {}))).toMatch(
      /^channel 0: the peer did not end the connection within 500 ms$/,
    );
  });
});

describe.skipIf(isLong)('connecting', () => {
  it('says which channel found no receiver, and leaves nothing open', async () => {
    const before = descriptors();
    const nobody = { path: join(directory, 'nobody') };
    await expect(Lines.connect({ address: nobody, channels: 3, connectMs: 1000 })).rejects.toThrow(
      /^channel 0: connecting to .*nobody: connect ENOENT/,
    );
    const address = await listen('tcp', () => {});
    await new Promise((resolve) => server.close(resolve));
    await expect(Lines.connect({ address, channels: 3, connectMs: 1000 })).rejects.toThrow(
      /^channel 0: connecting to 127.0.0.1:\d+: connect ECONNREFUSED/,
    );
    expect(descriptors()).toBeLessThanOrEqual(before);
  });

  it('gives up on a peer that does not answer in time', async () => {
    const before = descriptors();
    // Listens, but its event loop stands still: beyond its backlog the kernel answers nobody.
    const source = `
      const { parentPort } = require('node:worker_threads');
      const server = require('node:net').createServer().listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
        parentPort.postMessage(server.address().port);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
      });`;
    const silent = new Worker(source, { eval: true });
    const [port] = (await once(silent, 'message')) as [number];
    const connecting = Lines.connect({ address: { host: '127.0.0.1', port }, channels: 6, connectMs: 200 });
    await expect(connecting).rejects.toThrow(/^channel \d: connecting to 127.0.0.1:\d+: no answer within 200 ms$/);
    await silent.terminate();
    expect(descriptors()).toBeLessThanOrEqual(before);
  });
});
