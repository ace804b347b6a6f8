// Receivers that several cells of a round write to, with pages packed and not.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isLong, runsNow } from '../../src/fixtures/tier.js';
import { CELL_DEFAULTS, type Cell } from '../../src/session/cell.js';
import { loadVariants } from '../plan/catalogue.js';
import { Child } from './child.js';
import { Peers } from './peers.js';

const RAM = { bytes: 4 << 20, seed: 1, shares: { zero: 1, text: 1, random: 1 } };
let client: Child;
let peers: Peers;
beforeAll(async () => {
  const listed = await loadVariants('mutex,atomic-barrier,requesters-cas');
  client = await Child.start({ senders: 2, requesters: 2, ram: RAM, watchdogMs: 10_000 }, listed);
  peers = new Peers(client, { ramBytes: RAM.bytes, channels: 2 });
});
afterAll(() => Promise.all([client.kill(), peers.stop()]));

it.each((['none', 'zlib'] as const).filter((codec) => runsNow(codec === 'none')))(
  'codec %s: cell after cell, fewer channels too',
  async (codec) => {
    const common = { ...CELL_DEFAULTS, workload: 'throughput', transport: 'tcp', pagesPerBatch: 16, codec } as const;
    for (const [variant, channels] of [
      ['mutex', 2],
      ['atomic-barrier', 1],
      ['mutex', 2],
    ] as const) {
      const cell: Cell = { ...common, variant, channels };
      const peer = (await peers.for(cell))!;
      peer.prepare(cell);
      await client.open(cell, peer.name);
      await client.slice(40);
      await client.slice(40);
      await expect(peer.check(await client.close())).resolves.toBeUndefined();
    }
  },
);

it('counts chunks of device state that come among RAM, and misses one that does not', async () => {
  const bursts = { chunkBytes: 100_000, burstChunks: 2, pauseNs: 2e5 };
  const shape = { transport: 'tcp', channels: 2, requesters: 2, pagesPerBatch: 16 };
  const cell: Cell = { ...CELL_DEFAULTS, workload: 'device-state', variant: 'requesters-cas', ...shape, ...bursts };
  const peer = (await peers.for(cell))!;
  peer.prepare(cell);
  await client.open(cell, peer.name);
  const { chunks } = await client.slice(200);
  const report = await client.close();
  expect([report.chunks, report.pages]).toEqual([chunks, 200 * 16]);
  expect(chunks).toBeGreaterThan(0);
  await expect(peer.check(report)).resolves.toBeUndefined();
  const one = `6400 pages and ${report.syncs} SYNCs, ${2 * chunks! + 1} chunks`;
  await expect(peer.check({ ...report, pages: 3200, syncs: 0, chunks: chunks! + 1 })).rejects.toThrow(one);
});

it.runIf(isLong)(
  'are written to once they read, though their threads take longer to be pinned than a write may',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-slow-'));
    writeFileSync(join(folder, 'taskset'), '#!/bin/sh\nsleep 2\n', { mode: 0o755 });
    const path = process.env.PATH;
    process.env.PATH = `${folder}${delimiter}${path}`;
    try {
      const shape = { transport: 'tcp', channels: 2, pagesPerBatch: 128 };
      const cell: Cell = { ...CELL_DEFAULTS, workload: 'throughput', variant: 'mutex', ...shape };
      const peer = (await peers.for(cell))!;
      peer.prepare(cell);
      await client.open(cell, peer.name);
      await client.slice(40);
      await expect(peer.check(await client.close())).resolves.toBeUndefined();
    } finally {
      process.env.PATH = path;
      rmSync(folder, { recursive: true });
    }
  },
);
