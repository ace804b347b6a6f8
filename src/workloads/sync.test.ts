// Syncs with real threads: what the channels do before one, and how long each takes to write its SYNC. Least times only.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { availableVariants } from '../../variants/fixtures/available.js';
import { registry } from '../../variants/index.js';
import type { Variant } from '../sender/variant.js';
import { CELL_DEFAULTS, type Cell } from '../session/cell.js';
import { Fleet } from '../session/fleet.js';
import type { Slice } from './slice.js';

const CHANNELS = 3;
const SYNCS = 12;
const BASE = { ...CELL_DEFAULTS, workload: 'sync', channels: CHANNELS, pagesPerBatch: 1, transport: 'memory' } as const;

const available = (await availableVariants()).map(([name]) => name);

let fleet: Fleet;
beforeAll(async () => {
  const ram = { bytes: 4 << 20, seed: 1, shares: { zero: 1, text: 1, random: 1 } };
  fleet = await Fleet.start({ senders: CHANNELS, requesters: 1, ram, watchdogMs: 10_000 });
});
afterAll(() => fleet.terminate());

async function measure(cell: Cell, amount = SYNCS): Promise<Slice> {
  const source = registry[cell.variant]!;
  const { depth } = ((await import(source.module)) as Record<string, Variant>)[source.export]!;
  await fleet.open({ ...cell, depth: depth[0] }, source);
  const slice = await fleet.slice(amount);
  await fleet.close();
  return slice;
}

describe.each(available)('%s', (variant) => {
  it.each([undefined, 'idle', 'slow'] as const)(
    'tells when each channel had written its SYNC: load %s',
    async (load) => {
      const { jobs, delayNs, durationNs } = await measure({ ...BASE, variant, syncLoad: load });
      expect(jobs).toBe(load === 'idle' ? 0 : 2 * CHANNELS * SYNCS);
      expect(delayNs).toHaveLength(SYNCS);
      for (const channels of delayNs!) {
        expect(channels).toHaveLength(CHANNELS);
        // After the start of this sync, not in the one before.
        for (const delay of channels) expect(delay).toBeGreaterThan(0);
      }
      expect(delayNs!.reduce((sum, channels) => sum + Math.max(...channels), 0)).toBeLessThan(durationNs);
    },
  );
});

describe.each(['mutex', 'atomic-barrier'])('%s', (variant) => {
  it('waits for the one channel that is slow', async () => {
    const { delayNs, durationNs } = await measure({ ...BASE, variant, syncLoad: 'slow' });
    // Channel 0 takes at least one batch for each sync, and a millisecond for it.
    expect(durationNs).toBeGreaterThan(SYNCS * 0.9e6);
    expect(Math.max(...delayNs!.map(([slow]) => slow!))).toBeGreaterThan(0.3e6);
  });

  it.each(['providerWorkNs', 'senderWorkNs'] as const)(
    'takes at least the work that is asked for: %s',
    async (side) => {
      const cell: Cell = { ...BASE, workload: 'throughput', variant, channels: 1, [side]: 200_000 };
      // Calibrated on a CPU that may be slower later, never much faster.
      expect((await measure(cell, 50)).durationNs).toBeGreaterThan(50 * 100_000);
    },
  );
});
