// Loads and work as axes: what flags take, which cells they make, and which are left out.

import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/session/cell.js';
import { axes } from './axes.js';
import { parseAxis } from './axis.js';
import { cellKey } from './planned.js';
import { type PlanFlags, planOf } from './run-plan.js';
import { customTable } from './tables.js';

const cellsOf = async (flags: PlanFlags) => (await planOf({ variants: 'mutex', seed: '1', ...flags })).plan.cells;

describe('axes', () => {
  it('read what they show', () => {
    expect(parseAxis(axes.load, 'closed,25,50%,2.5')).toEqual([undefined, 0.25, 0.5, 0.025]);
    expect(parseAxis(axes.syncLoad, 'busy,idle,slow')).toEqual([undefined, 'idle', 'slow']);
    expect(parseAxis(axes.senderWorkNs, '0,500ns,2us')).toEqual([undefined, 500, 2000]);
    for (const text of ['closed', '25%', '2.5%']) {
      expect(axes.load.show(parseAxis(axes.load, text)[0])).toBe(text);
    }
  });

  it.each([
    ['load', '0', '--load: got "0", takes closed (one batch in flight), or percent of the capacity, 1 to 100'],
    ['load', '101', '--load: got "101"'],
    ['load', 'open', '--load: got "open"'],
    ['syncLoad', 'fast', '--sync-load: got "fast", takes busy, idle, or slow'],
    ['senderWorkNs', '2', '--sender-work: got "2", takes 0, or a time up to 1s for each batch'],
    ['providerWorkNs', '2s', '--provider-work: got "2s"'],
  ] as const)('refuse a bad %s: "%s"', (key, text, message) => {
    expect(() => parseAxis(axes[key] as never, text)).toThrow(message);
  });
});

describe('a matrix', () => {
  it('has one cell for each load of a hand-off, and no more cells of other workloads', async () => {
    const flags = { workload: 'throughput,hand-off', channels: '1', load: 'closed,25,90' };
    const cells = await cellsOf(flags);
    expect(cells.map(({ cell }) => [cell.workload, cell.load])).toEqual([
      ['throughput', undefined],
      ['hand-off', undefined],
      ['hand-off', 0.25],
      ['hand-off', 0.9],
    ]);
    expect(new Set(cells.map(({ id }) => id)).size).toBe(4);
  });

  it('names the load in a cell only where there is one: ids of other cells stay what they were', async () => {
    const [cell] = await cellsOf({ channels: '1' });
    expect(cellKey(cell!.cell)).not.toMatch(/ (load|syncLoad|\w+WorkNs)=/);
    expect(cellKey({ ...cell!.cell, workload: 'hand-off', load: 0.5, senderWorkNs: 2000 } as Cell)).toContain(
      'load=50% senderWorkNs=2us',
    );
  });

  it('skips a ping-pong that could have more than one batch in flight, and says how to measure it', async () => {
    const cells = await cellsOf({ workload: 'hand-off', channels: '1,2', load: 'closed,50' });
    const skipped = cells.filter(({ skipped }) => skipped !== undefined);
    expect(skipped.map(({ cell }) => [cell.channels, cell.load])).toEqual([[2, undefined]]);
    expect(skipped[0]!.skipped).toContain('--load');
  });

  it('refuses a load without its workload', async () => {
    await expect(cellsOf({ load: '50' })).rejects.toThrow(
      '--load: got "50" with the workload throughput, takes --workload hand-off',
    );
    await expect(cellsOf({ workload: 'hand-off', channels: '1', syncLoad: 'slow' })).rejects.toThrow(
      '--sync-load: got "slow" with the workload hand-off, takes --workload sync',
    );
  });
});

describe('the table of a hand-off', () => {
  it('puts the parts of a ping-pong side by side, and loads over the columns', () => {
    expect(customTable({ workload: ['hand-off'], channels: [1] })).toMatchObject({
      columns: 'metrics',
      metrics: ['takenNs.p50', 'freedNs.p50', 'handoffNs.p50', 'handoffNs.p99'],
    });
    expect(customTable({ workload: ['hand-off'], channels: [1], load: [0.5, 0.9] })).toMatchObject({
      columns: 'load',
      metrics: ['handoffNs.p50', 'handoffNs.p99'],
    });
  });
});
