// The conformance suite over every registered design, and over the one that `multifd-bench new` starts from.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFORMANCE, CONFORMANCE_FLEET } from '../src/conformance/conformance.js';
import type { WriteFault } from '../src/faults/fault.js';
import { isLong, runsNow } from '../src/fixtures/tier.js';
import { CELL_DEFAULTS, type CellFailure } from '../src/session/cell.js';
import { Fleet } from '../src/session/fleet.js';
import type { VariantSource } from '../src/session/messages.js';
import { availableVariants, loadRegistered } from './fixtures/available.js';
import { registry } from './index.js';

const template: VariantSource = { module: new URL('./template.js', import.meta.url).href, export: 'default' };
/** The tests that say nothing of some designs, and one design that each must say something of. */
const FOR_SOME: Readonly<Record<string, string>> = {
  'does so where batches are published together': 'spsc-ring',
  'does so however it searches for a free channel': 'atomic-barrier',
  'does so with several requesters': 'requesters-cas',
  'does so with delays at its shared accesses': 'mutex',
};

/** In the first tier for one design of each family; the others have that of the same kind that is left. */
const OF_FIRST = [
  'hands every batch over once, in order, over 1 channel',
  'hands every batch over once, in order, over 2 channels',
  'hands every batch over once, in order, over 16 channels',
  'hands every batch over once, in order, over 64 channels',
  'does so while it spins, and without notify elision',
  'ends the run when the first write fails, says where, and leaves every thread ready for the next',
  'ends the run when a write under way fails, says where, and leaves every thread ready for the next',
  'ends the run when a write that stalled first fails, says where, and leaves every thread ready for the next',
];
const families = new Set<string>();

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.start(CONFORMANCE_FLEET);
}, 60_000);
afterAll(() => fleet.terminate());

for (const [name, source] of [...(await availableVariants()), ['template', template] as const]) {
  const variant = await loadRegistered(source);
  const isFirstOfFamily = !families.has(variant.family);
  families.add(variant.family);
  describe(name, () => {
    it('is called what it is registered as', () => expect(variant.name).toBe(name));
    for (const test of CONFORMANCE.filter(({ skipped }) => skipped(variant) === undefined)) {
      if (!runsNow(isFirstOfFamily || !OF_FIRST.includes(test.title))) continue;
      it(test.title, () => test.run({ variant, source, fleet }), 120_000);
    }
    it('is left out by no test that is for all', () => {
      for (const { title, skipped } of CONFORMANCE) {
        if (skipped(variant) !== undefined) expect(Object.keys(FOR_SOME)).toContain(title);
      }
    });
  });
}

it('has the tests that the first tier leaves to one design of each family', () => {
  for (const title of OF_FIRST) expect(CONFORMANCE.map((test) => test.title)).toContain(title);
});

it.each(Object.entries(FOR_SOME))('%s: %s', async (title, name) => {
  const test = CONFORMANCE.find((each) => each.title === title)!;
  expect(test.skipped(await loadRegistered(registry[name]!))).toBeUndefined();
});

describe.skipIf(isLong)('the error path', () => {
  const base = {
    ...CELL_DEFAULTS,
    workload: 'throughput',
    channels: 2,
    pagesPerBatch: 3,
    transport: 'memory',
  } as const;
  // Channel 0 is in mid-write when the SYNC write of channel 1 fails: it then sees exiting and leaves without a word,
  // while the provider has already begun to wait for it.
  const faults: readonly WriteFault[] = [
    { kind: 'delay', channel: 0, write: 0, delayMs: 400 },
    { kind: 'fail', channel: 1, write: 1, delayMs: 200 },
  ];

  it('of upstream hangs in atomic-barrier, and the watchdog shows the words', async () => {
    const hanging = await Fleet.start({ ...CONFORMANCE_FLEET, senders: 2, requesters: 1, watchdogMs: 800 });
    try {
      await hanging.open(
        { ...base, checking: true, variant: 'atomic-barrier', errorPath: 'upstream', faults },
        registry['atomic-barrier']!,
      );
      const failure = (await hanging.slice(2).catch((cause: CellFailure) => cause)) as CellFailure;
      expect(failure.message).toContain('hang: no thread moved on while slice 1 for 800 ms');
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
      await fleet.open({ ...base, checking: true, variant, faults }, registry[variant]!);
      const failure = await fleet.slice(2).catch((cause: CellFailure) => cause);
      await fleet.close().catch(() => {});
      expect((failure as CellFailure).message).toBe('channel 1, write 1: injected failure');
    });
  }
});
