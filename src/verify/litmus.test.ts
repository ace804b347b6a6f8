// The machine against the axioms: named litmus programs, and random ones.
import { describe, expect, it, vi } from 'vitest';
import { isLong } from '../fixtures/tier.js';
import { BOTH, type Instruction } from './fixtures/axioms.js';
import { axiomatic, type LitmusProgram, type Outcomes } from './fixtures/litmus.js';
import type { Scenario } from './scenario.js';
import { verify } from './verify.js';

// Searches take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const X = 0;
const Y = 1;
const read = (location: number, atomic = true, guard = -1): Instruction => ({
  kind: 'read',
  atomic,
  location,
  value: 0,
  guard,
});
const write = (location: number, value: number, atomic = true, guard = -1): Instruction => ({
  kind: 'write',
  atomic,
  location,
  value,
  guard,
});
const exchange = (location: number, value: number): Instruction => ({
  kind: 'exchange',
  atomic: true,
  location,
  value,
  guard: -1,
});

/** The program as threads on simulated memory; outcomes and races of all its interleavings. */
function checked(program: LitmusProgram, locations = words): Outcomes {
  const outcomes = new Set<string>();
  const scenario: Scenario = {
    name: 'litmus',
    words: 2,
    threads: program.map((instructions, thread) => ({
      name: `T${thread}`,
      run: (memory) => run(instructions, locations(memory)),
    })),
    final(_words, results) {
      outcomes.add(JSON.stringify(results));
      return undefined;
    },
  };
  const { findings } = verify(scenario, { mostFindings: 1000, minimise: false });
  return { outcomes, raced: findings.some(({ kind }) => kind === 'data-race' || kind === 'mixed-size') };
}

/** Where each location is: a view, an index in it, and what to multiply a value by so that it is in each part. */
type Locations = readonly (readonly [view: Int32Array, index: number, factor: number])[];

/** Two words: no access over both. */
function words(memory: Int32Array): Locations {
  return [
    [memory, X, 1],
    [memory, Y, 1],
  ];
}

/** Two bytes, and the half word that is both. */
function bytes({ buffer }: Int32Array): Locations {
  const single = new Uint8Array(buffer) as unknown as Int32Array;
  return [
    [single, 0, 1],
    [single, 1, 1],
    [new Uint16Array(buffer) as unknown as Int32Array, 0, 0x101],
  ];
}

function run(instructions: readonly Instruction[], locations: Locations): (number | null)[] {
  const registers: (number | null)[] = [];
  for (const { kind, atomic, location, value, guard } of instructions) {
    registers.push(null);
    if (guard >= 0 && !registers[guard]) continue;
    const [view, index, factor] = locations[location]!;
    if (kind === 'exchange') registers[registers.length - 1] = Atomics.exchange(view, index, value * factor);
    else if (kind === 'write' && atomic) Atomics.store(view, index, value * factor);
    else if (kind === 'write') view[index] = value * factor;
    else registers[registers.length - 1] = atomic ? Atomics.load(view, index) : view[index]!;
  }
  return registers;
}

describe.skipIf(isLong)('named programs', () => {
  it('store buffering: both cannot read the old value, if all is atomic', () => {
    const program = [
      [write(X, 1), read(Y)],
      [write(Y, 1), read(X)],
    ];
    const both = JSON.stringify([
      [null, 0],
      [null, 0],
    ]);
    expect(axiomatic(program, false).outcomes.has(both)).toBe(false);
    expect(checked(program)).toEqual(axiomatic(program, false));
  });

  it('message passing: an atomic flag publishes plain data', () => {
    const program = [
      [write(X, 1, false), write(Y, 1)],
      [read(Y), read(X, false, 0)],
    ];
    expect(checked(program)).toEqual(axiomatic(program, true));
    expect(checked(program).raced).toBe(false);
  });

  it('message passing with a plain flag is a race', () => {
    const program = [
      [write(X, 1, false), write(Y, 1, false)],
      [read(Y), read(X, false, 0)],
    ];
    expect(checked(program).raced).toBe(true);
    expect(axiomatic(program, true).raced).toBe(true);
  });

  it('independent readers of independent writes agree on their order', () => {
    const program = [[write(X, 1)], [write(Y, 1)], [read(X), read(Y)], [read(Y), read(X)]];
    const apart = JSON.stringify([[null], [null], [1, 0], [1, 0]]);
    expect(axiomatic(program, false).outcomes.has(apart)).toBe(false);
    expect(checked(program)).toEqual(axiomatic(program, false));
  });

  it('two plain reads of one word may go back in time: a race, so no promise', () => {
    const program = [[write(X, 1)], [read(X, false), read(X, false)]];
    expect(axiomatic(program, true).outcomes.has(JSON.stringify([[null], [1, 0]]))).toBe(true);
    expect(checked(program).raced).toBe(true);
  });

  it('a hint may see the new value and its confirmation the old one', () => {
    const program = [[write(X, 1)], [read(X, false), read(X)]];
    expect(axiomatic(program, true).outcomes.has(JSON.stringify([[null], [1, 0]]))).toBe(true);
  });

  it('values out of thin air: raced by the axioms alone, which is why they are assumed away', () => {
    const program = [
      [read(X, false), write(Y, 1, false, 0)],
      [read(Y, false), write(X, 1, false, 0)],
    ];
    expect(axiomatic(program, false).raced).toBe(true);
    expect(axiomatic(program, true).raced).toBe(false);
    expect(checked(program).raced).toBe(false);
  });

  it('a chain of exchanges hands on what came before', () => {
    const program = [[write(X, 1, false), exchange(Y, 1)], [exchange(Y, 2)], [exchange(Y, 1)]];
    expect(checked(program)).toEqual(axiomatic(program, true));
  });
});

describe.skipIf(isLong)('two sizes', () => {
  it('synchronise by accesses of one size only', () => {
    const published = (location: number): LitmusProgram => [
      [write(X, 1, false), write(location, 1)],
      [read(Y), read(X, false, 0)],
    ];
    expect(axiomatic(published(Y), true).raced).toBe(false);
    expect(checked(published(Y), bytes).raced).toBe(false);
    expect(axiomatic(published(BOTH), true).raced).toBe(true);
    expect(checked(published(BOTH), bytes).raced).toBe(true);
  });

  it('do not tear where they are not raced on', () => {
    const program = [[write(BOTH, 1)], [read(BOTH)], [write(BOTH, 2)]];
    expect(axiomatic(program, true).outcomes.has(JSON.stringify([[null], [0x201], [null]]))).toBe(false);
    expect(checked(program, bytes)).toEqual(axiomatic(program, true));
  });
});

describe('random programs', () => {
  const PROGRAMS = isLong ? 1200 : 200;

  function draw(below: (limit: number) => number, guards: boolean, locations: number): LitmusProgram {
    let left = locations === 2 ? 6 : 5;
    return Array.from({ length: 2 + below(2) }, () => {
      const thread: Instruction[] = [];
      for (let length = 1 + below(3); length > 0 && left > 0; length--, left--) {
        const kind = (['read', 'write', 'read', 'write', 'read', 'write', 'exchange'] as const)[below(7)]!;
        const readers = thread.flatMap((instruction, i) => (instruction.kind === 'write' ? [] : [i]));
        const guard = guards && readers.length > 0 && below(2) === 1 ? readers[below(readers.length)]! : -1;
        thread.push({
          kind,
          atomic: kind === 'exchange' || below(2) === 0,
          location: below(locations),
          value: 1 + below(2),
          guard,
        });
      }
      return thread;
    });
  }

  it.each([
    ['straight', false, 2],
    ['with conditions', true, 2],
    ['in two sizes', false, 3],
    ['in two sizes and with conditions', true, 3],
  ])('%s: same races; and where there are none, same outcomes', (_name, guards, locations) => {
    let seed = 777;
    const below = (limit: number): number => {
      seed ^= seed << 13;
      seed ^= seed >>> 17;
      seed ^= seed << 5;
      return (seed >>> 0) % limit;
    };
    let raceFree = 0;
    for (let i = 0; i < PROGRAMS; i++) {
      const program = draw(below, guards, locations);
      const model = axiomatic(program, true);
      const machine = checked(program, locations === 2 ? words : bytes);
      const shown = JSON.stringify(program);
      expect(machine.raced, shown).toBe(model.raced);
      if (model.raced) continue;
      raceFree++;
      expect([...machine.outcomes].sort(), shown).toEqual([...model.outcomes].sort());
    }
    expect(raceFree).toBeGreaterThan(PROGRAMS / 10);
  });
});
