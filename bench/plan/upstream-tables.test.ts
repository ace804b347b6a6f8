// `--table upstream`: which cells it has, and what narrows it; and the axes of device state.
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/session/cell.js';
import { axes } from './axes.js';
import { parseAxis } from './axis.js';
import { roundGroups } from './order.js';
import { cellKey } from './planned.js';
import { type PlanFlags, planOf } from './run-plan.js';

const plan = async (flags: PlanFlags) => (await planOf({ table: 'upstream', seed: '1', ...flags })).plan;

describe('--table upstream', () => {
  it('has every shape with one requester, and those that take several with 2, 4 and 8', async () => {
    const { cells, rounds, studied } = await plan({});
    expect([rounds, studied[0]]).toEqual([12, 'requesters-mutex']);
    const measured = cells.filter(({ table, skipped }) => table === 'upstream-hand-off' && skipped === undefined);
    const count = (requesters: number) =>
      new Set(measured.filter(({ cell }) => cell.requesters === requesters).map(({ cell }) => cell.variant)).size;
    expect([1, 2, 4, 8].map(count)).toEqual([6, 3, 3, 3]);
    expect(new Set(measured.map(({ cell }) => cell.channels))).toEqual(new Set([1, 2, 4, 8, 16]));
    expect(cells.filter(({ cell }) => cell.workload === 'device-state' && cell.transport === 'tcp')).not.toEqual([]);
  });

  it('is narrowed by axes: the tables without such a value go', async () => {
    const first = await plan({ channels: '1,2,4', transport: 'discard' });
    expect(first.tables.map(({ id }) => id)).toEqual(['upstream-hand-off', 'upstream-bursts', 'upstream-parts']);
    expect(first.cells.every(({ cell }) => cell.transport === 'discard' && cell.channels <= 4)).toBe(true);
    await expect(plan({ channels: '1,3' })).rejects.toThrow(
      '--channels: --table upstream has 1, 2, 4, 8, 16, got 1, 3',
    );
    await expect(plan({ transport: 'unix' })).rejects.toThrow(
      '--transport: --table upstream has discard, tcp, got unix',
    );
    await expect(plan({ workload: 'sync' })).rejects.toThrow('--workload: --table upstream has its own, got sync');
    await expect(planOf({ table: 'upsteam' })).rejects.toThrow('--table: got "upsteam", takes upstream');
  });

  it('has the shape of 10.0 in every set of designs side by side', async () => {
    const groups = roundGroups(await plan({ channels: '1,16' }), 0);
    for (const { sets } of groups) {
      for (const { cells } of sets) expect(cells[0]!.cell.variant).toBe('requesters-mutex');
    }
  });
});

describe('the axes of device state', () => {
  it('read what they show, and say nothing where they are as QEMU has them', () => {
    expect(parseAxis(axes.chunkBytes, '64k,1m')).toEqual([65_536, undefined]);
    expect(parseAxis(axes.burstChunks, '1,4,16')).toEqual([1, undefined, 16]);
    expect(parseAxis(axes.pauseNs, '100us,5ms,1s')).toEqual([1e5, undefined, 1e9]);
    expect(axes.chunkBytes.show(undefined)).toBe('1m');
    const cell = { variant: 'mutex', workload: 'device-state', pauseNs: 1e5 } as Cell;
    expect(cellKey(cell)).toBe('mutex workload=device-state pauseNs=100us');
  });

  it.each([
    ['chunkBytes', '1k', '--device-chunk: got "1k", takes a size from 4k to 64m; without the flag 1m'],
    ['burstChunks', '0', '--device-burst: got "0", takes chunks, 1 to 4096; without the flag 4'],
    ['burstChunks', 'many', '--device-burst: got "many"'],
    ['pauseNs', '2s', '--device-pause: got "2s", takes 100us to 1s; without the flag 5ms'],
  ] as const)('refuse a bad %s: "%s"', (key, text, message) => {
    expect(() => parseAxis(axes[key] as never, text)).toThrow(message);
  });

  it('belong to that workload, which leaves out what cannot take part', async () => {
    await expect(planOf({ variants: 'mutex', deviceBurst: '2' })).rejects.toThrow(
      '--device-burst: got "2" with the workload throughput, takes --workload device-state',
    );
    const flags = { workload: 'device-state', channels: '1', transport: 'tcp,file', seed: '1' };
    const reasons = async (variants: string, requesters: string) => {
      const { plan } = await planOf({ ...flags, variants, requesters });
      return plan.cells.map(({ cell, skipped }) => `${cell.variant} ${cell.transport}: ${skipped}`);
    };
    expect(await reasons('requesters-mutex', '2')).toEqual([
      'requesters-mutex tcp: undefined',
      'requesters-mutex file: device state goes over --transport discard, memory, tcp or unix',
    ]);
    await expect(reasons('message-port', '1')).rejects.toThrow('message-port hands over on an event loop');
    await expect(reasons('mutex', '2')).rejects.toThrow('mutex takes one requester');
  });
});
