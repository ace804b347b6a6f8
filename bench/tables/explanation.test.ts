import { expect, it } from 'vitest';
import type { ResultCell } from '../result/document.js';
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
  requesters: 1,
  visits: [
    {
      counters: { jobs: 1000, parks: 900, notifiesSent: 1000, voluntarySwitches: 1980, involuntarySwitches: 30 },
      runQueueNs: [2e6, 1e6, 4e6],
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
    '  timed      CPU 12.3 us, 1.98 switches + 0.03 forced, 0.90 parks, 1.00 sent',
    '             ready without a CPU: provider 2.00 us, senders 1.00 to 4.00 us each',
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
  const { runQueueNs: _, ...uncounted } = visit!;
  expect(explain([{ ...cell, visits: [uncounted] } as unknown as ResultCell], '2 ch').at(-1)).toContain('1.00 sent');
  const alone = explain([{ ...cell, visits: [{ ...visit!, runQueueNs: [3000] }] }], '2 ch').at(-1);
  expect(alone).toBe('             ready without a CPU: provider <0.01 us');
});

it('stays within 80 columns', () => {
  for (const line of EXPLAINED) expect(line.length).toBeLessThanOrEqual(80);
});
