// What threads know of each other's accesses, left out of states where it makes no difference: against the search that keeps it.
import { describe, expect, it, vi } from 'vitest';
import { isLong } from '../fixtures/tier.js';
import { hint } from '../memory/hint.js';
import { type Body, program } from './fixtures/expect-finding.js';
import { count, expectSameEnds, fewerStates, numbersFrom } from './fixtures/same-ends.js';
import { SimulatedLock, SimulatedSemaphore } from './primitives.js';
import type { Scenario } from './scenario.js';

vi.setConfig({ testTimeout: 240_000 });

/** Programs that are drawn, by their seeds from 1 on. */
const PROGRAMS = isLong ? 4000 : 90;

/** Words of drawn programs: two atomic, a plain one, a lock, a semaphore, a word to sleep on. */
const PLAIN = 3;
const LOCK = 4;
const SEMAPHORE = 5;
const FUTEX = 6;
const WORDS = 7;

/** The orders of three threads: which of two states is searched first depends on them. */
const ORDERS = count(3).flatMap((i) => [
  [i, (i + 1) % 3, (i + 2) % 3] as const,
  [i, (i + 2) % 3, (i + 1) % 3] as const,
]);
const [GIVEN, SHOWN] = [0, 1];
/** Publishes what the thread knows, and learns what others published: what it returns is always the same. */
const meet = (): void => new SimulatedSemaphore(SEMAPHORE).post();
const writes: Body = (words) => {
  words[PLAIN] = 1;
  meet();
  Atomics.store(words, GIVEN, 1);
};
/** Wrong only if who meets twice came too early the first time, and nothing afterwards shows whether it did. */
const KNOWLEDGE: readonly (readonly [string, Body, Body, Body])[] = [
  [
    'a store takes the place of what another thread published',
    writes,
    (words) => {
      meet();
      const isGiven = hint(words, GIVEN) === 1;
      Atomics.store(words, SHOWN, 1);
      meet();
      return isGiven ? words[PLAIN] : 1;
    },
    (words) => {
      if (hint(words, SHOWN) === 1) Atomics.store(words, SEMAPHORE, 9);
    },
  ],
  [
    'it is made use of before it would be learnt again',
    writes,
    (words) => {
      meet();
      const isGiven = hint(words, GIVEN) === 1;
      Atomics.store(words, SHOWN, 1);
      const read = isGiven ? words[PLAIN] : 1;
      meet();
      return read;
    },
    () => meet(),
  ],
  [
    'it is handed on before it would be learnt again',
    writes,
    (words) => {
      meet();
      if (hint(words, GIVEN) === 1) Atomics.store(words, SHOWN, 1);
      meet();
    },
    (words) => (Atomics.load(words, SHOWN) === 1 ? words[PLAIN] : 1),
  ],
];

describe('a state without what nobody can make use of', () => {
  it.each([
    ['hand plain words on by others', PROGRAMS, (seed: number) => drawn(seed, 15)],
    ['store and read hints', Math.ceil(PROGRAMS / 3), (seed: number) => drawn(seed, 4)],
  ] as const)('leads to the same ends, in drawn programs that %s', (_, programs, draw) => {
    expect(fewerStates(programs, draw)).toBeGreaterThan(programs / 3);
  });

  it.each(KNOWLEDGE)('keeps apart who knows of a write and who does not, where %s', (_, ...bodies) => {
    for (const [i, j, k] of ORDERS)
      expectSameEnds(program([bodies[i]!, bodies[j]!, bodies[k]!], { words: WORDS }), `${i} ${j} ${k}`);
  });
});

/** Three threads: the first writes a plain word, the others access it once they have seen something; or have they? */
function drawn(seed: number, kinds: number): Scenario {
  const below = numbersFrom(seed);
  const lock = new SimulatedLock(LOCK);
  const semaphore = new SimulatedSemaphore(SEMAPHORE);
  const bodies = count(3).map((_, thread): Body => {
    const steps = count(3 + below(3)).map(() => [below(kinds), below(2), below(2)] as const);
    return (words) => {
      if (thread === 0) words[PLAIN] = 1;
      const seen = [thread === 0 ? 1 : 0];
      const underLock = (at: number): void => {
        lock.lock();
        seen.push(Atomics.load(words, at));
        lock.unlock();
      };
      for (const [kind, at, value] of steps) {
        if (kind === 0) seen.push(Atomics.load(words, at));
        else if (kind <= 2) Atomics.store(words, at, value);
        else if (kind === 3) seen.push(hint(words, at));
        else if (kind === 4) seen.push(Atomics.add(words, at, 1));
        else if (kind === 5) underLock(at);
        else if (kind === 6) semaphore.post();
        else if (kind === 7) seen.push(semaphore.wait() ? 1 : 0);
        else if (kind === 8) Atomics.notify(words, FUTEX);
        else if (kind === 9) seen.push(Atomics.wait(words, FUTEX, 0, 1) === 'ok' ? 1 : 0);
        else if (seen.at(-1)! > 0) words[PLAIN]! += value;
      }
      return seen;
    };
  });
  return program(bodies, { words: WORDS });
}
