// The note for upstream: what the model says of each shape, and that the page shows exactly the run that it names.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { madeUpResult } from '../bench/store/fixtures/result.js';
import { readResult } from '../bench/store/read.js';
import { PROJECT } from '../bench/system/project.js';
import { shownRun, UPSTREAM_PAGE, withTables } from './upstream.js';
import { predicted } from './upstream-model.js';

const COSTS = { providerNs: 4000, senderNs: 1000, wakeNs: 5000 };
const load = (requesters: number, channels = 16) => ({ channels, requesters, depth: 1, cpuNs: 1, cpus: 1000 });

describe('the model', () => {
  it('gives one requester the same in all shapes without a queue, and the provider as the limit', () => {
    const perSecond = predicted('requesters-mutex', COSTS, load(1));
    for (const name of ['requesters-cas', 'mutex', 'atomic-barrier'])
      expect(predicted(name, COSTS, load(1))).toBeCloseTo(perSecond, 3);
    expect(perSecond).toBeLessThanOrEqual(1e9 / COSTS.providerNs);
    expect(perSecond).toBeGreaterThan(0.95e9 / COSTS.providerNs);
  });

  it('lets a claim grow with the requesters, and one mutex not', () => {
    const [one, four] = [1, 4].map((requesters) => predicted('requesters-mutex', COSTS, load(requesters)));
    expect(four).toBeCloseTo(one!, 3);
    expect(predicted('requesters-cas', COSTS, load(4))).toBeGreaterThan(2 * four!);
    // The queue's lock is held for 0.3 us per batch.
    expect(predicted('gate-queue', COSTS, load(8))).toBeLessThan(predicted('requesters-cas', COSTS, load(8)));
  });

  it('is cut off by the CPUs', () => {
    expect(predicted('requesters-cas', COSTS, { ...load(8), cpuNs: 20_000, cpus: 2 })).toBe(100_000);
  });
});

describe(UPSTREAM_PAGE, () => {
  const page = readFileSync(`${PROJECT}${UPSTREAM_PAGE}`, 'utf8');

  it('shows exactly what the run that it names holds: `npm run upstream` writes it', () => {
    const shown = shownRun(page);
    if (shown !== undefined) expect(withTables(page, readResult(`${PROJECT}${shown}`), shown)).toBe(page);
  });

  it('takes no other run', () => {
    expect(() => withTables(page, madeUpResult(), 'other.json')).toThrow('other.json: not a run of --table upstream');
  });
});
