// The order of a round: who stands side by side with whom, who takes long turns, and how long.
import { describe, expect, it } from 'vitest';
import { loadVariants } from './catalogue.js';
import { type LiveSet, roundGroups } from './order.js';
import { makePlan } from './plan.js';
import { cellKey, type PlanOptions, senderThreads } from './planned.js';
import { parseRam } from './ram-flag.js';
import { customTable, DEFAULT_TABLES, RIGOROUS_TABLES } from './tables.js';

const listed = await loadVariants('mutex,atomic-barrier,message-port,inline');
const studied = ['mutex', 'atomic-barrier'];

function planOf(part: Partial<PlanOptions> = {}) {
  const profile = { rounds: 6, visitMs: 200, slices: 3, sliceMs: 13, turnFactor: 1, besideEvery: 3 };
  const fixed = { everywhere: {}, forceSpin: false, seed: 3, ram: parseRam('1m', 3), cpus: 2 };
  return makePlan({ tables: DEFAULT_TABLES, listed, studied, ...profile, ...fixed, ...part });
}

const namesOf = ({ cells }: LiveSet) => cells.map(({ cell }) => cell.variant);

describe('roundGroups', () => {
  it('puts the pair under study side by side, with another design where there is room, and the rest beside the first of it', () => {
    const plan = planOf();
    for (const { sets, turns } of roundGroups(plan, 0)) {
      const { transport, channels } = sets[0]!.cells[0]!.cell;
      const guests = namesOf(sets[0]!).slice(2);
      expect(namesOf(sets[0]!).slice(0, 2)).toEqual(studied);
      // Eight channels of three designs are too many threads, and a third receiver takes longer to start than it is used.
      expect(guests).toEqual(transport === 'tcp' || channels === 8 ? [] : ['message-port']);
      expect(sets[0]!.beside).toBe(guests.length);
      for (const set of sets.slice(1)) {
        expect(namesOf(set)[0]).toBe('mutex');
        expect(set.openings * (set.forMs / set.cells.length)).toBeLessThan((sets[0]!.openings * sets[0]!.forMs) / 2);
      }
      expect(turns).toEqual([]);
    }
    for (const { sets } of roundGroups(plan, 1)) {
      const names = sets.flatMap(namesOf);
      expect(new Set(names)).toEqual(new Set([...studied, 'message-port']));
      expect(names).not.toContain('inline');
    }
  });

  it('opens a set several times in a round, for two visits of one length, the longer the visits the more often', () => {
    const of = (visitMs: number) =>
      roundGroups(planOf({ visitMs }), 1).map(
        ({ sets }) => sets.find(({ cells }) => namesOf({ cells } as LiveSet).includes('atomic-barrier'))!,
      );
    for (const [visitMs, least, most] of [
      [60, 2, 2],
      [220, 2, 4],
      [500, 4, 6],
    ] as const) {
      for (const { openings, forMs, cells, beside } of of(visitMs)) {
        expect(openings).toBeGreaterThanOrEqual(least);
        expect(openings).toBeLessThanOrEqual(most);
        const { workload } = cells[0]!.cell;
        // Of each design in both visits; rows of percentiles and syncs have twice the time.
        const perDesignMs = (openings * forMs) / (cells.length - beside);
        expect(perDesignMs).toBeCloseTo(visitMs * (workload === 'throughput' ? 1 : 2), 6);
      }
    }
  });

  it('opens at most two cells side by side where each needs a receiver of its own', () => {
    const all = planOf({ listed, studied: listed.map(({ variant }) => variant.name) });
    const groups = roundGroups(all, 0).filter(({ sets }) => sets.some(({ cells }) => cells.length > 1));
    for (const { sets } of groups) {
      const { transport } = sets[0]!.cells[0]!.cell;
      expect(Math.max(...sets.map(({ cells }) => cells.length)) > 2).toBe(transport !== 'tcp' && sets.length < 3);
      expect(new Set(sets.map((set) => namesOf(set)[0]))).toEqual(new Set(['mutex']));
    }
    expect(groups.some(({ sets }) => sets[0]!.cells[0]!.cell.transport === 'tcp')).toBe(true);
  });

  it('has message-port in as many processes as a verdict takes, and in no more than that', () => {
    const plan = planOf({ rounds: 9, besideEvery: 4 });
    const roundsWith = (name: string) =>
      Array.from({ length: plan.rounds }, (_, round) => round).filter((round) =>
        roundGroups(plan, round).every(({ sets }) => sets.flatMap(namesOf).includes(name)),
      );
    expect(roundsWith('mutex').length).toBe(9);
    expect(roundsWith('message-port')).toEqual([0, 1, 2, 3, 4, 5, 8]);
  });

  it('visits every cell that is measured, in an order drawn for each round from the seed', () => {
    const plan = planOf();
    const keys = roundGroups(plan, 0).map(({ key }) => key);
    const visited = roundGroups(plan, 0).flatMap(({ sets }) => sets.flatMap(({ cells }) => cells.map(({ id }) => id)));
    expect(new Set(visited).size).toBe(plan.cells.filter(({ skipped, repeats }) => !skipped && !repeats).length);
    expect(roundGroups(plan, 0).map(({ key }) => key)).toEqual(keys);
    expect(roundGroups(plan, 3).map(({ key }) => key)).not.toEqual(keys);
  });

  it('gives counts of channels that are compared with each other long turns, one open at a time', () => {
    const tables = [customTable({ channels: [1, 4, 64], transport: ['discard'] })];
    const groups = roundGroups(planOf({ tables, listed: listed.slice(0, 1), alternate: 'cells' }), 0);
    expect(groups.map(({ sets }) => sets.length)).toEqual([0]);
    const counts = groups[0]!.turns.map(({ planned }) => planned.cell.channels);
    expect(counts.slice(0, 6)).toEqual(counts.slice(0, 3).concat(counts.slice(0, 3).toReversed()));
    expect(new Set(counts)).toEqual(new Set([1, 4, 64]));
  });

  it('opens no more threads together than two cells of the plan need, and two cells at least', () => {
    const names = Array.from({ length: 5 }, (_, at) => ({
      ...listed[0]!,
      variant: { ...listed[0]!.variant, name: `design-${at}` },
    }));
    const tables = [customTable({ channels: [1, 4, 24] })];
    const plan = planOf({ tables, listed: names, studied: names.map(({ variant }) => variant.name) });
    for (const { sets } of roundGroups(plan, 0)) {
      for (const { cells } of sets) {
        const threads = cells.reduce((sum, { cell }) => sum + senderThreads(cell, names), 0);
        expect(threads).toBeLessThanOrEqual(48);
        expect(cells[0]!.cell.variant).toBe('design-0');
      }
      expect(sets.flatMap(({ cells }) => cells.slice(1)).length).toBe(4);
    }
    expect(
      roundGroups(plan, 0)
        .map(({ sets }) => sets.length)
        .toSorted(),
    ).toEqual([1, 1, 4]);
  });

  it('gives open loops and precopies long turns, mirrored', () => {
    const turns = roundGroups(planOf({ rounds: 12, tables: RIGOROUS_TABLES }), 7).flatMap((group) => group.turns);
    expect(new Set(turns.map(({ planned: { table } }) => table))).toEqual(new Set(['open-loop', 'precopy']));
    const first = turns.slice(0, 4).map(({ planned, visit }) => `${planned.cell.variant} ${visit}`);
    expect([...first.slice(0, 2)].reverse().map((each) => each.split(' ')[0])).toEqual(
      first.slice(2).map((each) => each.split(' ')[0]),
    );
  });

  it('leaves a group out whose share is nothing, and gives another more', () => {
    const plan = planOf();
    const all = roundGroups(plan, 1);
    const [none, more] = [all[0]!.key, all[1]!.key];
    const shared = roundGroups(plan, 1, (key) => (key === none ? 0 : key === more ? 3 : 1));
    expect(shared.map(({ key }) => key)).not.toContain(none);
    const timeOf = ({ sets: [set] }: (typeof all)[number]) => set!.openings * set!.forMs;
    expect(timeOf(shared.find(({ key }) => key === more)!)).toBeCloseTo(3 * timeOf(all[1]!), 6);
  });

  it('keeps the cells of a group alike but for the design', () => {
    for (const { sets } of roundGroups(planOf(), 0)) {
      const keys = sets.flatMap(({ cells }) => cells.map(({ cell }) => cellKey({ ...cell, variant: '' })));
      expect(new Set(keys).size).toBe(1);
    }
  });
});
