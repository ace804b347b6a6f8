// Designs are checked on primitives as single operations; here small ones are checked on the shipped primitives too.
import { describe, expect, it, vi } from 'vitest';
import { isLong } from '../fixtures/tier.js';
import { eventHandOff } from './fixtures/event-hand-off.js';
import { semaphoreHandOff } from './fixtures/semaphore-hand-off.js';
import { type MutantResult, mutate } from './mutate.js';
import { verify } from './verify.js';

/** At futex level there are many states. A search ends at its bound of states; a limit of time would measure the machine. */
vi.setConfig({ testTimeout: 600_000 });

const design = (file: string): boolean => file.includes('fixtures/');

function statuses(results: readonly MutantResult[]): Map<string, string> {
  return new Map(results.map(({ mutant, status }) => [mutant.id, status]));
}

describe.each(['words', 'bits'] as const)('an event hand-off by %s', (conditions) => {
  const small = { channels: 1, jobs: 1, conditions };

  it.skipIf(isLong)('is right on single operations and on the shipped event, at a fraction of the states', () => {
    const single = verify(eventHandOff(small));
    const shipped = verify(eventHandOff({ ...small, shipped: true }));
    expect(single).toMatchObject({ complete: true, findings: [] });
    expect(shipped).toMatchObject({ complete: true, findings: [] });
    expect(single.states * 100).toBeLessThan(shipped.states);
  });

  it.runIf(isLong)('has the same mutants killed on both', () => {
    const single = statuses(mutate([eventHandOff(small)], { files: design }));
    const shipped = statuses(mutate([eventHandOff({ ...small, shipped: true })], { files: design }));
    expect(shipped.size).toBeGreaterThan(3);
    for (const [id, status] of shipped) expect(single.get(id), id).toBe(status);
  });

  it.skipIf(isLong).each(['sender', 'provider'] as const)(
    'loses a wake-up on both when the %s forgets to wake',
    (forgets) => {
      for (const shipped of [false, true]) {
        const { findings } = verify(eventHandOff({ ...small, forgets, shipped }));
        expect(findings.map(({ kind }) => kind)).toEqual(['lost-wake-up']);
      }
    },
  );
});

describe.each([
  ['without', false],
  ['with', true],
])('a semaphore hand-off %s a mutex', (_name, mutex) => {
  it.runIf(isLong)('has the same mutants killed on single operations and on the shipped primitives', () => {
    const small = { channels: 1, jobs: 1, sync: !mutex, mutex };
    const single = statuses(mutate([semaphoreHandOff(small)], { files: design }));
    const shipped = statuses(mutate([semaphoreHandOff({ ...small, shipped: true })], { files: design }));
    expect(shipped.size).toBeGreaterThan(3);
    for (const [id, status] of shipped) expect(single.get(id), id).toBe(status);
  });
});
