// GenMC's synthetic tests, written anew, with the executions that it publishes: tests/correct/synthetic, for sequential consistency.
import type { Scenario } from '../scenario.js';

type Body = (words: Int32Array) => unknown;

export interface GenmcProgram {
  readonly scenario: Scenario;
  readonly executions: number;
}

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function scenario(name: string, words: number, bodies: readonly Body[], more: Partial<Scenario> = {}): Scenario {
  return { name, words, threads: bodies.map((run, i) => ({ name: `T${i}`, run })), ...more };
}

/** Threads that put values into a hash table; with few threads they never meet. */
export function indexer(threads: number): Scenario {
  const size = 128;
  const run =
    (thread: number): Body =>
    (words) => {
      for (let i = 0; i < 4; i++) {
        const value = i * 11 + thread;
        let at = (value * 7) % size;
        while (Atomics.compareExchange(words, at, 0, value) !== 0) at = (at + 1) % size;
      }
    };
  return scenario(`indexer(${threads})`, size, count(threads).map(run));
}

/** Each thread makes its word one more than the word before; another looks for the last word that is still 0. */
export function lastzero(threads: number): Scenario {
  const reader: Body = (words) => {
    for (let i = threads; Atomics.load(words, i) !== 0; i--);
  };
  const writer =
    (thread: number): Body =>
    (words) =>
      Atomics.store(words, thread + 1, Atomics.load(words, thread) + 1);
  return scenario(`lastzero(${threads})`, threads + 1, [reader, ...count(threads).map(writer)]);
}

export function readers(threads: number): Scenario {
  const writer: Body = (words) => Atomics.store(words, 0, 42);
  return scenario(`readers(${threads})`, 1, [
    writer,
    ...count(threads).map((): Body => (words) => Atomics.load(words, 0)),
  ]);
}

/** Two threads add each other's word to their own, `rounds` times. */
function fibBench(rounds: number): Scenario {
  const most = 144;
  const adder =
    (own: number): Body =>
    (words) => {
      for (let i = 0; i < rounds; i++) {
        const first = Atomics.load(words, 0);
        Atomics.store(words, own, first + Atomics.load(words, 1));
      }
    };
  const looker: Body = (words) => {
    if (Atomics.load(words, 0) > most || Atomics.load(words, 1) > most) throw new Error(`over ${most}`);
  };
  return scenario(`fib_bench(${rounds})`, 2, [adder(0), adder(1), looker], {
    init(words) {
      words.fill(1);
    },
  });
}

function ainc(threads: number): Scenario {
  const adder: Body = (words) => void Atomics.add(words, 0, 1);
  return scenario(
    `ainc(${threads})`,
    1,
    count(threads).map(() => adder),
    {
      final: (words) => (words[0] === threads ? undefined : `counted ${words[0]}`),
    },
  );
}

function casrot(threads: number): Scenario {
  const exchanger =
    (thread: number): Body =>
    (words) =>
      void Atomics.compareExchange(words, 0, thread, thread + 1);
  return scenario(`casrot(${threads})`, 1, count(threads).map(exchanger));
}

/** Few orders matter in the first, few states are there in the last two. */
export const GENMC_PROGRAMS: readonly GenmcProgram[] = [
  { scenario: indexer(12), executions: 8 },
  { scenario: indexer(15), executions: 4096 },
  { scenario: lastzero(10), executions: 3328 },
  { scenario: lastzero(15), executions: 147_456 },
  { scenario: readers(13), executions: 8192 },
  { scenario: fibBench(5), executions: 218_243 },
  // 16!
  { scenario: ainc(16), executions: 20_922_789_888_000 },
  { scenario: casrot(9), executions: 8597 },
];
