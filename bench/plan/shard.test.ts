// Shards: together they are the plan, and what is compared within a run stays together.

import { describe, expect, it } from 'vitest';
import { groupOfCells } from './planned.js';
import { planOf } from './run-plan.js';
import { parseShard, planHash } from './shard.js';

const shards = (of: number, flags = {}) =>
  Promise.all(Array.from({ length: of }, (_, at) => planOf({ seed: '5', ...flags, shard: `${at + 1}/${of}` })));

describe('shards', () => {
  it('hold each cell of the plan once, whatever their number, and groups whole', async () => {
    const { plan } = await planOf({ seed: '5', wait: 'park,adaptive' });
    for (const of of [1, 3, 7]) {
      const parts = (await shards(of, { wait: 'park,adaptive' })).map(({ plan }) => plan);
      const ids = parts.flatMap(({ cells }) => cells.map(({ id }) => id));
      expect(ids.toSorted()).toEqual(plan.cells.map(({ id }) => id).toSorted());
      const groups = parts.map(
        (part) => new Set(part.cells.filter(({ repeats }) => !repeats).map((cell) => groupOfCells(cell, part))),
      );
      expect(groups.reduce((sum, { size }) => sum + size, 0)).toBe(new Set(groups.flatMap((group) => [...group])).size);
      for (const { cells, shard, fleet } of parts) {
        const own = new Set(cells.map(({ id }) => id));
        for (const { repeats } of cells) if (repeats !== undefined) expect(own).toContain(repeats);
        expect(shard!.plan).toBe(planHash(plan));
        // Threads are the same in all of them: a cell is measured as in the whole plan.
        expect(fleet).toEqual(plan.fleet);
      }
      const sizes = parts.map(({ cells }) => cells.length);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(2 * Math.min(...sizes) + 12);
    }
  });

  it('are refused where they are none, and without a seed', async () => {
    for (const wrong of ['', '1', '0/2', '3/2', '1/101', '-1/2', '1/2/3']) {
      expect(() => parseShard(wrong)).toThrow('--shard: got');
    }
    await expect(planOf({ shard: '1/2' })).rejects.toThrow('--shard: needs --seed N');
    await expect(planOf({ shard: '9/9', seed: '1', channels: '1,2' })).rejects.toThrow(
      'takes at most 2 shards of this plan',
    );
  });
});
