// Transitions left out, whose order does not matter: against the search that takes them all, on drawn programs.
import { describe, expect, it, vi } from 'vitest';
import { isLong } from '../fixtures/tier.js';
import { hint } from '../memory/hint.js';
import { type Body, expectFinding, program } from './fixtures/expect-finding.js';
import { count, fewerStates, isEarly, isStuck, numbersFrom, searched } from './fixtures/same-ends.js';
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

describe('the search of states by persistent sets', () => {
  it.each([
    ['drawn programs', PROGRAMS, drawn],
    ['those whose threads go round alone, until others let them on', SPINS, drawnWithSpins],
  ] as const)('comes to the same ends as the one that takes every transition, in %s', (_, programs, draw) => {
    expect(fewerStates(programs, draw)).toBeGreaterThan(programs / 3);
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
