// The locks by kind, opened where a layout has laid them.
import { FutexLock } from './futex-lock.js';
import type { PlacedEntry } from './layout.js';
import { type FrameworkLock, LOOKING, type LockKind } from './lock.js';
import { McsLock } from './mcs-lock.js';
import { TasLock } from './tas-lock.js';
import { TicketLock } from './ticket-lock.js';

type Open = (words: Int32Array, word: number, size: number) => FrameworkLock;

const OPEN: Readonly<Record<LockKind, Open>> = {
  futex: (words, word) => new FutexLock(words, word),
  spin: (words, word) => new FutexLock(words, word, LOOKING),
  ticket: (words, word) => new TicketLock(words, word),
  mcs: (words, word, size) => new McsLock(words, word, size),
  tas: (words, word) => new TasLock(words, word),
};

/** Opens a lock for one thread, which opens it once. */
export function openLock(words: Int32Array, { word, words: size, lock }: PlacedEntry): FrameworkLock {
  return OPEN[lock](words, word, size);
}
