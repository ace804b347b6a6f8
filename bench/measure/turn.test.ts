import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/session/cell.js';
import type { Slice } from '../../src/workloads/slice.js';
import type { Child } from './child.js';
import { takeTurn } from './turn.js';

/** A client whose cell takes 1 us a job, but for slices in which something else had the CPU for 100 ms. */
function clientDisturbedAt(disturbed: readonly number[]) {
  const amounts: number[] = [];
  const client = {
    open: async () => {},
    close: async () => ({}),
    slice: async (amount: number) => {
      const durationNs = amount * 1000 + (disturbed.includes(amounts.push(amount)) ? 100e6 : 0);
      return { jobs: amount, pages: amount, durationNs, startedNs: 0 } satisfies Slice;
    },
  };
  return { client: client as unknown as Child, amounts };
}

const options = { slices: 2, sliceMs: 10, amount: undefined, cold: false };
const cell = { variant: 'x' } as Cell;

describe('takeTurn', () => {
  it('finds as many jobs as fill a slice', async () => {
    const { client, amounts } = clientDisturbedAt([]);
    expect((await takeTurn(client, cell, options)).amount).toBe(10_000);
    expect(amounts.slice(-2)).toEqual([10_000, 10_000]);
  });

  it('comes back from an amount that was found in a disturbed slice', async () => {
    const { client, amounts } = clientDisturbedAt([1]);
    let amount: number | undefined;
    for (let turn = 0; turn < 6; turn++) amount = (await takeTurn(client, cell, { ...options, amount })).amount;
    expect(amounts[1]).toBeLessThan(10);
    expect(amount).toBe(10_000);
  });

  it('does not lower an amount for a slice that was disturbed', async () => {
    const { client } = clientDisturbedAt([2, 3]);
    expect((await takeTurn(client, cell, { ...options, amount: 10_000 })).amount).toBe(10_000);
  });
});
