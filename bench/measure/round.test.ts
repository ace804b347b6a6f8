// A round with real processes and threads: who takes part in how many of its turns.

import { expect, it } from 'vitest';
import { loadVariants } from '../plan/catalogue.js';
import { makePlan } from '../plan/plan.js';
import { customTable } from '../plan/tables.js';
import type { TurnSize } from './live-turns.js';
import { takeRound } from './round.js';

it('gives the designs under study the time, and those that stand beside them a few turns', async () => {
  const plan = makePlan({
    tables: [customTable({ channels: [1], pagesPerBatch: [1], transport: ['discard'] })],
    listed: await loadVariants('mutex,atomic-barrier,message-port'),
    everywhere: {},
    ...{ rounds: 1, visitMs: 400, slices: 1, sliceMs: 1, turnFactor: 1, besideEvery: 1, turnMs: 1 },
    studied: ['mutex', 'atomic-barrier'],
    ...{ forceSpin: false, seed: 1, cpus: 2 },
    ram: { bytes: 1 << 20, seed: 1, shares: { zero: 1, text: 1, random: 1 } },
  });
  const turns = new Map<string, TurnSize>();
  const context = {
    plan,
    signal: new AbortController().signal,
    amounts: new Map(),
    turns,
    failures: new Map(),
    step: () => {},
  };
  const { end, visits } = await takeRound(0, context);
  expect(end).toBe('finished');
  const taken = (variant: string) =>
    visits
      .filter(({ cellId }) => cellId.includes(` ${variant} `))
      .reduce((sum, visit) => sum + (visit.counters?.jobs ?? 0) / amountOf(variant), 0);
  const amountOf = (variant: string) => [...turns].find(([key]) => key.includes(`: custom ${variant} `))![1].amount;
  expect(taken('message-port')).toBeLessThan(taken('mutex') * 0.85);
  expect(taken('atomic-barrier')).toBeGreaterThan(taken('mutex') * 0.8);
});
