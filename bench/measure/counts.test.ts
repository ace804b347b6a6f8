// Counting a plan with real processes and threads, and what its figures say about the pair under study.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isLong } from '../../src/fixtures/tier.js';
import { loadVariants } from '../plan/catalogue.js';
import { makePlan } from '../plan/plan.js';
import type { PlanOptions } from '../plan/planned.js';
import { customTable } from '../plan/tables.js';
import { countAccesses } from './counts.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-counts-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function planFor(variants: string, axes: Parameters<typeof customTable>[0]) {
  return makePlan({
    tables: [customTable({ channels: [1], pagesPerBatch: [1], ...axes })],
    listed: await loadVariants(variants),
    everywhere: {},
    rounds: 1,
    visitMs: 1,
    slices: 1,
    sliceMs: 1,
    turnFactor: 1,
    besideEvery: 1,
    studied: [],
    forceSpin: false,
    seed: 1,
    ram: { bytes: 1 << 20, seed: 1, shares: { zero: 1, text: 1, random: 1 } },
    cpus: 2,
  } as PlanOptions);
}

const count = (plan: Awaited<ReturnType<typeof planFor>>) =>
  countAccesses(plan, () => {}, new AbortController().signal);

describe('countAccesses', () => {
  it.skipIf(isLong)('finds that the pair under study differs by a lock pair on each side, exactly', async () => {
    const plan = await planFor('mutex,atomic-barrier', { transport: ['discard'] });
    const [mutex, barrier] = [...(await count(plan)).values()];
    expect(mutex!.jobs).toBe(300);
    for (const side of ['provider', 'senders'] as const) {
      expect(mutex![side].batch.lockPairs).toEqual({ median: 1, low: 1, high: 1 });
      expect(barrier![side].batch.lockPairs).toBeUndefined();
      expect(mutex![side].batch.atomicStores).toEqual(barrier![side].batch.atomicStores);
      // Two for each of token and post, and two more for a sleep: of those there is at most one and a bit.
      expect(barrier![side].batch.readModifyWrites!.median).toBeGreaterThanOrEqual(2);
      expect(mutex![side].batch.readModifyWrites!.low).toBeGreaterThanOrEqual(4);
    }
    expect(barrier!.provider.sync.atomicStores).toEqual({ median: 1, low: 1, high: 1 });
  });

  it.runIf(isLong)('counts over sockets too, without the packet numbers that the framework takes', async () => {
    const plan = await planFor('inline,atomic-barrier', { transport: ['unix'] });
    const [inline, barrier] = [...(await count(plan)).values()];
    expect(inline!.senders).toEqual({ batch: {}, sync: {} });
    expect(inline!.provider.batch).toEqual({});
    expect(barrier!.senders.batch.atomicStores).toEqual({ median: 1, low: 1, high: 1 });
  });

  it.runIf(isLong)('leaves a cell out that fails, and goes on with the next', async () => {
    const path = join(folder, 'throws.mjs');
    const inline = new URL('../../variants/inline.js', import.meta.url).href;
    const broken = "provider: { waits: 'blocks', open() { throw new Error('broken on purpose'); } }";
    writeFileSync(path, `import inline from '${inline}';\nexport default { ...inline, name: 'throws', ${broken} };\n`);
    const counts = await count(await planFor(`${path},mutex`, { transport: ['discard'] }));
    expect([...counts.keys()].map((id) => id.split(' ')[1])).toEqual(['mutex']);
  });
});
