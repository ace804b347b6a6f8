// Latencies with real threads: what an open loop shows of a sender that stalls and a closed loop hides, and what adds up.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { availableVariants } from '../../variants/fixtures/available.js';
import { registry } from '../../variants/index.js';
import { isLong, runsNow } from '../fixtures/tier.js';
import { lowestOf, type SparseCounts } from '../memory/latency-histogram.js';
import type { Variant } from '../sender/variant.js';
import { CELL_DEFAULTS, type Cell } from '../session/cell.js';
import { Fleet } from '../session/fleet.js';
import type { Slice } from './slice.js';

const BASE = { ...CELL_DEFAULTS, workload: 'hand-off', channels: 1, pagesPerBatch: 1, transport: 'discard' } as const;

const available = (await availableVariants()).map(([name]) => name);

let fleet: Fleet;
beforeAll(async () => {
  const ram = { bytes: 4 << 20, seed: 1, shares: { zero: 1, text: 1, random: 1 } };
  fleet = await Fleet.start({ senders: 3, requesters: 1, ram, watchdogMs: 10_000 });
});
afterAll(() => fleet.terminate());

async function measure(cell: Cell, jobs: number, slices = 1): Promise<Slice[]> {
  const source = registry[cell.variant]!;
  const { depth } = ((await import(source.module)) as Record<string, Variant>)[source.export]!;
  await fleet.open({ ...cell, depth: depth[0] }, source);
  const done: Slice[] = [];
  for (let slice = 0; slice < slices; slice++) done.push(await fleet.slice(jobs));
  await fleet.close();
  return done;
}

function countOf(counts: SparseCounts): number {
  return counts.reduce((sum, value, at) => (at % 2 === 1 ? sum + value : sum), 0);
}

/** The latency that `share` of the samples do not exceed, in milliseconds, rounded down. */
function percentileMs(counts: SparseCounts, share: number): number {
  let below = 0;
  const rank = Math.ceil(countOf(counts) * share);
  for (let at = 0; at < counts.length; at += 2) {
    below += counts[at + 1]!;
    if (below >= rank) return lowestOf(counts[at]!) / 1e6;
  }
  return Number.NaN;
}

// A parked thread of a busy machine may wait tens of milliseconds for a CPU, again and again: the stall is far longer.
describe.each(['mutex', 'atomic-barrier', 'message-port'].filter((name) => runsNow(name === 'atomic-barrier')))(
  '%s',
  (variant) => {
    it('shows a sender that stalled at p99 of an open loop; a closed loop hides it', async () => {
      const stallMs = 600;
      const jobs = 1200;
      const faults = [{ kind: 'delay', channel: 0, write: 600, delayMs: stallMs }] as const;
      const cell: Cell = { ...BASE, variant, faults };
      const [closed] = await measure(cell, jobs);
      // What is due while the sender stalls, half of all jobs, starts late.
      const [open] = await measure({ ...cell, load: 0.5, offeredPerSecond: 2000 }, jobs);
      const [closedNs, openNs] = [closed!.latencies!.handoff, open!.latencies!.handoff];
      expect(percentileMs(openNs, 0.99)).toBeGreaterThan(stallMs / 2);
      expect(percentileMs(closedNs, 0.99)).toBeLessThan(stallMs / 2);
      // It is one sample of the closed loop: in the maximum, and nowhere else.
      expect(percentileMs(closedNs, 1)).toBeGreaterThan(stallMs * 0.99);
    });
  },
);

describe.skipIf(isLong).each(available)('%s', (variant) => {
  it('counts every hand-over of an open loop, also those that never came back, and none of an earlier slice', async () => {
    const cell: Cell = { ...BASE, variant, channels: 3, load: 0.5, offeredPerSecond: 20_000 };
    for (const { latencies, pace } of await measure(cell, 200, 2)) {
      expect(countOf(latencies!.handoff)).toBe(200);
      expect(countOf(latencies!.taken)).toBe(200);
      expect(pace!.offeredNs).toBeCloseTo(199 * 50_000);
      expect(pace!.takenNs).toBeGreaterThanOrEqual(pace!.offeredNs);
    }
  });
});

it.skipIf(isLong)('tells by how much an open loop fell behind its pace', async () => {
  // A hand-over every 10 ns: reading the clock alone takes longer.
  const cell: Cell = { ...BASE, variant: 'inline', load: 0.5, offeredPerSecond: 1e8 };
  const [slice] = await measure(cell, 2000);
  expect(slice!.pace!.takenNs).toBeGreaterThan(slice!.pace!.offeredNs * 2);
});

describe.skipIf(isLong)('a ping-pong', () => {
  it.each(['mutex', 'atomic-barrier', 'message-port'])('in parts: %s', async (variant) => {
    const [, { latencies }] = (await measure({ ...BASE, variant }, 500, 2)) as [Slice, Slice];
    const names = ['handoff', 'taken', 'freed'] as const;
    // The last batch of a slice is not asked for again.
    for (const name of names) expect(countOf(latencies![name]), name).toBe(499);
    const least = (name: (typeof names)[number]) => lowestOf(latencies![name][0]!);
    for (const part of ['taken', 'freed'] as const) {
      expect(least(part)).toBeGreaterThan(0);
      expect(percentileMs(latencies![part], 0.5)).toBeLessThan(percentileMs(latencies!.handoff, 0.5));
    }
  });

  it('of tasks is told as a whole: nothing passes between threads', async () => {
    const [slice] = await measure({ ...BASE, variant: 'async-flag' }, 100);
    expect(slice!.latencies!.taken).toEqual([]);
    expect(countOf(slice!.latencies!.handoff)).toBe(99);
  });
});
