// Partial-order reduction against the search of states, on programs with few orders, with few states, and drawn ones.
import { describe, expect, it, vi } from 'vitest';
import { Exhaustive } from './exhaustive.js';
import { endsOf } from './fixtures/ends-of.js';
import { type Body, program } from './fixtures/expect-finding.js';
import { Orders } from './orders.js';
import { GENMC_PROGRAMS, indexer, lastzero, readers } from './programs/genmc.js';
import type { Scenario } from './scenario.js';
import type { Search } from './search.js';
import { verify } from './verify.js';

// Searches take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const orders: Search = {
  run(execution, found) {
    execution.start();
    if (execution.problem) found([]);
    const search = new Orders(execution);
    const outcome = search.visit(1e6, found);
    return { states: search.steps, schedules: search.executions, complete: outcome === 'all' };
  },
};

/** The ends that a search comes by, and how many executions it followed. */
const endsBy = (search: Search, scenario: Scenario) =>
  endsOf(scenario, (execution, found) => search.run(execution, found));

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

describe('orders that matter', () => {
  it.each([
    ['lastzero(5)', lastzero(5), 64],
    ['lastzero(7)', lastzero(7), 320],
    ['indexer(12)', indexer(12), 8],
    ['readers(8)', readers(8), 256],
    ['ainc(5)', program(count(5).map((): Body => (words) => Atomics.add(words, 0, 1))), 120],
  ] as const)('%s has as many executions as GenMC publishes', (_, scenario, executions) => {
    expect(endsBy(orders, scenario)).toMatchObject({ schedules: executions, complete: true });
  });

  it('are what a whole search turns to where there are fewer of them than states', () => {
    expect(verify(indexer(12))).toMatchObject({ complete: true, schedules: 8, findings: [] });
  });

  it('are not gone through where states merge', () => {
    const casrot = GENMC_PROGRAMS.find(({ scenario }) => scenario.name === 'casrot(9)')!;
    expect(verify(casrot.scenario)).toMatchObject({ complete: true, states: 767, findings: [] });
  });

  it('lead to the same ends and the same findings as all states, in drawn programs', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const scenario = drawn(seed);
      const [one, other] = [endsBy(orders, scenario), endsBy(new Exhaustive({ mostStates: 1e6 }), scenario)];
      expect(one.complete, `seed ${seed}`).toBe(true);
      const races = (ends: readonly string[]) => ends.filter((end) => end.startsWith('data-race'));
      expect(races(one.ends), `seed ${seed}`).toEqual(races(other.ends));
      // What comes after a race means nothing: the search of states does not follow it.
      if (races(other.ends).length === 0) expect(one.ends, `seed ${seed}`).toEqual(other.ends);
    }
  });
});

/** Two to four threads of up to four operations on three words, some conditional, a few plain. */
function drawn(seed: number): Scenario {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % limit;
  };
  const bodies = count(2 + below(3)).map((): Body => {
    const steps = count(1 + below(4)).map(() => [below(7), below(3), below(3), below(4)] as const);
    return (words) => {
      const seen: number[] = [];
      for (const [kind, at, value, when] of steps) {
        if (when === 0 && seen.at(-1) === 0) continue;
        if (kind <= 1) seen.push(Atomics.load(words, at));
        else if (kind === 2) Atomics.store(words, at, value);
        else if (kind === 3) seen.push(Atomics.add(words, at, value));
        else if (kind === 4) seen.push(Atomics.compareExchange(words, at, value, value + 1));
        else if (kind === 5) Atomics.exchange(words, at, value);
        else words[3 + at] = when;
      }
      return seen;
    };
  });
  return program(bodies);
}
