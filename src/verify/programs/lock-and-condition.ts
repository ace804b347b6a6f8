// js-lock-and-condition's lock and condition variable, from the published algorithm, under a bounded buffer.
import type { Scenario } from '../scenario.js';

const LOCK = 0;
const NOT_EMPTY = 1;
const NOT_FULL = 2;
/** The buffer: how many items it holds, and the items, oldest first. */
const COUNT = 3;
const ITEMS = 4;

/** The lock counts down as it is given back, so that an unlock without sleepers is one operation. */
function lock(words: Int32Array): void {
  let seen = Atomics.compareExchange(words, LOCK, 0, 1);
  while (seen !== 0) {
    if (seen === 2 || Atomics.compareExchange(words, LOCK, 1, 2) !== 0) Atomics.wait(words, LOCK, 2);
    seen = Atomics.compareExchange(words, LOCK, 0, 2);
  }
}

function unlock(words: Int32Array): void {
  if (Atomics.sub(words, LOCK, 1) === 1) return;
  Atomics.store(words, LOCK, 0);
  Atomics.notify(words, LOCK, 1);
}

function waitFor(words: Int32Array, condition: number): void {
  const sequence = Atomics.load(words, condition);
  unlock(words);
  Atomics.wait(words, condition, sequence);
  lock(words);
}

function signal(words: Int32Array, condition: number): void {
  Atomics.add(words, condition, 1);
  Atomics.notify(words, condition, 1);
}

/** Producers put `items` numbers each into a buffer of one place; a consumer takes them all. */
export function boundedBuffer(producers: number, items: number): Scenario {
  const capacity = 1;
  const produce = (first: number) => (words: Int32Array) => {
    for (let i = 0; i < items; i++) {
      lock(words);
      while (words[COUNT] === capacity) waitFor(words, NOT_FULL);
      words[ITEMS] = first + i;
      words[COUNT] = 1;
      unlock(words);
      signal(words, NOT_EMPTY);
    }
  };
  const consume = (words: Int32Array) => {
    let sum = 0;
    for (let i = 0; i < producers * items; i++) {
      lock(words);
      while (words[COUNT] === 0) waitFor(words, NOT_EMPTY);
      sum += words[ITEMS]!;
      words[COUNT] = 0;
      unlock(words);
      signal(words, NOT_FULL);
    }
    return sum;
  };
  const all = (producers * items * (producers * items + 1)) / 2;
  return {
    name: `js-lock-and-condition: ${producers} producers of ${items}, 1 consumer`,
    words: 5,
    threads: [
      ...Array.from({ length: producers }, (_, i) => ({ name: `producer ${i}`, run: produce(1 + i * items) })),
      { name: 'consumer', run: consume },
    ],
    final: (_words, results) => (results.at(-1) === all ? undefined : `took ${results.at(-1)} in sum, not ${all}`),
  };
}
