// Where a condition came true, histories are one if they leave the same behind; what a condition remembers is not lost.
import { expect, it } from 'vitest';
import { type Body, program } from './fixtures/expect-finding.js';
import { SimulatedEvent } from './primitives.js';
import { checkpoint } from './recording.js';
import type { LooksLeft } from './returns.js';
import { verify } from './verify.js';

const VALUE = 0;
const EVENT = 1;
const OTHER = 2;
const event = new SimulatedEvent(EVENT);

/** Waits for a value of `word` that is not `old`, after which `then` is done; what each ended with, all sorted. */
const waits = (
  run: (words: Int32Array) => unknown,
  values: number,
  looksLeft: LooksLeft = new Map(),
): { results: number[]; states: number } => {
  const results = new Set<unknown>();
  const writer: Body = (words) => {
    for (let value = 1; value <= values; value++) {
      Atomics.store(words, VALUE, value);
      event.wake();
    }
  };
  const { states, findings, complete } = verify(
    program([run, writer], {
      final: (_words, [result]) => {
        results.add(result);
        return undefined;
      },
    }),
    { looksLeft },
  );
  expect({ findings, complete }).toEqual({ findings: [], complete: true });
  return { results: ([...results] as number[]).sort((a, b) => a - b), states };
};

const waitFor = (words: Int32Array, see: (value: number) => void): void => {
  checkpoint('waits');
  event.until(() => {
    const value = Atomics.load(words, VALUE);
    see(value);
    return value !== 0;
  });
};

it('what a condition read is forgotten where it is not remembered', () => {
  const forgets = waits((words) => {
    waitFor(words, () => {});
    for (let i = 0; i < 3; i++) Atomics.load(words, OTHER);
    return 0;
  }, 6);
  const remembers = waits((words) => {
    let last = 0;
    waitFor(words, (value) => {
      last = value;
    });
    for (let i = 0; i < 3; i++) Atomics.load(words, OTHER);
    return last;
  }, 6);
  expect(remembers.results).toEqual([1, 2, 3, 4, 5, 6]);
  expect(forgets.states).toBeLessThan(remembers.states);
});

it('what it remembers of one value alone is found, though it was seen to remember none of the others', () => {
  const { results } = waits((words) => {
    let isSix = 0;
    waitFor(words, (value) => {
      if (value === 6) isSix = 1;
    });
    for (let i = 0; i < 3; i++) Atomics.load(words, OTHER);
    return isSix;
  }, 6);
  expect(results).toEqual([0, 1]);
});

it('what another search of the same code was shown is trusted until it proves wrong', () => {
  const looksLeft: LooksLeft = new Map();
  // Of the same code: what is remembered is told from outside.
  const run =
    (remembersAt: number): ((words: Int32Array) => number) =>
    (words) => {
      let seen = 0;
      waitFor(words, (value) => {
        if (value === remembersAt) seen = 1;
      });
      for (let i = 0; i < 3; i++) Atomics.load(words, OTHER);
      return seen;
    };
  expect(waits(run(7), 6, looksLeft).results).toEqual([0]);
  expect([...looksLeft.values()]).toEqual([0]);
  expect(waits(run(6), 6, looksLeft).results).toEqual([0, 1]);
});
