// glibc's condition variable from 2.25 to 2.40, from its published algorithm, which loses a wake-up (bug 25847).
import { SimulatedLock, SimulatedSemaphore } from '../primitives.js';
import type { Scenario } from '../scenario.js';

const MUTEX = 0;
/** Who signals holds it: the published one is a futex lock in the low bits of the size. */
const SIGNALLER = 1;
/** Waiters so far, two each; the lowest bit is the slot of the group that they join (G2). */
const SEQUENCE = 2;
/** Where the group that is signalled (G1) starts, two each; the lowest bit is the slot of G2. */
const START = 3;
const WAITERS = 4;
/** Waiters of G1 as it began. */
const SIZE_AT_FIRST = 5;
/** Of each slot: waiters that are not signalled yet; threads that use the futex, two each; signals, two each, and 1 once closed. */
const SIZE = 6;
const REFERENCES = 8;
const SIGNALS = 10;
/** A buffer of one place: room in it, and what it holds. */
const ROOM = 12;
const ITEMS = 13;
const WORDS = 14;

const mutex = new SimulatedLock(MUTEX);
const signaller = new SimulatedLock(SIGNALLER);
const room = new SimulatedSemaphore(ROOM);

function waitOnce(words: Int32Array): void {
  const sequence = Atomics.add(words, SEQUENCE, 2);
  const [slot, position] = [sequence & 1, sequence >> 1];
  Atomics.add(words, WAITERS, 1);
  mutex.unlock();
  if (takeSignal(words, slot, position)) giveBack(words, slot, position);
  Atomics.sub(words, WAITERS, 1);
  mutex.lock();
}

/** Sleeps until it has a signal of its slot: true; or until the group is closed, which needs none. */
function takeSignal(words: Int32Array, slot: number, position: number): boolean {
  let signals = Atomics.load(words, SIGNALS + slot);
  for (;;) {
    while (signals === 0) {
      Atomics.add(words, REFERENCES + slot, 2);
      const isClosed = (Atomics.load(words, SIGNALS + slot) & 1) !== 0 || position < Atomics.load(words, START) >> 1;
      if (!isClosed) Atomics.wait(words, SIGNALS + slot, 0);
      leaveFutex(words, slot);
      if (isClosed) return false;
      signals = Atomics.load(words, SIGNALS + slot);
    }
    if ((signals & 1) !== 0) return false;
    const seen = Atomics.compareExchange(words, SIGNALS + slot, signals, signals - 2);
    if (seen === signals) return true;
    signals = seen;
  }
}

function leaveFutex(words: Int32Array, slot: number): void {
  if (Atomics.sub(words, REFERENCES + slot, 2) !== 3) return;
  Atomics.and(words, REFERENCES + slot, ~1);
  Atomics.notify(words, REFERENCES + slot);
}

/**
 * The fault. If the group is long closed, and another one has its slot, the signal may have been that one's: so it gets
 * one more. But where the signal was the thread's own, that is one too many: somebody goes on without being counted off
 * the group's size, and the next signal goes to a group in which nobody is left.
 */
function giveBack(words: Int32Array, slot: number, position: number): void {
  const start = Atomics.load(words, START);
  if (position >= start >> 1 || ((start & 1) ^ 1) !== slot) return;
  let signals = Atomics.load(words, SIGNALS + slot);
  while (Atomics.load(words, START) === start) {
    if ((signals & 1) === 0) {
      const seen = Atomics.compareExchange(words, SIGNALS + slot, signals, signals + 2);
      if (seen !== signals) {
        signals = seen;
        continue;
      }
    }
    Atomics.notify(words, SIGNALS + slot, 1);
    return;
  }
}

function signal(words: Int32Array): void {
  if (Atomics.load(words, WAITERS) === 0) return;
  signaller.lock();
  const sequence = Atomics.load(words, SEQUENCE);
  let slot = (sequence & 1) ^ 1;
  let isSignalled = words[SIZE + slot] !== 0;
  if (!isSignalled) {
    slot ^= 1;
    isSignalled = switchGroups(words, sequence >> 1, slot);
  }
  if (isSignalled) {
    Atomics.add(words, SIGNALS + slot, 2);
    words[SIZE + slot]!--;
  }
  signaller.unlock();
  if (isSignalled) Atomics.notify(words, SIGNALS + slot, 1);
}

/** Closes G1 and waits until nobody uses its futex; then G2, which has the slot `next`, is the new G1. False if that is empty. */
function switchGroups(words: Int32Array, sequence: number, next: number): boolean {
  const slot = next ^ 1;
  const size = words[SIZE_AT_FIRST]!;
  const start = Atomics.load(words, START) >> 1;
  if (sequence - start - size + words[SIZE + next]! === 0) return false;
  Atomics.or(words, SIGNALS + slot, 1);
  let references = Atomics.or(words, REFERENCES + slot, 0);
  while (references >> 1 > 0) {
    references = Atomics.or(words, REFERENCES + slot, 1) | 1;
    if (references >> 1 > 0) Atomics.wait(words, REFERENCES + slot, references);
    references = Atomics.load(words, REFERENCES + slot);
  }
  Atomics.add(words, START, 2 * size + (slot === 1 ? 1 : -1));
  Atomics.store(words, SIGNALS + slot, 0);
  const joined = (Atomics.xor(words, SEQUENCE, 1) >> 1) - (start + size);
  words[SIZE_AT_FIRST] = joined;
  words[SIZE + next]! += joined;
  return words[SIZE + next] !== 0;
}

/** Consumers take so many items each out of a buffer of one place, into which a producer lays as many in all. */
export function glibcCondition(items: readonly number[]): Scenario {
  const all = items.reduce((sum, count) => sum + count, 0);
  const consume = (count: number) => (words: Int32Array) => {
    for (let left = count; left > 0; left--) {
      mutex.lock();
      while (words[ITEMS] === 0) waitOnce(words);
      words[ITEMS]!--;
      mutex.unlock();
      room.post();
    }
  };
  const produce = (words: Int32Array) => {
    for (let left = all; left > 0; left--) {
      room.wait();
      mutex.lock();
      words[ITEMS]!++;
      mutex.unlock();
      signal(words);
    }
  };
  return {
    name: `glibc's condition variable: consumers of ${items.join(', ')} items, 1 producer`,
    words: WORDS,
    threads: [
      ...items.map((count, i) => ({ name: `consumer ${i}`, run: consume(count) })),
      { name: 'producer', run: produce },
    ],
    init(words) {
      words[ROOM] = 1;
    },
  };
}
