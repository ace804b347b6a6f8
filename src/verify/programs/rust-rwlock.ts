// The futex RwLock of Rust's standard library, from its published algorithm: readers in the low bits, two bits for who waits.
import type { Scenario } from '../scenario.js';

const STATE = 0;
const WRITER_NOTIFY = 1;
const DATA = 2;

const READER = 1;
const MASK = (1 << 30) - 1;
const WRITER = MASK;
const MOST_READERS = MASK - 1;
const READERS_WAIT = 1 << 30;
const WRITERS_WAIT = 1 << 31;

const isUnlocked = (state: number): boolean => (state & MASK) === 0;
const isWriteLocked = (state: number): boolean => (state & MASK) === WRITER;
const readersWait = (state: number): boolean => (state & READERS_WAIT) !== 0;
const writersWait = (state: number): boolean => (state & WRITERS_WAIT) !== 0;
const isReadLockable = (state: number): boolean =>
  (state & MASK) < MOST_READERS && !readersWait(state) && !writersWait(state);

/** Looks `looks` times before it sleeps, as the original does a hundred times. */
function spin(words: Int32Array, looks: number, isEnough: (state: number) => boolean): number {
  for (let left = looks; ; left--) {
    const state = Atomics.load(words, STATE);
    if (isEnough(state) || left === 0) return state;
  }
}

function read(words: Int32Array, looks: number): void {
  const first = Atomics.load(words, STATE);
  if (isReadLockable(first) && Atomics.compareExchange(words, STATE, first, first + READER) === first) return;
  const spinRead = (): number =>
    spin(words, looks, (state) => !isWriteLocked(state) || readersWait(state) || writersWait(state));
  let state = spinRead();
  for (;;) {
    if (isReadLockable(state)) {
      const seen = Atomics.compareExchange(words, STATE, state, state + READER);
      if (seen === state) return;
      state = seen;
      continue;
    }
    if (!readersWait(state)) {
      const seen = Atomics.compareExchange(words, STATE, state, state | READERS_WAIT);
      if (seen !== state) {
        state = seen;
        continue;
      }
    }
    Atomics.wait(words, STATE, state | READERS_WAIT);
    state = spinRead();
  }
}

function readUnlock(words: Int32Array): void {
  const state = (Atomics.sub(words, STATE, READER) - READER) | 0;
  if (isUnlocked(state) && writersWait(state)) wakeWriterOrReaders(words, state);
}

function write(words: Int32Array, looks: number): void {
  if (Atomics.compareExchange(words, STATE, 0, WRITER) === 0) return;
  const spinWrite = (): number => spin(words, looks, (state) => isUnlocked(state) || writersWait(state));
  let state = spinWrite();
  let others = 0;
  for (;;) {
    if (isUnlocked(state)) {
      const seen = Atomics.compareExchange(words, STATE, state, state | WRITER | others);
      if (seen === state) return;
      state = seen;
      continue;
    }
    if (!writersWait(state)) {
      const seen = Atomics.compareExchange(words, STATE, state, state | WRITERS_WAIT);
      if (seen !== state) {
        state = seen;
        continue;
      }
    }
    // Other writers may wait too: the bit stays on once the lock is taken.
    others = WRITERS_WAIT;
    const sequence = Atomics.load(words, WRITER_NOTIFY);
    state = Atomics.load(words, STATE);
    if (isUnlocked(state) || !writersWait(state)) continue;
    Atomics.wait(words, WRITER_NOTIFY, sequence);
    state = spinWrite();
  }
}

function writeUnlock(words: Int32Array): void {
  const state = (Atomics.sub(words, STATE, WRITER) - WRITER) | 0;
  if (writersWait(state) || readersWait(state)) wakeWriterOrReaders(words, state);
}

function wakeWriter(words: Int32Array): boolean {
  Atomics.add(words, WRITER_NOTIFY, 1);
  return Atomics.notify(words, WRITER_NOTIFY, 1) > 0;
}

function wakeWriterOrReaders(words: Int32Array, was: number): void {
  let state = was;
  if (!isUnlocked(state)) throw new Error('wakes others while it is locked');
  if (state === WRITERS_WAIT) {
    const seen = Atomics.compareExchange(words, STATE, state, 0);
    if (seen === state) {
      wakeWriter(words);
      return;
    }
    state = seen;
  }
  if (state === (READERS_WAIT | WRITERS_WAIT)) {
    if (Atomics.compareExchange(words, STATE, state, READERS_WAIT) !== state) return;
    if (wakeWriter(words)) return;
    state = READERS_WAIT;
  }
  if (state === READERS_WAIT && Atomics.compareExchange(words, STATE, state, 0) === state) Atomics.notify(words, STATE);
}

/** Readers and writers that come once each; a writer leaves two words that differ while it is inside. */
export function rustRwLock(readers: number, writers: number, looks = 0): Scenario {
  const reader = (words: Int32Array): number => {
    read(words, looks);
    const difference = words[DATA]! - words[DATA + 1]!;
    readUnlock(words);
    return difference;
  };
  const writer = (words: Int32Array): void => {
    write(words, looks);
    words[DATA]! += 1;
    words[DATA + 1]! += 1;
    writeUnlock(words);
  };
  return {
    name: `Rust's RwLock: ${readers} readers, ${writers} writers${looks > 0 ? `, ${looks} looks before a sleep` : ''}`,
    words: 4,
    threads: [
      ...Array.from({ length: readers }, (_, i) => ({ name: `reader ${i}`, run: reader })),
      ...Array.from({ length: writers }, (_, i) => ({ name: `writer ${i}`, run: writer })),
    ],
    final(words, results) {
      if (results.some((result) => typeof result === 'number' && result !== 0)) return 'a reader saw half a write';
      return words[DATA] === writers ? undefined : `${words[DATA]} writes of ${writers}`;
    },
  };
}
