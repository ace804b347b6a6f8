// Transitions left out, whose order does not matter: against the search that takes them all, on drawn programs.
import { describe, expect, it, vi } from 'vitest';
import { isLong } from '../fixtures/tier.js';
import { hint } from '../memory/hint.js';
import { Exhaustive } from './exhaustive.js';
import { endsOf } from './fixtures/ends-of.js';
import { type Body, expectFinding, program } from './fixtures/expect-finding.js';
import { SimulatedEvent, SimulatedLock, SimulatedSemaphore } from './primitives.js';
import { ghost } from './recording.js';
import type { Scenario } from './scenario.js';
import { verify } from './verify.js';

vi.setConfig({ testTimeout: 120_000 });

/** Programs that are drawn, by their seeds from 1 on. */
const PROGRAMS = isLong ? 2000 : 80;
/** Programs with loops, which have more states. */
const SPINS = PROGRAMS / 4;

/** Words of drawn programs: three atomic, three plain, two locks, a semaphore, an event, a word to sleep on, ghosts, and 64 bits. */
const PLAIN = 3;
const LOCKS = 6;
const SEMAPHORE = 8;
const EVENT = 9;
const FUTEX = 10;
const GHOSTS = 11;
const GHOSTS_END = 15;
const WIDE = 16;
const WORDS = 18;

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

const searched = (scenario: Scenario, reduces: boolean) =>
  endsOf(scenario, (execution, found) => new Exhaustive({ mostStates: 1e6, reduces }).run(execution, found));

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
    'a waiter list hands it on',
    writes,
    (words) => {
      meet();
      if (hint(words, GIVEN) === 1) Atomics.notify(words, FUTEX);
      meet();
    },
    (words) => (Atomics.wait(words, FUTEX, 0, 1) === 'ok' ? words[PLAIN] : 1),
  ],
  [
    'an old value was overwritten by one who did not know of it',
    (words) => {
      Atomics.store(words, GIVEN, 1);
      meet();
    },
    (words) => {
      meet();
      Atomics.store(words, GIVEN, 2);
      meet();
      Atomics.store(words, SHOWN, 1);
    },
    (words) => (Atomics.load(words, SHOWN) === 1 ? hint(words, GIVEN) : 0),
  ],
];

/** What ends an execution before its end; and what is wrong with an end. */
const isEarly = (end: string): boolean => /^(?:data-race|misuse|invariant|exception)/.test(end);
const isStuck = (end: string): boolean => /^(?:deadlock|lost-wake-up)/.test(end);
/** Whether somebody who sleeps has missed something depends on how much of the program is known. */
const withoutKind = (ends: readonly string[]): string[] => [
  ...new Set(ends.map((end) => end.replace(/^(?:deadlock|lost-wake-up)/, 'stuck'))),
];

/** Returns whether there are fewer states than without reductions. */
function expectSameEnds(scenario: Scenario, which: string): boolean {
  const [all, few] = [searched(scenario, false), searched(scenario, true)];
  expect(few.complete, which).toBe(true);
  expect(few.states, which).toBeLessThanOrEqual(all.states);
  if (all.ends.some(isEarly)) expect(few.ends.some(isEarly), which).toBe(true);
  else expect(withoutKind(few.ends), which).toEqual(withoutKind(all.ends));
  return few.states < all.states;
}

describe('the search of states by persistent sets', () => {
  it.each([
    ['drawn programs', PROGRAMS, drawn],
    ['those that hand plain words on by others', 4 * PROGRAMS, (seed: number) => drawnWithFlags(seed)],
    ['those of stores and hints', 2 * PROGRAMS, (seed: number) => drawnWithFlags(seed, 4)],
    ['those whose threads go round alone, until others let them on', SPINS, drawnWithSpins],
  ] as const)('comes to the same ends as the one that takes every transition, in %s', (_, programs, draw) => {
    let fewer = 0;
    for (let seed = 1; seed <= programs; seed++) {
      if (expectSameEnds(draw(seed), `seed ${seed}`)) fewer++;
    }
    expect(fewer).toBeGreaterThan(programs / 3);
  });

  it('meets every state that an invariant can tell apart', () => {
    for (let seed = 1; seed <= PROGRAMS; seed++) {
      const seen = (reduces: boolean): string[] => {
        const states = new Set<string>();
        const invariant = (words: Int32Array): undefined => {
          states.add(words.slice(GHOSTS, GHOSTS_END).join());
        };
        searched({ ...drawn(seed), invariant, watched: [[GHOSTS, GHOSTS + 1, GHOSTS + 2, GHOSTS + 3]] }, reduces);
        return [...states].sort();
      };
      // Where somebody is stuck that is what is said, and the invariant is not asked.
      const isClean = !searched(drawn(seed), false).ends.some((end) => isEarly(end) || isStuck(end));
      if (isClean) expect(seen(true), `seed ${seed}`).toEqual(seen(false));
    }
  });

  it.each(KNOWLEDGE)('keeps apart who knows of a write and who does not, where %s', (_, ...bodies) => {
    for (const [i, j, k] of ORDERS)
      expectSameEnds(program([bodies[i]!, bodies[j]!, bodies[k]!], { words: WORDS }), `${i} ${j} ${k}`);
  });

  it('shows the invariant the words that are watched, and no others', () => {
    const looked = new Set<string>();
    const store: Body = (words) => {
      Atomics.store(words, 0, 1);
      Atomics.store(words, 1, 1);
    };
    verify(
      program([store], {
        watched: [[1]],
        invariant: (words) => {
          looked.add(`${words[0]} ${words[1]}`);
          return undefined;
        },
      }),
    );
    expect([...looked]).toEqual(['0 0', '0 1']);
  });

  it('takes together what is done alone, or under a lock', () => {
    const lock = new SimulatedLock(LOCKS);
    const body = (own: number): Body => {
      return (words) => {
        for (let i = 0; i < 3; i++) Atomics.store(words, own, i);
        lock.lock();
        Atomics.store(words, 5, Atomics.load(words, 5) + 1);
        lock.unlock();
      };
    };
    const scenario = program([body(0), body(1), body(2)]);
    const [all, few] = [searched(scenario, false), searched(scenario, true)];
    expect(few.ends).toEqual(all.ends);
    expect(few.states * 2).toBeLessThan(all.states);
  });

  it('takes a wake of one before and after writes of what its sleepers look at', () => {
    const event = new SimulatedEvent(EVENT);
    const [woke, wrote] = [new SimulatedSemaphore(SEMAPHORE), new SimulatedSemaphore(FUTEX)];
    const waitFor = (words: Int32Array, word: number) => event.until(() => Atomics.load(words, word) !== 0);
    const bodies: Body[] = [
      (words) => {
        waitFor(words, 0);
        Atomics.store(words, 2, 1);
      },
      (words) => waitFor(words, 1),
      // Meant for the second. Only if the first one's word was written meanwhile, it may take the wake.
      (words) => {
        Atomics.store(words, 1, 1);
        event.wakeOne();
        woke.post();
      },
      (words) => {
        Atomics.store(words, 0, 1);
        wrote.post();
      },
      // Makes up for it, unless the first one is seen to have been woken: then the second sleeps for good.
      (words) => {
        woke.wait();
        wrote.wait();
        if (Atomics.load(words, 2) === 0) event.wake();
      },
    ];
    expectFinding('lost-wake-up', bodies, { words: WORDS });
  });

  it('leaves out nothing where executions come back to a state', () => {
    const scenario = program([
      (words) => {
        while (Atomics.load(words, 0) === 0);
      },
      (words) => {
        Atomics.store(words, 1, 1);
        Atomics.store(words, 2, 1);
        Atomics.store(words, 0, 1);
      },
    ]);
    expect(searched(scenario, true)).toEqual(searched(scenario, false));
  });
});

/** Numbers below a limit, one after the other. */
function numbersFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >>> 8) % limit;
  };
}

/** Three threads of atomic accesses; the others spin until the first one lets them on, and all take a spin lock. */
function drawnWithSpins(seed: number): Scenario {
  const below = numbersFrom(seed);
  const bodies = count(3).map((_, thread): Body => {
    const steps = count(2 + below(3)).map(() => [below(4), below(3), below(3)] as const);
    const spins = below(steps.length);
    return (words) => {
      const seen: number[] = [];
      for (const [i, [kind, at, value]] of steps.entries()) {
        if (i === spins && thread === 0) Atomics.store(words, FUTEX, 1);
        else if (i === spins) while (Atomics.load(words, FUTEX) === 0);
        if (kind === 0) seen.push(Atomics.load(words, at));
        else if (kind === 1) Atomics.store(words, at, value);
        else if (kind === 2) seen.push(Atomics.add(words, at, value));
        else {
          while (Atomics.compareExchange(words, LOCKS, 0, 1) !== 0);
          words[PLAIN]! += value;
          seen.push(words[PLAIN]!);
          Atomics.store(words, LOCKS, 0);
        }
      }
      return seen;
    };
  });
  return program(bodies, { words: WORDS });
}

/** Three threads: the first writes a plain word, the others access it once they have seen something; or have they? */
function drawnWithFlags(seed: number, kinds = 13): Scenario {
  const below = numbersFrom(seed);
  const lock = new SimulatedLock(LOCKS);
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
        else if (seen.at(-1)! > 0) words[kind === 12 ? at : PLAIN]! += value;
      }
      return seen;
    };
  });
  return program(bodies, { words: WORDS });
}

/** Two or three threads of up to four steps: atomic accesses, plain ones under a lock, the primitives, sleeping and waking, hints. */
function drawn(seed: number): Scenario {
  const below = numbersFrom(seed);
  const bodies = count(2 + below(2)).map((_, thread): Body => {
    const steps = count(1 + below(4)).map(() => [below(15), below(3), below(3), below(4)] as const);
    return (words) => {
      const seen: number[] = [];
      for (const [kind, at, value, when] of steps) {
        if (when === 0 && seen.at(-1) === 0) continue;
        if (when === 1) ghost(GHOSTS + thread, value + 1);
        if (kind <= 1) seen.push(Atomics.load(words, at));
        else if (kind === 2) Atomics.store(words, at, value);
        else if (kind === 3) seen.push(Atomics.add(words, at, value));
        else if (kind === 4) seen.push(Atomics.compareExchange(words, at, value, value + 1));
        else if (kind <= 7) seen.push(underLock(words, at, value, when));
        else if (kind === 8) new SimulatedSemaphore(SEMAPHORE).post();
        else if (kind === 9) new SimulatedSemaphore(SEMAPHORE).wait();
        else if (kind === 10) wakeOrWait(words, at, value);
        else if (kind === 11) sleepOrNotify(words, value);
        else if (kind === 12) seen.push(wide(words, at, value));
        else seen.push(hint(words, at));
      }
      return seen;
    };
  });
  return program(bodies, {
    words: WORDS,
    init(words) {
      words[SEMAPHORE] = 1;
    },
  });
}

function underLock(words: Int32Array, at: number, value: number, when: number): number {
  const lock = new SimulatedLock(LOCKS + (at & 1));
  lock.lock();
  words[PLAIN + (at & 1)]! += value;
  const seen = when === 2 ? Atomics.load(words, value) : words[PLAIN + (at & 1)]!;
  if (when === 3) Atomics.store(words, at, value);
  if (value === 2) ghost(GHOSTS + 3, at);
  lock.unlock();
  return seen;
}

/** Reads and writes 64 bits in one step: loads, or an exchange that happens or not. */
function wide(words: Int32Array, at: number, value: number): number {
  const both = new BigInt64Array(words.buffer, WIDE * 4, 1);
  if (at === 0) return Number(Atomics.load(both, 0));
  if (at === 1) return Number(Atomics.add(both, 0, 1n));
  return Number(Atomics.compareExchange(both, 0, BigInt(value), BigInt(value + 1)));
}

function wakeOrWait(words: Int32Array, at: number, value: number): void {
  const event = new SimulatedEvent(EVENT);
  if (value === 0) event.wake();
  else if (value === 1) event.wakeOne();
  else event.until(() => Atomics.load(words, at) !== 0 || Atomics.load(words, (at + 1) % 3) === 2);
}

function sleepOrNotify(words: Int32Array, value: number): void {
  if (value === 0) {
    Atomics.store(words, FUTEX, 1);
    Atomics.notify(words, FUTEX, 1);
  } else Atomics.wait(words, FUTEX, 0, value === 1 ? 1 : undefined);
}
