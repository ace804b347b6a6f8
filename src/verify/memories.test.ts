// Places that are one where a thread remembers the same: the same ends as when histories are told apart, in fewer states.
import { describe, expect, it, vi } from 'vitest';
import { isLong } from '../fixtures/tier.js';
import { Exhaustive } from './exhaustive.js';
import { endsOf } from './fixtures/ends-of.js';
import { type Body, program } from './fixtures/expect-finding.js';
import { lock, unlock } from './programs/futex-lock.js';
import type { Scenario } from './scenario.js';

// Searches take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

/** The ends of all executions and what is wrong with some, and the states. */
const search = (scenario: Scenario, merges: boolean) =>
  endsOf(scenario, (execution, found) => {
    if (merges) execution.mergeMemories();
    return new Exhaustive({ mostStates: 100_000 }).run(execution, found);
  });

function expectSame(bodies: Body[]): { apart: number; merged: number } {
  const apart = search(program(bodies), false);
  const merged = search(program(bodies), true);
  expect(apart.complete).toBe(true);
  expect(merged.complete).toBe(true);
  expect(merged.ends).toEqual(apart.ends);
  expect(merged.states).toBeLessThanOrEqual(apart.states);
  return { apart: apart.states, merged: merged.states };
}

const [LOCK, COUNT] = [0, 1] as const;

function underLock(words: Int32Array, change: () => void): void {
  lock(words, LOCK);
  change();
  unlock(words, LOCK);
}

describe.skipIf(isLong)('what a thread remembers', () => {
  it('is not how it came by a lock', () => {
    const twice: Body = (words) => {
      for (let i = 0; i < 2; i++) underLock(words, () => void words[COUNT]!++);
    };
    const { apart, merged } = expectSame([twice, twice]);
    expect(merged).toBeLessThan(apart / 2);
  });

  it('is not a variable that it does not read again', () => {
    const body: Body = (words) => {
      const before = Atomics.add(words, 2, 1);
      if (before > 5) return before;
      underLock(words, () => void words[COUNT]!++);
      return words[COUNT]! > 9;
    };
    const run: Body = (words) => void body(words);
    const { apart, merged } = expectSame([run, run]);
    expect(merged).toBeLessThan(apart);
  });

  it.each<[string, Body]>([
    [
      'a variable that is read later',
      (words) => {
        const before = Atomics.add(words, 2, 1);
        Atomics.load(words, 3);
        Atomics.store(words, 4 + before, 7);
      },
    ],
    [
      'one that only a later round of a loop reads',
      (words) => {
        let before = 0;
        for (let i = 0; i < 3; i++) {
          if (before === 1) Atomics.store(words, 4, i);
          before = Atomics.add(words, 2, 1);
          Atomics.load(words, 3);
        }
      },
    ],
    [
      'one that a function within reads',
      (words) => {
        const before = Atomics.add(words, 2, 1);
        const late = () => Atomics.store(words, 4 + before, 7);
        Atomics.load(words, 3);
        late();
      },
    ],
    [
      'what stands in no name',
      (words) => Atomics.store(words, 4, Atomics.add(words, 2, 1) * 10 + Atomics.load(words, 3)),
    ],
    [
      'the place of an iterator',
      (words) => {
        for (const each of [2, 2, 2]) Atomics.add(words, each, 1);
        return Atomics.load(words, 2);
      },
    ],
    [
      'the place of forEach()',
      (words) => {
        [2, 2, 2].forEach((each) => void Atomics.add(words, each, 1));
        return Atomics.load(words, 2);
      },
    ],
    [
      'what a finally block holds back',
      (words) => {
        try {
          return Atomics.add(words, 2, 1);
        } finally {
          Atomics.load(words, 3);
        }
      },
    ],
    [
      'what stands in an object and in a private field',
      (words) => {
        class Counter {
          #last = 0;
          next(): number {
            this.#last = Atomics.add(words, 2, 1);
            Atomics.load(words, 3);
            return this.#last;
          }
        }
        const counter = new Counter();
        return [counter.next(), counter.next()];
      },
    ],
  ])('is %s', (_name, body) => {
    expectSame([body, body]);
  });
});

describe('drawn programs', () => {
  let seed = 5;
  const below = (limit: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return (seed >> 8) % limit;
  };
  /** Steps over two variables: read, write, add, exchange one for another, forget, go back once. */
  const drawn = (): Body => {
    const steps = Array.from({ length: 4 + below(3) }, () => [below(6), below(2), below(2), below(3)] as const);
    return (words) => {
      let [one, other, left] = [0, 0, 1];
      for (let i = 0; i < steps.length; i++) {
        const [kind, word, which, value] = steps[i]!;
        const mine = which === 0 ? one : other;
        if (kind === 0) one = Atomics.load(words, word);
        else if (kind === 1) Atomics.store(words, word, mine + value);
        else if (kind === 2) other = Atomics.add(words, word, value);
        else if (kind === 3) one = Atomics.compareExchange(words, word, mine, value);
        else if (kind === 4) other = 0;
        else if (mine === 1 && left-- > 0) i = -1;
      }
      return one;
    };
  };

  it.each(Array.from({ length: isLong ? 60 : 4 }, (_, i) => i))('number %i ends in the same ways', () => {
    expectSame([drawn(), drawn()]);
  });
});
