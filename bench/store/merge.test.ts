// Shards joined: into the same result whatever their order, and only where they are parts of one run.

import { describe, expect, it } from 'vitest';
import { planOf } from '../plan/run-plan.js';
import type { Result } from '../result/document.js';
import { madeUpResult } from './fixtures/result.js';
import { mergeShards, type Part } from './merge.js';
import { parseResult, storedText } from './stored.js';

const FLAGS = {
  seed: '5',
  channels: '1,2,4',
  transport: 'discard',
  batchPages: '1',
  rounds: '6',
  variants: 'mutex,atomic-barrier',
};

/** A run of a shard; what it measured is made up. */
async function shard(
  index: number,
  of: number,
  change: (result: Result) => Result = (result) => result,
): Promise<Part> {
  const flags = { ...FLAGS, shard: `${index}/${of}` };
  const { plan } = await planOf(flags);
  const made = madeUpResult({ id: `0000000${index}`, seed: index });
  const { slices, sliceMs, turnFactor } = plan;
  const cells = plan.cells.map(({ id, table, cell }, at) => {
    const { channels, variant } = cell;
    return { ...made.cells[at % made.cells.length]!, id, table, channels, variant };
  });
  const run = { ...made.run, flags, seed: 5, slices, sliceMs, turnFactor, shard: plan.shard! };
  const result = change({ ...made, run, cells, comparisons: [] });
  // As a file has it.
  return { path: `${index}.json`, result: parseResult(storedText(result), `${index}.json`) };
}

describe('shards', () => {
  it('make the run that they are parts of, in whatever order they come', async () => {
    const parts = await Promise.all([1, 2, 3].map((index) => shard(index, 3)));
    const merged = await mergeShards(parts, {});
    const { plan } = await planOf(FLAGS);
    expect(merged.cells.map(({ id }) => id)).toEqual(plan.cells.map(({ id }) => id));
    expect(merged.comparisons.map(({ a, b }) => `${a} ${b}`)).toEqual(Array(3).fill('mutex atomic-barrier'));
    expect(merged.run).toMatchObject({ complete: true, merged: ['00000001', '00000002', '00000003'], seed: 5 });
    expect(merged.run.shard).toBeUndefined();
    expect(merged.run.flags).toEqual(FLAGS);
    expect(await mergeShards(parts.toReversed(), {})).toEqual(merged);
    expect(parseResult(storedText(merged), 'merged.json')).toEqual(merged);
  });

  it('that are missing or there twice are named', async () => {
    const [first, second] = await Promise.all([shard(1, 3), shard(2, 3)]);
    await expect(mergeShards([first], {})).rejects.toThrow(
      'merge: shard 2, 3 of 3 missing; --partial joins the others',
    );
    await expect(mergeShards([first, second, { ...first, path: 'again.json' }], {})).rejects.toThrow(
      'merge: 1.json and again.json are both shard 1',
    );
    expect((await mergeShards([first, second], { partial: true })).run.complete).toBe(false);
  });

  it('of another machine, seed, commit or build are refused with file and field', async () => {
    const first = await shard(1, 2);
    const refused = async (change: (result: Result) => Result, message: string) =>
      await expect(mergeShards([first, await shard(2, 2, change)], {})).rejects.toThrow(`2.json: ${message}`);
    const machine = (result: Result) => ({ ...result, machine: { ...result.machine, key: 'other-4c-8g' } });
    await refused(machine, 'machine.key: got other-4c-8g, takes made-up-2c-8g as in 1.json; --across-machines');
    await refused(
      (result) => ({ ...result, run: { ...result.run, seed: 6 } }),
      'run.seed: got 6, takes 5 as in 1.json',
    );
    await refused((result) => ({ ...result, code: { ...result.code, harness: 'x' } }), 'code.harness: got x');
    await refused(
      (result) => ({ ...result, commit: { ...result.commit!, sha: 'f'.repeat(40) } }),
      'commit.sha: got ffff',
    );
    await refused(({ run: { shard: _, ...run }, ...result }) => ({ ...result, run }), 'run.shard: not there');
    const joined = await mergeShards([first, await shard(2, 2, machine)], { acrossMachines: true });
    expect(joined.machine.key).toBe('several-machines');
    expect(joined.warnings).toEqual([expect.stringContaining('made on made-up-2c-8g, other-4c-8g')]);
  });
});
