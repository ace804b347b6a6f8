// A round that ends while its process starts does not wait for it.
import { expect, it } from 'vitest';
import { loadVariants } from '../plan/catalogue.js';
import { makePlan } from '../plan/plan.js';
import { customTable } from '../plan/tables.js';
import { ProcessKilled } from './child.js';
import { Processes } from './processes.js';

it('ends a process that is still filling its RAM', async () => {
  const plan = makePlan({
    tables: [customTable({ channels: [1], pagesPerBatch: [1], transport: ['memory'] })],
    listed: await loadVariants('mutex'),
    everywhere: {},
    ...{ rounds: 1, visitMs: 1, slices: 1, sliceMs: 1, turnFactor: 1, besideEvery: 1, studied: ['mutex'] },
    ...{ forceSpin: false, seed: 1, cpus: 2 },
    ram: { bytes: 1 << 30, seed: 1, shares: { zero: 0, text: 0, random: 1 } },
  });
  const processes = new Processes(plan);
  const beginning = processes.begin(plan.cells.map(({ cell }) => cell));
  await processes.end();
  await expect(beginning).rejects.toThrow(ProcessKilled);
});
