// One suite for every registered variant. A variant that cannot pass a test is listed below with the reason.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCAN_KINDS } from '../src/memory/scan.js';
import { CELL_DEFAULTS, type Cell, type CellFailure, type Fault } from '../src/session/cell.js';
import { Fleet } from '../src/session/fleet.js';
import { availableVariants, loadRegistered } from './fixtures/available.js';
import { registry } from './index.js';

/** Variant, test name, reason. */
const EXCEPTIONS: readonly { variant: string; test: string; reason: string }[] = [
  { variant: 'inline', test: 'with delays', reason: 'no shared access in the design: nothing to delay' },
  { variant: 'async-mutex', test: 'with delays', reason: 'no shared access in the design: nothing to delay' },
  { variant: 'async-flag', test: 'with delays', reason: 'no shared access in the design: nothing to delay' },
  { variant: 'message-port', test: 'with delays', reason: 'no shared access in the design: nothing to delay' },
];

const BASE = {
  ...CELL_DEFAULTS,
  workload: 'throughput',
  channels: 2,
  pagesPerBatch: 3,
  transport: 'memory',
  checking: true,
} as const;

const MOST_CHANNELS = 64;
const MOST_REQUESTERS = 3;
const startFleet = (watchdogMs: number, senders: number, requesters = 1) =>
  Fleet.start({
    senders,
    requesters,
    ram: { bytes: 4 << 20, seed: 1, shares: { zero: 1, text: 1, random: 1 } },
    watchdogMs,
  });

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet(10_000, MOST_CHANNELS, MOST_REQUESTERS);
}, 60_000);
afterAll(() => fleet.terminate());

/** Runs a cell; every run checks itself, so a report says that all went once and whole. */
async function runCell(cell: Cell, slices = 3, jobs = 60) {
  await fleet.open(cell, registry[cell.variant]!);
  for (let slice = 0; slice < slices; slice++) await fleet.slice(jobs);
  return fleet.close();
}

/** Runs a cell that must fail; resolves with what it failed with. How jobs fall on channels is up to the scheduler. */
async function failCell(cell: Cell): Promise<CellFailure> {
  await fleet.open(cell, registry[cell.variant]!);
  let failure: CellFailure | undefined;
  for (let slice = 0; slice < 1000 && !failure; slice++) {
    await fleet.slice(60).catch((cause: CellFailure) => {
      failure = cause;
    });
  }
  // What is left of the cell is closed: its threads must be there for the next one.
  await fleet.close().catch(() => {});
  expect(failure, 'the write that fails never came').toBeDefined();
  return failure!;
}

describe.each(await availableVariants())('%s', (name, source) => {
  const test = (title: string, body: () => Promise<void>) =>
    EXCEPTIONS.some((each) => each.variant === name && each.test === title) ? undefined : it(title, body, 30_000);
  const load = () => loadRegistered(source);
  let cell: Cell = { ...BASE, variant: name };
  beforeAll(async () => {
    cell = { ...cell, depth: (await load()).depth[0] };
  });

  test('is called what it is registered as, and says what it is', async () => {
    const variant = await load();
    expect(variant.name).toBe(name);
    expect(variant.summary).toMatch(/^.+[.:] .+\.$/s);
  });

  for (const channels of [1, 2, 5, 16, MOST_CHANNELS]) {
    test(`hands every batch over once, in order, over ${channels} channels`, async () => {
      const report = await runCell({ ...cell, channels });
      expect(report.jobs).toBe(180);
      expect(report.pages).toBe(540);
      expect(report.syncs).toBe(3 * channels);
      expect(report.jobsPerChannel.length).toBe(channels);
    });
  }

  test('keeps that at each depth that it declares', async () => {
    const { depth } = await load();
    for (const each of [1, 2, 64].filter((value) => value >= depth[0] && value <= depth[1])) {
      expect((await runCell({ ...cell, depth: each, channels: 3 })).jobs).toBe(180);
    }
  });

  test('does so where batches are published together', async () => {
    const { depth, publishesLate } = await load();
    if (!publishesLate) return;
    for (const [most, publishEvery] of [
      [8, 3],
      [2, 8],
      [64, 64],
    ] as const) {
      const late = { ...cell, depth: Math.min(most, depth[1]), channels: 3, publishEvery };
      expect((await runCell(late)).jobs).toBe(180);
      expect((await runCell({ ...late, delaySeed: 5, workload: 'sync' }, 1, 20)).syncs).toBe(60);
      const failure = await failCell({ ...late, faults: [{ channel: 1, write: 7, fails: true }] });
      expect(failure.message).toBe('channel 1, write 7: injected failure');
    }
  });

  test('has sent everything that came before a sync when the sync is over', async () => {
    const report = await runCell({ ...cell, workload: 'sync', channels: 3 }, 2, 20);
    expect(report.syncs).toBe(2 * 20 * 3);
  });

  test('does so while it spins, and without notify elision', async () => {
    const wait = { spinNs: 5000 };
    expect((await runCell({ ...cell, providerWait: wait, senderWait: wait })).jobs).toBe(180);
    expect((await runCell({ ...cell, elide: false })).jobs).toBe(180);
  });

  test('does so however it searches, where that is asked for', async () => {
    const shape = { channels: 3, requesters: 1, depth: cell.depth };
    if (!Object.values((await load()).state(shape).table).some(({ scan }) => scan === 'asked')) return;
    for (const scan of SCAN_KINDS) {
      for (const channels of [1, 3, MOST_CHANNELS]) {
        expect((await runCell({ ...cell, channels, scan })).jobs, `${scan}, ${channels} channels`).toBe(180);
      }
      // Rows of any length, and a provider that is held up.
      for (const rowBytes of [8, 64]) expect((await runCell({ ...cell, channels: 5, scan, rowBytes })).jobs).toBe(180);
      expect((await runCell({ ...cell, channels: 3, scan, delaySeed: 5 }, 3, 300)).jobs).toBe(900);
    }
  });

  test('does so with several requesters, where it takes them', async () => {
    if ((await load()).requesters === 'one') return;
    for (const requesters of [2, MOST_REQUESTERS]) {
      for (const channels of [1, 3]) {
        expect((await runCell({ ...cell, channels, requesters })).jobs).toBe(180 * requesters);
        const delayed = { ...cell, channels, requesters, delaySeed: 4, workload: 'sync' } as const;
        expect((await runCell(delayed, 1, 20)).syncs).toBe(20 * channels);
      }
    }
    const fault = { channel: 1, write: 7, fails: true };
    const failure = await failCell({ ...cell, requesters: 2, faults: [fault] });
    expect(failure.message).toBe('channel 1, write 7: injected failure');
  });

  test('with delays', async () => {
    for (const delaySeed of [1, 2, 3]) {
      expect((await runCell({ ...cell, channels: 3, delaySeed })).jobs).toBe(180);
      expect((await runCell({ ...cell, channels: 3, delaySeed, workload: 'sync' }, 1, 20)).syncs).toBe(60);
    }
  });

  const faults: readonly (readonly [string, Fault])[] = [
    ['the first write', { channel: 0, write: 0, fails: true }],
    ['a write under way', { channel: 1, write: 7, fails: true }],
    ['a SYNC write', { channel: 1, sync: 2, fails: true }],
    ['a write that stalled first', { channel: 0, write: 3, stallMs: 50, fails: true }],
  ];
  for (const [what, fault] of faults) {
    test(`ends the run when ${what} fails, says where, and leaves every thread ready for the next`, async () => {
      const start = performance.now();
      const failure = await failCell({ ...cell, faults: [fault] });
      expect(failure.message).toMatch(
        new RegExp(`^channel ${fault.channel}, write ${fault.write ?? '\\d+'}: injected failure$`),
      );
      expect(performance.now() - start).toBeLessThan(2000);
      expect((await runCell(cell)).jobs).toBe(180);
    });
  }
});

describe('the error path', () => {
  // Channel 0 is in mid-write when the SYNC write of channel 1 fails: it then sees exiting and leaves without a word,
  // while the provider has already begun to wait for it.
  const faults: readonly Fault[] = [
    { channel: 0, write: 0, stallMs: 400 },
    { channel: 1, write: 1, stallMs: 200, fails: true },
  ];

  it('of upstream hangs in atomic-barrier, and the watchdog shows the words', async () => {
    const hanging = await startFleet(1500, 2);
    try {
      await hanging.open(
        { ...BASE, variant: 'atomic-barrier', errorPath: 'upstream', faults },
        registry['atomic-barrier']!,
      );
      const failure = (await hanging.slice(2).catch((cause: CellFailure) => cause)) as CellFailure;
      expect(failure.message).toContain('hang: no thread moved on while slice 1 for 1500 ms');
      expect(failure.message).toContain('channel 1, write 1: injected failure');
      expect(failure.dump).toContain('exiting[0] = 1');
      expect(failure.dump).toContain('semSync[0] = 0, 1');
    } finally {
      await hanging.terminate();
    }
  });

  // In mutex the same faults do not meet: the lock keeps the sync from channel 1 until channel 0 has written. Its hang
  // needs a sender that is delayed between waking and locking.
  for (const variant of ['mutex', 'atomic-barrier']) {
    it(`of ours does not hang in ${variant}`, async () => {
      await fleet.open({ ...BASE, variant, faults }, registry[variant]!);
      const failure = await fleet.slice(2).catch((cause: CellFailure) => cause);
      await fleet.close().catch(() => {});
      expect((failure as CellFailure).message).toBe('channel 1, write 1: injected failure');
    });
  }
});
