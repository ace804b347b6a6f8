// Cells that stand open side by side and take turns on one provider: each is checked as if it were alone.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../../variants/index.js';
import { CELL_DEFAULTS, type Cell, CellFailure } from './cell.js';
import { Fleet } from './fleet.js';

const BASE = { ...CELL_DEFAULTS, workload: 'throughput', channels: 2, pagesPerBatch: 3, transport: 'memory' } as const;
const RAM = { bytes: 4 << 20, seed: 1, shares: { zero: 1, text: 1, random: 1 } };
const TURNS = 12;
const JOBS = 20;

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.start({ senders: 2, requesters: 2, ram: RAM, watchdogMs: 10_000 });
});
afterAll(() => fleet.terminate());

const open = (cell: Cell, lane: number) => fleet.open(cell, registry[cell.variant]!, undefined, lane, lane / 2);
const mirrored = Array.from({ length: TURNS }, (_, at) => ({ lane: [0, 1, 1, 0][at % 4]!, amount: JOBS }));

describe.each([
  ['mutex', 'atomic-barrier'],
  ['mutex', 'mutex'],
  ['message-port', 'mutex'],
  ['eventcount', 'async-mutex'],
  ['inline', 'piscina'],
])('%s beside %s', (first, second) => {
  it('takes turns in order, and both hand everything over exactly once', async () => {
    await open({ ...BASE, variant: first, checking: true }, 0);
    await open({ ...BASE, variant: second, checking: true }, 1);
    const slices = await fleet.turns(mirrored);
    expect(slices.map(({ jobs, pages }) => [jobs, pages])).toEqual(mirrored.map(() => [JOBS, 3 * JOBS]));
    for (const [at, { startedNs }] of slices.entries()) {
      if (at > 0) expect(startedNs).toBeGreaterThan(slices[at - 1]!.startedNs + slices[at - 1]!.durationNs);
    }
    const reports = [await fleet.close(0), await fleet.close(1)];
    // What is timed, what fills the channels before, and the batch that is under way at the end.
    for (const { jobs, syncs, providerCpuNs } of reports) {
      expect(jobs).toBe((TURNS / 2) * (JOBS + 2 + 1));
      expect(syncs).toBe((TURNS / 2) * 2);
      // A provider on an event loop may use less in a turn than the kernel counts.
      if (second !== 'piscina') expect(providerCpuNs).toBeGreaterThan(0);
    }
  });
});

describe('cells side by side', () => {
  it('have a thread for each channel of each, and give them back', async () => {
    await open({ ...BASE, variant: 'mutex', channels: 3 }, 1);
    await open({ ...BASE, variant: 'mutex', channels: 1 }, 0);
    await fleet.turns(mirrored);
    expect((await fleet.close(1)).jobsPerChannel).toHaveLength(3);
    await open({ ...BASE, variant: 'atomic-barrier', channels: 3 }, 1);
    await fleet.turns(mirrored);
    await fleet.close(0);
    await fleet.close(1);
  });

  it('take turns with several requesters', async () => {
    for (const lane of [0, 1]) await open({ ...BASE, variant: 'requesters-mutex', requesters: 2 }, lane);
    const slices = await fleet.turns(mirrored);
    expect(slices.map(({ jobs }) => jobs)).toEqual(mirrored.map(() => 2 * JOBS));
    for (const lane of [0, 1]) await fleet.close(lane);
  });

  it('sync by sync', async () => {
    for (const lane of [0, 1]) await open({ ...BASE, variant: 'mutex', workload: 'sync' }, lane);
    const slices = await fleet.turns(mirrored.map(({ lane }) => ({ lane, amount: 1 })));
    for (const { signalNs, delayNs } of slices) expect([signalNs!.length, delayNs!.length]).toEqual([1, 1]);
    for (const lane of [0, 1]) expect((await fleet.close(lane)).syncs).toBe(TURNS);
  });

  it('ping-pong, each turn with its own medians, all of them with one distribution', async () => {
    const cell = { ...BASE, workload: 'hand-off', channels: 1, variant: 'mutex' } as const;
    for (const lane of [0, 1]) await open(cell, lane);
    for (const { medianNs } of await fleet.turns(mirrored)) {
      expect(medianNs!.taken! + medianNs!.freed!).toBeGreaterThan(0);
      expect(medianNs!.handoff).toBeGreaterThan(medianNs!.freed!);
    }
    for (const lane of [0, 1]) {
      const counts = fleet.latencies(lane)!.handoff.filter((_, at) => at % 2 === 1);
      // The first batch of a turn was handed over before it began.
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe((TURNS / 2) * (JOBS - 1));
      await fleet.close(lane);
    }
  });

  it('that would spin sleep while the others have their turn', async () => {
    const spin = { spinNs: 2e9 } as const;
    const spinning = { ...BASE, variant: 'mutex', channels: 1, providerWait: spin, senderWait: spin } as const;
    await open({ ...spinning, rests: true }, 0);
    await open({ ...BASE, variant: 'mutex' }, 1);
    await fleet.turns([{ lane: 0, amount: JOBS }]);
    const begun = performance.now();
    await fleet.turns(Array.from({ length: 60 }, () => ({ lane: 1, amount: 400 })));
    const othersMs = performance.now() - begun;
    await fleet.turns([{ lane: 0, amount: JOBS }]);
    const { threads } = await fleet.close(0);
    await fleet.close(1);
    const senderMs = threads.find(({ role }) => role === 'sender')!.cpuNs / 1e6;
    expect(senderMs).toBeLessThan(othersMs / 2);
  });
});

it('a cell that fails says which it is, and why', async () => {
  const spent = await Fleet.start({ senders: 4, requesters: 1, ram: RAM, watchdogMs: 10_000 });
  try {
    const faults = [{ kind: 'fail', channel: 1, write: 9 }] as const;
    await spent.open({ ...BASE, variant: 'mutex' }, registry.mutex!, undefined, 0);
    await spent.open({ ...BASE, variant: 'atomic-barrier', faults }, registry['atomic-barrier']!, undefined, 1);
    const failure: unknown = await spent.turns(mirrored).catch((cause) => cause);
    expect(failure).toBeInstanceOf(CellFailure);
    expect((failure as CellFailure).lane).toBe(1);
    expect((failure as CellFailure).message).toBe('channel 1, write 9: injected failure');
  } finally {
    await spent.terminate();
  }
});
