// The default variants over real sockets: into a receiver that checks, and against peers that break off.

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runsNow } from '../src/fixtures/tier.js';
import type { Address } from '../src/os/address.js';
import { heldBy } from '../src/os/held.js';
import { openRam } from '../src/ram/image.js';
import { Receiver } from '../src/receiver/receiver.js';
import { CELL_DEFAULTS, type Cell } from '../src/session/cell.js';
import { Fleet } from '../src/session/fleet.js';
import { Lines } from '../src/transport/lines.js';
import { INITIAL_BYTES } from '../src/wire/initial-packet.js';
import { DEFAULT_VARIANTS, registry } from './index.js';

const RAM = { bytes: 4 << 20, seed: 3, shares: { zero: 1, text: 1, random: 1 } };
const CELL = {
  ...CELL_DEFAULTS,
  workload: 'throughput',
  pagesPerBatch: 16,
  place: 'none',
  checking: true,
} as const;

/** Only peers that stall on purpose have so little time. */
const STALL_MS = 250;

let directory: string;
let image: string;
/** The same threads for all tests, each of which a failed cell must leave fit for the next. */
let fleets: Readonly<Record<'patient' | 'hasty', Fleet>>;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sockets-'));
  const hash = createHash('sha256');
  for (const piece of openRam(RAM).pieces()) hash.update(piece);
  image = hash.digest('hex');
  const plan = { senders: 8, requesters: 1, ram: RAM, watchdogMs: 20_000 };
  fleets = {
    patient: await Fleet.start({ ...plan, stallMs: 10_000 }),
    hasty: await Fleet.start({ ...plan, stallMs: STALL_MS }),
  };
  // In its first cell each thread opens what it reads its times from, and keeps it: no leak of a cell over sockets.
  for (const fleet of Object.values(fleets)) {
    await fleet.open({ ...CELL, variant: 'mutex', transport: 'memory', channels: plan.senders }, registry.mutex!);
    await fleet.slice(plan.senders);
    await fleet.close();
  }
}, 60_000);
afterAll(async () => {
  await Promise.all(Object.values(fleets).map((fleet) => fleet.terminate()));
  rmSync(directory, { recursive: true });
});

const descriptors = () => heldBy().descriptors;

describe.each([
  ['tcp', 0],
  ['unix', 1],
] as const)('over %s', (transport, at) => {
  /** Of each kind of test, a third of the designs in the first tier. */
  const designs = (kind: number) => DEFAULT_VARIANTS.filter((_, design) => runsNow((design + kind + at) % 3 === 0));

  it.each(designs(0))('%s migrates RAM to a receiver, all of it, whole', async (variant) => {
    const fleet = fleets.patient;
    for (const channels of [1, 5]) {
      const cell: Cell = { ...CELL, variant, transport, channels };
      const { pageSize, pagesPerBatch } = cell;
      const receiver = await Receiver.start({
        listen: transport === 'unix' ? { path: join(directory, 'receiver') } : { host: '127.0.0.1', port: 0 },
        channels,
        pageSize,
        pagesPerPacket: pagesPerBatch,
        blocks: [{ name: 'm0', bytes: RAM.bytes }],
        codec: 'none',
        numbersGrow: true,
        numbersDense: true,
        ignoreSync: false,
        connectMs: 2000,
        stallMs: 2000,
        idleMs: 0,
        pinned: false,
        digest: true,
      });
      const before = descriptors();
      const lines = await Lines.connect({ address: receiver.address, channels, connectMs: 1000 });
      await fleet.open(cell, registry[variant]!, lines);
      const jobs = RAM.bytes / pageSize / pagesPerBatch;
      await fleet.slice(jobs);
      await fleet.slice(jobs);
      const visit = await fleet.close();
      await lines.close();
      expect(descriptors()).toBe(before);
      const report = await receiver.report;
      expect(report.sha256).toBe(image);
      expect(report.pagesMissing).toBe(0);
      const total = (key: 'pages' | 'syncs') => report.channels.reduce((sum, each) => sum + each[key], 0);
      expect([total('pages'), total('syncs')]).toEqual([visit.pages, visit.syncs]);
      expect(existsSync(join(directory, 'receiver'))).toBe(false);
    }
  });

  /** A peer of 8 channels, all of which it reads, or, on channel 3, what the test says. */
  const peer = (channel3: (socket: Socket) => void, others: (socket: Socket) => void = (socket) => socket.resume()) => {
    const accepted: Socket[] = [];
    const server: Server = createServer({ pauseOnConnect: true }, (socket) => {
      accepted.push(socket);
      socket.on('error', () => {});
      const hear = () => {
        const initial = socket.read(INITIAL_BYTES) as Buffer | null;
        if (!initial) return;
        socket.off('readable', hear);
        (initial[24] === 3 ? channel3 : others)(socket);
      };
      socket.on('readable', hear);
    });
    const path = join(directory, 'peer');
    return new Promise<{ address: Address; close: () => Promise<void> }>((resolve) => {
      const listening = () => {
        const { port } = server.address() as { port: number };
        const close = async () => {
          for (const socket of accepted) socket.destroy();
          await new Promise((closed) => server.close(closed));
        };
        resolve({ address: transport === 'unix' ? { path } : { host: '127.0.0.1', port }, close });
      };
      if (transport === 'unix') server.listen(path, listening);
      else server.listen(0, '127.0.0.1', listening);
    });
  };

  /** Runs until the peer breaks off; resolves with why the cell failed, when all is closed. */
  const failing = async (
    variant: string,
    { address, close }: Awaited<ReturnType<typeof peer>>,
    fleet = fleets.patient,
  ): Promise<string> => {
    const before = descriptors();
    const start = performance.now();
    const lines = await Lines.connect({ address, channels: 8, connectMs: 1000 });
    await fleet.open({ ...CELL, variant, transport, channels: 8, pagesPerBatch: 128 }, registry[variant]!, lines);
    let reason = '';
    for (let slice = 0; slice < 100 && reason === ''; slice++) {
      await fleet.slice(1000).catch((error) => {
        reason = error.message;
      });
    }
    await expect(fleet.close()).rejects.toThrow(reason);
    await lines.close();
    expect(performance.now() - start).toBeLessThan(4000);
    await close();
    // The two ends of each line, and the listening socket, are gone once they have closed.
    await vi.waitFor(() => expect(descriptors()).toBeLessThan(before), 2000);
    return reason;
  };

  const silent = () => {};
  it.each(designs(1))('%s fails on a peer that never reads', { timeout: 15_000 }, async (variant) => {
    const reason = await failing(variant, await peer(silent, silent), fleets.hasty);
    expect(reason).toMatch(/^channel \d: its peer has taken nothing for 250 ms$/);
  });

  it.each(designs(2))('%s fails on the one channel that is not read', { timeout: 15_000 }, async (variant) => {
    expect(await failing(variant, await peer(silent), fleets.hasty)).toMatch(
      /^channel 3: its peer has taken nothing for 250 ms/,
    );
  });

  it.each(designs(3))('%s fails on a channel that is closed', { timeout: 15_000 }, async (variant) => {
    const reason = await failing(variant, await peer((socket) => socket.destroy()));
    expect(reason).toMatch(/^channel 3, write \d+: (EPIPE|ECONNRESET)/);
  });

  it.each(designs(4))('%s fails on a channel that is reset in mid-packet', { timeout: 15_000 }, async (variant) => {
    const reset = (socket: Socket) => {
      let left = 700_000;
      socket.on('data', (chunk) => {
        left -= chunk.length;
        if (left < 0) transport === 'tcp' ? socket.resetAndDestroy() : socket.destroy();
      });
      socket.resume();
    };
    expect(await failing(variant, await peer(reset))).toMatch(/^channel 3, write \d+: (EPIPE|ECONNRESET)/);
  });
});
