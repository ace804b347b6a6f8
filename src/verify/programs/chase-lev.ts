// Chase and Lev's work-stealing deque, from its published algorithm: one owner at the bottom, thieves at the top.
import type { Scenario } from '../scenario.js';

const TOP = 0;
const BOTTOM = 1;
const ITEMS = 2;
const CAPACITY = 4;

const NONE = 0;

const place = (index: number): number => ITEMS + (index % CAPACITY);

function push(words: Int32Array, item: number): void {
  const bottom = Atomics.load(words, BOTTOM);
  if (bottom - Atomics.load(words, TOP) >= CAPACITY) throw new Error('the deque is full');
  Atomics.store(words, place(bottom), item);
  Atomics.store(words, BOTTOM, bottom + 1);
}

function pop(words: Int32Array): number {
  const bottom = Atomics.load(words, BOTTOM) - 1;
  Atomics.store(words, BOTTOM, bottom);
  const top = Atomics.load(words, TOP);
  if (top > bottom) {
    Atomics.store(words, BOTTOM, bottom + 1);
    return NONE;
  }
  const item = Atomics.load(words, place(bottom));
  if (top < bottom) return item;
  // The last one: thieves want it too.
  const isMine = Atomics.compareExchange(words, TOP, top, top + 1) === top;
  Atomics.store(words, BOTTOM, bottom + 1);
  return isMine ? item : NONE;
}

function steal(words: Int32Array): number {
  const top = Atomics.load(words, TOP);
  if (top >= Atomics.load(words, BOTTOM)) return NONE;
  const item = Atomics.load(words, place(top));
  return Atomics.compareExchange(words, TOP, top, top + 1) === top ? item : NONE;
}

/** The owner pushes three items and pops as many, of which two after the first push; each thief tries `tries` times. */
export function chaseLev(thieves: number, tries: number): Scenario {
  const own = (words: Int32Array): number[] => {
    const taken: number[] = [];
    push(words, 1);
    push(words, 2);
    taken.push(pop(words));
    push(words, 3);
    taken.push(pop(words), pop(words));
    return taken;
  };
  const thief = (words: Int32Array): number[] => {
    const taken: number[] = [];
    for (let i = 0; i < tries; i++) taken.push(steal(words));
    return taken;
  };
  return {
    name: `Chase-Lev deque: 1 owner, ${thieves} thieves, ${tries} tries each`,
    words: ITEMS + CAPACITY,
    threads: [
      { name: 'owner', run: own },
      ...Array.from({ length: thieves }, (_, i) => ({ name: `thief ${i}`, run: thief })),
    ],
    final(words, results) {
      const left = words[BOTTOM]! - words[TOP]!;
      const taken = (results as number[][]).flat().filter((item) => item !== NONE);
      if (new Set(taken).size !== taken.length) return `taken twice: ${taken}`;
      return taken.length + left === 3 ? undefined : `taken: ${taken}, left: ${left}`;
    },
  };
}
