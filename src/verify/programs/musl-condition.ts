// musl's condition variable since 2014, from its published algorithm: a list of waiters, each with a barrier of its own.
import type { Scenario } from '../scenario.js';
import { lock, unlock } from './futex-lock.js';

const MUTEX = 0;
/** The variable: its lock, the newest waiter and the oldest; a waiter is named by its first word, 0 is nobody. */
const LIST = 1;
const HEAD = 2;
const TAIL = 3;
/** What is waited for, under the mutex. */
const TOKENS = 4;
const FIRST = 8;
/** A waiter's words: neighbours in the list, its state, what it sleeps on, and whom it tells that it has left. */
const PREVIOUS = 0;
const NEXT = 1;
const STATE = 2;
const BARRIER = 3;
const NOTIFY = 4;
const WAITER_WORDS = 5;

const WAITING = 0;
const SIGNALED = 1;
const LEAVING = 2;

/** Waits once; false for a timeout. Where musl would requeue the next waiter to the mutex it is woken, as for mutexes of other kinds. */
function waitOnce(words: Int32Array, node: number, timeoutMs: number | undefined): boolean {
  lock(words, LIST);
  Atomics.store(words, node + BARRIER, 2);
  Atomics.store(words, node + STATE, WAITING);
  words[node + PREVIOUS] = 0;
  words[node + NOTIFY] = 0;
  const next = words[HEAD]!;
  words[node + NEXT] = next;
  words[HEAD] = node;
  if (words[TAIL] === 0) words[TAIL] = node;
  else words[next + PREVIOUS] = node;
  unlock(words, LIST);
  unlock(words, MUTEX);
  let how = 'ok';
  do how = Atomics.wait(words, node + BARRIER, 2, timeoutMs);
  while (how === 'ok' && Atomics.load(words, node + BARRIER) === 2);
  const left = Atomics.compareExchange(words, node + STATE, WAITING, LEAVING) === WAITING;
  if (left) takeOut(words, node);
  // Locked by whoever signalled; given back by the waiter before, so that they go on one by one.
  else lock(words, node + BARRIER);
  lock(words, MUTEX);
  if (!left && words[node + PREVIOUS] !== 0) {
    const barrier = words[node + PREVIOUS]! + BARRIER;
    Atomics.store(words, barrier, 0);
    Atomics.notify(words, barrier, 1);
  }
  return !left;
}

/** A waiter that nobody signalled leaves the list, and tells a signaller that met it there. */
function takeOut(words: Int32Array, node: number): void {
  lock(words, LIST);
  const previous = words[node + PREVIOUS]!;
  const next = words[node + NEXT]!;
  if (words[HEAD] === node) words[HEAD] = next;
  else if (previous !== 0) words[previous + NEXT] = next;
  if (words[TAIL] === node) words[TAIL] = previous;
  else if (next !== 0) words[next + PREVIOUS] = previous;
  unlock(words, LIST);
  const leaving = words[node + NOTIFY]!;
  if (leaving !== 0 && Atomics.sub(words, leaving, 1) === 1) Atomics.notify(words, leaving, 1);
}

/** Signals at most `most` waiters; `leaving` is a word of the signaller's own. */
function signal(words: Int32Array, leaving: number, most: number): void {
  let [first, left, met] = [0, most, 0];
  lock(words, LIST);
  let node = words[TAIL]!;
  for (; left > 0 && node !== 0; node = words[node + PREVIOUS]!) {
    if (Atomics.compareExchange(words, node + STATE, WAITING, SIGNALED) === WAITING) {
      left--;
      if (first === 0) first = node;
    } else {
      Atomics.store(words, leaving, ++met);
      words[node + NOTIFY] = leaving;
    }
  }
  if (node === 0) words[HEAD] = 0;
  else {
    if (words[node + NEXT] !== 0) words[words[node + NEXT]! + PREVIOUS] = 0;
    words[node + NEXT] = 0;
  }
  words[TAIL] = node;
  unlock(words, LIST);
  for (let rest = Atomics.load(words, leaving); rest !== 0; rest = Atomics.load(words, leaving))
    Atomics.wait(words, leaving, rest);
  if (first !== 0) unlock(words, first + BARRIER);
}

/**
 * Waiters for a token each, of which the last gives up at a timeout if `givesUp`; one thread lays a token for each and
 * signals: one by one, or all by a broadcast.
 */
export function muslCondition(waiters: number, how: 'signal' | 'broadcast', givesUp = false): Scenario {
  const leaving = FIRST + waiters * WAITER_WORDS;
  const take = (waiter: number) => (words: Int32Array) => {
    const node = FIRST + waiter * WAITER_WORDS;
    const timeoutMs = givesUp && waiter === waiters - 1 ? 1 : undefined;
    lock(words, MUTEX);
    let isThere = true;
    while (isThere && words[TOKENS] === 0) isThere = waitOnce(words, node, timeoutMs);
    const got = words[TOKENS] === 0 ? 0 : 1;
    words[TOKENS]! -= got;
    unlock(words, MUTEX);
    return got;
  };
  const give = (words: Int32Array) => {
    for (let left = waiters; left > 0; left--) {
      lock(words, MUTEX);
      words[TOKENS]! += how === 'signal' ? 1 : waiters;
      unlock(words, MUTEX);
      signal(words, leaving, how === 'signal' ? 1 : waiters);
      if (how === 'broadcast') return;
    }
  };
  return {
    name: `musl's condition variable: ${waiters} waiters, ${how}${givesUp ? ', one gives up' : ''}`,
    words: leaving + 1,
    threads: [
      ...Array.from({ length: waiters }, (_, i) => ({ name: `waiter ${i}`, run: take(i) })),
      { name: 'signaller', run: give },
    ],
    final(words, results) {
      const got = results.filter((result) => result === 1).length;
      if (words[TOKENS] !== waiters - got) return `${got} tokens taken, ${words[TOKENS]} left of ${waiters}`;
      return givesUp || got === waiters ? undefined : `${got} of ${waiters} waiters have a token`;
    },
  };
}
