// Which recorded fields make two runs incomparable: those that both have and that differ by more than they may.
import { expect, it } from 'vitest';
import { madeUpResult } from '../store/fixtures/result.js';
import { conditionsOf, differences, differenceText } from './conditions.js';

const made = madeUpResult();
const on = (machine: Partial<typeof made.machine>) =>
  conditionsOf({ ...made, machine: { ...made.machine, ...machine } });

it('a kernel differs, a few pages of memory do not', () => {
  expect(differences(on({}), on({ memoryBytes: 2 ** 33 + 32_768 }))).toEqual([]);
  const [kernel, ...rest] = differences(on({ kernel: '6.1' }), on({ kernel: '6.2' }));
  expect(differenceText(kernel!)).toBe('machine.kernel 6.1, then 6.2');
  expect(rest).toEqual([]);
  expect(differences(on({}), on({ memoryBytes: 2 ** 32 })).map(({ field }) => field)).toEqual(['machine.memoryBytes']);
});

it('what one of them did not record is unknown, not different', () => {
  expect(differences(on({}), on({ microcode: '0xa0011d5' }))).toEqual([]);
  expect(differences(on({ governor: null }), on({ governor: 'performance' }))).toEqual([]);
  const floors = (spinNs: number, parkNs: number) => on({ floors: { spinNs, parkNs } });
  expect(differences(floors(930, 26_000), on({}))).toEqual([]);
  expect(differences(floors(930, 26_000), floors(1069, 36_000))).toEqual([]);
  expect(differences(floors(930, 26_000), floors(500, 70_000)).map(differenceText)).toEqual([
    'machine.floors.spinNs 930, then 500',
    'machine.floors.parkNs 26000, then 70000',
  ]);
  expect(differences(on({ microcode: '0x1' }), on({ microcode: '0x2' })).map(({ field }) => field)).toEqual([
    'machine.microcode',
  ]);
});

it('a quota of one CPU over two is not an affinity of one, and options of Node are not none', () => {
  const free = { quotaCores: null, quotaPeriodMs: null, affinity: '0-1', nice: 0, schedulingClass: 'other' };
  const confined = (different: Partial<typeof made.machine.confinement>) =>
    on({ confinement: { ...free, ...different } });
  const fields = (a: ReturnType<typeof on>, b: ReturnType<typeof on>) => differences(a, b).map(({ field }) => field);
  expect(fields(confined({ quotaCores: 1, quotaPeriodMs: 100 }), confined({ affinity: '0' }))).toEqual([
    'machine.confinement.quotaCores',
    'machine.confinement.affinity',
  ]);
  expect(
    fields(confined({ quotaCores: 1, quotaPeriodMs: 100 }), confined({ quotaCores: 1, quotaPeriodMs: 10 })),
  ).toEqual(['machine.confinement.quotaCores']);
  expect(fields(confined({}), confined({ nice: 5, schedulingClass: 'idle' }))).toEqual([
    'machine.confinement.nice',
    'machine.confinement.schedulingClass',
  ]);
  const flagged = conditionsOf({ ...made, node: { ...made.node, flags: ['--no-opt'] } });
  expect(differences(conditionsOf(made), flagged).map(differenceText)).toEqual(['node.flags none, then --no-opt']);
});
