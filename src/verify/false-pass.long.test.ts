// A correct program of many operations, which once passed for a livelock.
import { expect, it } from 'vitest';
import { type Body, program } from './fixtures/expect-finding.js';
import { verify } from './verify.js';

it('many operations are no livelock', () => {
  const adds: Body = (words) => {
    for (let i = 0; i < 5200; i++) Atomics.add(words, 0, 1);
  };
  for (const strategy of ['random', 'pct'] as const)
    expect(verify(program([adds]), { strategy, schedules: 1 }).findings).toEqual([]);
}, 300_000);
