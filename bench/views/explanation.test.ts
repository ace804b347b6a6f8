import { expect, it } from 'vitest';
import type { ResultCell } from '../store/result.js';
import { EXPLAINED, explain } from './explanation.js';

const same = (value: number) => ({ median: value, low: value, high: value });
const cell = {
  variant: 'mutex',
  workload: 'throughput',
  metrics: { cpuNsPerJob: { median: 12_345, low: 1, high: 2, rounds: 6 } },
  counts: {
    visits: 3,
    jobs: 300,
    provider: {
      batch: { atomicLoads: { median: 4.98, low: 4.9, high: 5 }, lockPairs: same(1), spins: same(123_456) },
      sync: { atomicStores: same(2) },
    },
    senders: { batch: { lockPairs: same(1), parks: { median: 0.001, low: 0, high: 0.002 } }, sync: {} },
  },
  visits: [
    {
      counters: {
        jobs: 1000,
        parks: 900,
        notifiesSent: 1000,
        providerRunQueueNs: 2e6,
        sendersRunQueueNs: 1e6,
        providerVoluntarySwitches: 1000,
        sendersVoluntarySwitches: 980,
        providerInvoluntarySwitches: 20,
        sendersInvoluntarySwitches: 10,
      },
    },
  ],
} as unknown as ResultCell;

it('shows both sides of a batch, exact numbers without a point, and leaves empty columns out', () => {
  expect(explain([cell], '2 ch')).toEqual([
    'Behind 2 ch, for each batch:',
    '             loads  locks  parks  looks',
    'mutex',
    '  provider    4.98      1      0 123456',
    '  senders        0      1  <0.01      0',
    '  timed      CPU 12.3 us, ready without a CPU 2.00 + 1.00 us',
    '             1.98 switches + 0.03 forced, 0.90 parks, 1.00 notifies',
  ]);
});

it('counts a sync where syncs are measured', () => {
  const lines = explain([{ ...cell, workload: 'sync' }], '2 ch');
  expect(lines.slice(0, 4)).toEqual([
    'Behind 2 ch, for each sync:',
    '            stores',
    'mutex',
    '  provider       2',
  ]);
});

it('says nothing of what was not counted, and keeps silent about waits that the kernel does not count', () => {
  expect(explain([{ ...cell, counts: undefined } as unknown as ResultCell], '2 ch')).toEqual([]);
  const [visit] = cell.visits;
  const { providerRunQueueNs: _, ...counters } = visit!.counters;
  const lines = explain([{ ...cell, visits: [{ ...visit!, counters }] }], '2 ch');
  expect(lines.at(-2)).toBe('  timed      CPU 12.3 us');
});

it('stays within 80 columns', () => {
  for (const line of EXPLAINED) expect(line.length).toBeLessThanOrEqual(80);
});
