// Limits that are interrupted while their process starts.
import { expect, it } from 'vitest';
import { loadVariants } from '../plan/catalogue.js';
import { limitCell, measureLimits } from './limits.js';

it('takes no turn when it is interrupted while its process starts', async () => {
  const interrupt = new AbortController();
  let turns = 0;
  const ring = { itemsPerSecond: async () => ++turns, remove: () => {} } as never;
  const results = await measureLimits({
    contests: [{ limit: 'ring', cell: limitCell('mutex', 'ring', 1, 1) }],
    listed: await loadVariants('mutex'),
    ring,
    rounds: 3,
    mirrors: 1,
    slices: 1,
    sliceMs: 1,
    seed: 1,
    signal: interrupt.signal,
    progress: () => queueMicrotask(() => interrupt.abort()),
  });
  expect(results).toEqual([]);
  expect(turns).toBe(0);
});
