// Cells side by side, over a process that is made up: what is measured is warm, and all cells of a shape do the same work.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Random } from '../../src/random.js';
import type { Cell } from '../../src/session/cell.js';
import type { LaneTurn } from '../../src/session/fleet.js';
import type { Child } from './child.js';
import { measureLive } from './live.js';
import type { LiveEnd } from './live-turns.js';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const cell = { variant: 'a', workload: 'throughput', channels: 1, depth: 1 } as Cell;

/** A process in which a batch takes so many nanoseconds, by lane and by how many milliseconds its turns have taken. */
function madeUp(jobNs: (lane: number, usedMs: number, amount: number) => number) {
  const usedMs = [0, 0];
  const taken: { lane: number; jobNs: number }[] = [];
  const turns = async (order: readonly LaneTurn[]) =>
    order.map(({ lane, amount }) => {
      const each = jobNs(lane, usedMs[lane]!, amount);
      const durationNs = each * amount;
      usedMs[lane]! += durationNs / 1e6;
      vi.advanceTimersByTime(durationNs / 1e6);
      taken.push({ lane, jobNs: each });
      return { jobs: amount, pages: amount, durationNs, startedNs: 0 };
    });
  const client = { open: async () => {}, close: async () => ({}), turns } as unknown as Child;
  const ends = [0, 1].map(
    (lane): LiveEnd => ({ cell, client, lane, peer: undefined, cold: true, turn: undefined, beside: false }),
  );
  return { ends, usedMs, taken };
}

const options = { turnMs: 1, mayLengthen: true, forMs: 300, random: new Random(5) };

it('nothing is measured before the slower of two cells to warm has settled', async () => {
  // The first is compiled at once; the second falls from 90 to 30 us a batch while it is used for 120 ms.
  const { ends } = madeUp((lane, used) => (lane === 0 ? 30e3 : 30e3 + 60e3 * Math.max(0, 1 - used / 120)));
  const parts = await measureLive(ends, options);
  for (const { mirrors } of parts) {
    expect(mirrors.length).toBeGreaterThan(50);
    for (const { durationNs, jobs } of mirrors.flat()) expect(durationNs / jobs).toBeLessThan(30e3 * 1.02);
  }
});

it('a turn of warm cells of one shape takes what was asked for, with the same amount for both', async () => {
  const { ends } = madeUp((lane, used) => (used < 40 ? 200e3 : 25e3) * (lane === 0 ? 1 : 1.1));
  const [a, b] = await measureLive(ends, options);
  expect(a!.amount).toBe(b!.amount);
  const [first] = a!.mirrors[0]!;
  expect(first.durationNs / 1e6).toBeGreaterThan(0.95);
  expect(first.durationNs / 1e6).toBeLessThan(1.05);
});

it('a cell that never settles is measured after as long again at most', async () => {
  const { ends, usedMs } = madeUp((_, used) => 1e6 / (1 + used / 10));
  const [a] = await measureLive(ends, options);
  expect(a!.mirrors.length).toBeGreaterThan(3);
  expect(usedMs[0]! + usedMs[1]!).toBeLessThan(300 * 2.5);
});

it('a design that sleeps less the longer it is at work gets long turns, and so does what it stands beside', async () => {
  // 30 us a batch, but a tenth of that for the second once it has had 100 batches at a stretch.
  const { ends } = madeUp((lane, _, amount) => (lane === 1 && amount > 100 ? 3e3 + (100 * 27e3) / amount : 30e3));
  const [a, b] = await measureLive(ends, options);
  for (const { mirrors } of [a!, b!]) {
    for (const { durationNs } of mirrors.flat()) expect(durationNs / 1e6).toBeGreaterThan(10);
  }
  const perJob = ({ durationNs, jobs }: { durationNs: number; jobs: number }) => durationNs / jobs;
  expect([a!.next.isLong, b!.next.isLong]).toEqual([true, true]);
  expect(perJob(a!.mirrors[0]![0]) / perJob(b!.mirrors[0]![0])).toBeGreaterThan(4);
});

it('turns whose length was asked for keep it', async () => {
  const { ends } = madeUp((lane, _, amount) => (lane === 1 && amount > 100 ? 3e3 + (100 * 27e3) / amount : 30e3));
  const parts = await measureLive(ends, { ...options, mayLengthen: false });
  for (const { mirrors } of parts) {
    for (const { durationNs } of mirrors.flat()) expect(durationNs / 1e6).toBeLessThan(2);
  }
});

it('designs that are the same in long turns keep short ones, though a burst hits a long turn', async () => {
  let long = 0;
  const { ends } = madeUp((_, __, amount) => (amount > 300 && long++ === 0 ? 90e3 : 30e3));
  const [a] = await measureLive(ends, options);
  expect(a!.amount * 30e3).toBeLessThan(2e6);
});

it('a design that only stands beside those under study is in one mirror of six', async () => {
  const { ends } = madeUp(() => 30e3);
  const [a, b] = await measureLive([ends[0]!, { ...ends[1]!, beside: true }], options);
  expect(a!.mirrors.length).toBeGreaterThan(100);
  expect(b!.numbers).toEqual(a!.numbers.filter((number) => number % 6 === b!.numbers[0]! % 6));
});

it('cold cells whose amounts are known run for 30 ms each before they are measured, in turns of that amount', async () => {
  const { ends, taken } = madeUp((_, used) => (used < 28 ? 90e3 : 30e3));
  const known = ends.map((end) => ({ ...end, turn: { amount: 33, isLong: false } }));
  const parts = await measureLive(known, options);
  for (const { mirrors } of parts) {
    for (const { durationNs, jobs } of mirrors.flat()) expect([durationNs, jobs]).toEqual([33 * 30e3, 33]);
  }
  expect(taken.length).toBeLessThan(360);
});

it('an opening whose turns were too short asks for more in the next one, alike for all; long ones stay long', async () => {
  const { ends } = madeUp((lane) => (lane === 0 ? 10e3 : 12e3));
  const next = async (amount: number) =>
    (
      await measureLive(
        ends.map((end) => ({ ...end, cold: false, turn: { amount, isLong: false } })),
        options,
      )
    ).map((part) => part.next.amount);
  expect(await next(20)).toEqual([100, 100]);
  expect(await next(90)).toEqual([90, 90]);
  expect(await next(5000)).toEqual([5000, 5000]);
});
