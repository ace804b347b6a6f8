// The machine alone: waiter lists, and which clocks learn what.
import { describe, expect, it } from 'vitest';
import { ASLEEP, Machine, NOT_EQUAL } from './machine.js';
import { ALL, LOAD, NOTIFY, type Operation, PLAIN_LOAD, PLAIN_STORE, STORE, WAIT } from './operation.js';
import { NOWHERE } from './site.js';
import { ATOMIC, PLAIN, WAITED, WordTable } from './word-table.js';

const table = new WordTable();
const FLAG = table.use(0, ATOMIC | WAITED);
const DATA = table.use(5, PLAIN);

function operation(kind: number, slot: number, a = 0): Operation {
  const rest = { b: 0, modifier: 0, site: NOWHERE, discards: false, event: -1, announces: false };
  return {
    kind,
    word: table.words[slot]!,
    range: table.ranges[slot]!,
    slot,
    a,
    ...rest,
    reads: null,
    headNode: -1,
    value: undefined,
    mutation: '',
  };
}

function machine(threads: number): Machine {
  const fresh = new Machine(threads, table, new Int32Array(8));
  fresh.reset();
  return fresh;
}

describe('waiter lists', () => {
  it('wake in the order of arrival', () => {
    const { execute, woken } = bound(machine(4));
    for (const thread of [2, 0, 3]) expect(execute(thread, operation(WAIT, FLAG))).toBe(ASLEEP);
    expect(execute(1, operation(NOTIFY, FLAG, 1))).toBe(1);
    expect(woken(1)).toEqual([2]);
    expect(execute(1, operation(NOTIFY, FLAG, ALL))).toBe(2);
    expect(woken(2)).toEqual([0, 3]);
    expect(execute(1, operation(NOTIFY, FLAG, ALL))).toBe(0);
  });

  it('close ranks when a wait times out', () => {
    const simulated = machine(3);
    const { execute, woken } = bound(simulated);
    for (const thread of [0, 1]) execute(thread, operation(WAIT, FLAG));
    simulated.leave(0);
    expect(execute(2, operation(NOTIFY, FLAG, 1))).toBe(1);
    expect(woken(1)).toEqual([1]);
  });

  it('do not take a thread whose value has changed', () => {
    const { execute } = bound(machine(2));
    execute(0, operation(STORE, FLAG, 1));
    expect(execute(1, operation(WAIT, FLAG, 0))).toBe(NOT_EQUAL);
  });

  it('order what was done before a notify before what the woken thread does', () => {
    const simulated = machine(2);
    const { execute } = bound(simulated);
    execute(1, operation(WAIT, FLAG));
    execute(0, operation(PLAIN_STORE, DATA, 7));
    execute(0, operation(NOTIFY, FLAG, ALL));
    expect(execute(1, operation(PLAIN_LOAD, DATA))).toBe(7);
    expect(simulated.race).toBeNull();
  });
});

describe('races', () => {
  it('are plain accesses that no atomic pair orders', () => {
    const simulated = machine(2);
    const { execute } = bound(simulated);
    execute(0, operation(PLAIN_STORE, DATA, 7));
    execute(0, operation(STORE, FLAG, 1));
    execute(1, operation(LOAD, FLAG));
    execute(1, operation(PLAIN_LOAD, DATA));
    expect(simulated.race).toBeNull();
    execute(0, operation(PLAIN_STORE, DATA, 8));
    expect(simulated.race).toMatchObject({ thread: 0, other: 1, earlier: 'plain read' });
  });
});

function bound(simulated: Machine) {
  return {
    execute: (thread: number, each: Operation): number => simulated.execute(thread, each, -1),
    woken: (count: number): number[] => [...simulated.woken.subarray(0, count)],
  };
}
