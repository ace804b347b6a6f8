// Counted accesses against what the sources say: every identity below is read off semaphore, lock and design.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registry } from '../../variants/index.js';
import { CELL_DEFAULTS, type Cell } from './cell.js';
import { Fleet } from './fleet.js';

const BASE = {
  ...CELL_DEFAULTS,
  workload: 'throughput',
  channels: 1,
  pagesPerBatch: 1,
  transport: 'discard',
  counting: true,
} as const;
const JOBS = 200;
const SLICES = 2;

let fleet: Fleet;
beforeAll(async () => {
  const ram = { bytes: 1 << 20, seed: 1, shares: { zero: 1, text: 1, random: 1 } };
  fleet = await Fleet.start({ senders: 3, requesters: 1, ram, watchdogMs: 10_000 });
});
afterAll(() => fleet.terminate());

async function visit(cell: Cell) {
  await fleet.open(cell, registry[cell.variant]!);
  for (let slice = 0; slice < SLICES; slice++) await fleet.slice(JOBS);
  return fleet.close();
}

async function count(cell: Cell) {
  return (await visit(cell)).accesses!;
}

const jobs = JOBS * SLICES;

describe('accesses of a batch', () => {
  it('in atomic-barrier: two semaphores, a flag, and two more for each sleep', async () => {
    const { provider, senders } = await count({ ...BASE, variant: 'atomic-barrier' });
    for (const side of [provider.jobs, senders.jobs]) {
      expect(side.atomicStores).toBe(jobs);
      // A post and a taken token; who sleeps counts itself in and out. A second post, that of the sync, may come
      // between the look at a token and its taking, which is then tried again.
      const triedAgain = side.readModifyWrites - 2 * jobs - 2 * side.waits;
      expect([0, 1, SLICES]).toContain(triedAgain);
      // The token, the waiters, exiting, the flag; and the token again after each sleep.
      expect(side.atomicLoads).toBe(4 * jobs + side.waits + triedAgain);
      expect(side.parks).toBeLessThanOrEqual(side.waits);
      expect(side.notifiesWoken).toBeLessThanOrEqual(side.notifiesSent);
      expect({ lockPairs: side.lockPairs, spins: side.spins }).toEqual({ lockPairs: 0, spins: 0 });
    }
    expect(provider.jobs.hintReads).toBe(jobs);
    expect(senders.jobs.hintReads).toBe(0);
    // Nobody parks but who is woken by the other side, in a job or in a sync.
    const total = (key: 'parks' | 'notifiesWoken') =>
      [provider.jobs, provider.syncs, senders.jobs, senders.syncs].reduce((sum, side) => sum + side[key], 0);
    expect(total('notifiesWoken')).toBeGreaterThan(0);
    expect(Math.abs(total('parks') - total('notifiesWoken'))).toBeLessThanOrEqual(SLICES);
  });

  it('in mutex: a lock pair more on each side, which is two atomic operations where nobody contends', async () => {
    const { provider, senders } = await count({ ...BASE, variant: 'mutex' });
    for (const side of [provider.jobs, senders.jobs]) {
      expect(side.lockPairs).toBe(jobs);
      expect(side.atomicStores).toBe(jobs);
      expect(side.readModifyWrites).toBeGreaterThanOrEqual(4 * jobs);
      // What contention adds: a wait of a lock takes no waiters' count, so it is bounded, not fixed.
      expect(side.readModifyWrites).toBeLessThanOrEqual(4 * jobs + 2 * side.waits + 6 * side.lockSlowPaths + SLICES);
    }
  });

  it('grow with a dose of locks by two operations a pair', async () => {
    const { provider, senders } = await count({ ...BASE, variant: 'mutex', dose: { kind: 'lock', amount: 10 } });
    for (const side of [provider.jobs, senders.jobs]) {
      expect(side.lockPairs).toBe(11 * jobs);
      expect(side.readModifyWrites).toBeGreaterThanOrEqual(24 * jobs);
    }
  });

  it('are a sync apart from the batches before it', async () => {
    const { provider, senders } = await count({ ...BASE, variant: 'atomic-barrier', channels: 3 });
    expect(senders.jobs.atomicStores).toBe(jobs);
    // Each of three channels: pendingSync is set by the provider and cleared by the sender.
    expect(provider.syncs.atomicStores).toBe(3 * SLICES);
    expect(senders.syncs.atomicStores).toBe(3 * SLICES);
    expect(provider.jobs.hintReads).toBeGreaterThanOrEqual(jobs);
  });

  it('count looks while spinning, and none of the looks is a wait', async () => {
    const wait = { spinNs: 1e9 };
    const { provider, senders } = await count({
      ...BASE,
      variant: 'atomic-barrier',
      providerWait: wait,
      senderWait: wait,
    });
    for (const side of [provider.jobs, senders.jobs]) {
      expect(side.waits).toBe(0);
      expect(side.spins).toBeGreaterThan(0);
      // Every look is a load; the one that ends the wait is not followed by a pause.
      expect(side.atomicLoads).toBeGreaterThanOrEqual(4 * jobs + side.spins);
      expect(side.atomicLoads).toBeLessThanOrEqual(5 * jobs + side.spins + SLICES);
    }
  });

  it('are next to none in designs without shared words', async () => {
    const { provider } = await count({ ...BASE, variant: 'inline' });
    expect(Object.values(provider.jobs).every((value) => value === 0)).toBe(true);
    // Once a batch each: exiting on the way out and, in a task design, on the way in.
    const tasks = await count({ ...BASE, variant: 'async-flag' });
    expect(tasks.provider.jobs.atomicLoads).toBeGreaterThan(jobs);
    expect(tasks.provider.jobs.readModifyWrites).toBe(0);
    // Packet numbers are the framework's, whoever takes them.
    const sending = await count({ ...BASE, variant: 'async-flag', transport: 'memory' });
    expect(sending.provider.jobs.readModifyWrites + sending.provider.syncs.readModifyWrites).toBe(0);
    const messages = await count({ ...BASE, variant: 'message-port' });
    expect(messages.provider.jobs.atomicLoads).toBe(jobs);
  });

  it('leave the next cell uncounted', async () => {
    await count({ ...BASE, variant: 'mutex' });
    const report = await visit({ ...BASE, variant: 'mutex', counting: false });
    expect(report.accesses).toBeUndefined();
    expect(report.jobs).toBe(jobs);
  });
});

describe('what the kernel counts', () => {
  it('is there for each thread: CPU time, and a switch for most parks', async () => {
    const { threads, providerCpuNs, sendersCpuNs, parks } = await visit({ ...BASE, variant: 'mutex', channels: 2 });
    expect(threads.map(({ role }) => role)).toEqual(['provider', 'sender', 'sender']);
    expect(threads.reduce((sum, { cpuNs }) => sum + cpuNs, 0)).toBe(providerCpuNs + sendersCpuNs);
    for (const { cpuNs, runQueueNs, voluntarySwitches, involuntarySwitches } of threads) {
      expect(cpuNs).toBeGreaterThan(0);
      expect(runQueueNs === null || runQueueNs >= 0).toBe(true);
      expect(voluntarySwitches).toBeGreaterThan(0);
      expect(involuntarySwitches).toBeGreaterThanOrEqual(0);
    }
    expect(parks).toBeGreaterThan(0);
    expect(threads.reduce((sum, each) => sum + each.voluntarySwitches, 0)).toBeGreaterThanOrEqual(parks / 2);
  });
});
