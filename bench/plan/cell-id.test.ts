import { describe, expect, it } from 'vitest';
import { loadVariants } from './catalogue.js';
import { parseCellId } from './cell-id.js';
import { makePlan } from './plan.js';
import { cellKey, type PlanOptions } from './planned.js';
import { DEFAULT_TABLES } from './tables.js';

describe('parseCellId', () => {
  it('gives back every cell of the default tables', async () => {
    const options = {
      everywhere: {},
      rounds: 1,
      visitMs: 1,
      slices: 1,
      sliceMs: 1,
      turnFactor: 1,
      besideEvery: 1,
    };
    const ram = { bytes: 1 << 20, seed: 1, shares: { zero: 1, text: 1, random: 1 } };
    const plan = makePlan({
      ...options,
      tables: DEFAULT_TABLES,
      listed: await loadVariants('mutex,inline'),
      studied: [],
      forceSpin: false,
      seed: 1,
      ram,
      cpus: 2,
    } as PlanOptions);
    expect(plan.cells.length).toBeGreaterThan(20);
    for (const { id, cell } of plan.cells) expect(parseCellId(id), id).toEqual(cell);
  });

  it('takes any part of an id, and defaults for the rest', () => {
    expect(parseCellId('mutex')).toMatchObject({ variant: 'mutex', workload: 'throughput', pagesPerBatch: 128 });
    expect(parseCellId('mutex pageSize=64k senderWait=spin:20us')).toMatchObject({
      pageSize: 65_536,
      pagesPerBatch: 8,
      senderWait: { spinNs: 20_000 },
    });
    expect(cellKey(parseCellId('mutex'))).toContain('mutex workload=throughput');
  });

  it.each([
    ['', 'CELL: got "", takes an id'],
    ['a b c', 'CELL: got "a b c", takes an id'],
    ['mutex colour=red', 'CELL: got "colour=red", takes axis=value, of the axes workload, '],
    ['mutex channels=0', 'CELL, channels: got "0", takes 1 to 64'],
    ['mutex channels=1,2', 'CELL: got "channels=1,2", takes one value here'],
  ])('refuses %j', (id, message) => {
    expect(() => parseCellId(id)).toThrow(message);
  });
});
