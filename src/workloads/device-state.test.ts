// Device state beside RAM with real threads: what is handed over is sent once, and syncs come while bursts are under way.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../../variants/index.js';
import { CELL_DEFAULTS, type Cell } from '../session/cell.js';
import { Fleet } from '../session/fleet.js';

const JOBS = 200;
const BASE: Omit<Cell, 'variant'> = {
  ...CELL_DEFAULTS,
  workload: 'device-state',
  ...{ channels: 2, requesters: 3, pagesPerBatch: 1, transport: 'memory', checking: true },
  ...{ chunkBytes: 64 << 10, burstChunks: 3, pauseNs: 2e5 },
};

let fleet: Fleet;
beforeAll(async () => {
  const ram = { bytes: 1 << 20, seed: 1, shares: { zero: 1, text: 1, random: 1 } };
  fleet = await Fleet.start({ senders: 2, requesters: 3, ram, watchdogMs: 10_000 });
});
afterAll(() => fleet.terminate());

async function measure(cell: Cell, slices = 2) {
  await fleet.open(cell, registry[cell.variant]!);
  const taken = [];
  for (let slice = 0; slice < slices; slice++) taken.push(await fleet.slice(JOBS));
  return { slices: taken, report: await fleet.close() };
}

describe.each(['requesters-mutex', 'requesters-cas', 'gate-queue'])('%s', (variant) => {
  it('hands over RAM, and meanwhile chunks of every device', async () => {
    const { slices, report } = await measure({ ...BASE, variant });
    for (const { jobs, pages, chunks, signalNs, collectNs, latencies } of slices) {
      // A sync for every 64 batches, and one at the end: the others take part in each.
      expect([jobs, pages, signalNs!.length, collectNs!.length]).toEqual([JOBS, JOBS, 4, 4]);
      expect(chunks).toBeGreaterThan(0);
      const count = (counts: readonly number[]) => counts.reduce((sum, each, at) => sum + (at % 2) * each, 0);
      expect(count(latencies!.ramWait!)).toBe(JOBS);
      expect(count(latencies!.deviceWait!)).toBe(chunks);
      expect(latencies!.handoff).toEqual([]);
    }
    const chunks = slices.reduce((sum, slice) => sum + slice.chunks!, 0);
    const [ram, ...devices] = report.jobsPerRequester!;
    expect([ram, report.pages, report.chunks, report.syncs]).toEqual([2 * JOBS, 2 * JOBS, chunks, 2 * 4 * 2]);
    expect(devices).toHaveLength(2);
    for (const jobs of devices) expect(jobs).toBeGreaterThan(0);
    expect(devices.reduce((sum, jobs) => sum + jobs, 0)).toBe(chunks);
  });

  it('ends a pause when a sync is asked for', async () => {
    const started = performance.now();
    const { slices } = await measure({ ...BASE, variant, requesters: 2, burstChunks: 1, pauseNs: 1e9 }, 1);
    // There are four syncs, and each would wait for a whole pause.
    expect(performance.now() - started).toBeLessThan(3000);
    // One before each sync that it was woken for, at most.
    expect(slices[0]!.chunks).toBeLessThanOrEqual(5);
  });
});

it('takes part in the last sync of a turn also when it follows at once', async () => {
  const cell: Cell = { ...BASE, variant: 'requesters-mutex', delaySeed: 1 };
  await fleet.open(cell, registry[cell.variant]!);
  for (let slice = 0; slice < 40; slice++) await fleet.slice(65);
  expect((await fleet.close()).syncs).toBe(40 * 2 * 2);
});

it('is RAM and its syncs where there is no device', async () => {
  const { slices, report } = await measure({ ...BASE, variant: 'mutex', requesters: 1 });
  expect(slices.map(({ chunks, jobs }) => [chunks, jobs])).toEqual([
    [undefined, JOBS],
    [undefined, JOBS],
  ]);
  expect(report.chunks).toBe(0);
});
