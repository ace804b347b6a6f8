// Signs of life of writing threads, and the watch that finds a channel whose write does not end.

import { threadId } from '../os/thread-times.js';
import { takenSoFar } from './taken.js';

/** Words from one channel's sign to the next: no two writers share a pair of cache lines. */
const ROW_WORDS = 32;
const LOOK_MS = 100;

/** A word a line that grows before and after each write: odd is in a write. Row i is channel i's. */
export class WriteSigns {
  private readonly words: Int32Array;
  private readonly word: number;

  constructor(signs: SharedArrayBuffer, row: number) {
    this.words = new Int32Array(signs);
    this.word = row * ROW_WORDS;
  }

  static allocate(rows: number): SharedArrayBuffer {
    return new SharedArrayBuffer(rows * ROW_WORDS * Int32Array.BYTES_PER_ELEMENT);
  }

  /** For the thread that writes: its number in the kernel stands beside its sign. */
  static ofWriter(signs: SharedArrayBuffer, row: number): WriteSigns {
    const own = new WriteSigns(signs, row);
    // Standalone: a number that the watch looks up, orders nothing.
    Atomics.store(own.words, own.word + 1, threadId());
    return own;
  }

  /** The kernel's number of the thread that writes; 0 where it has not said. */
  get threadId(): number {
    // Standalone: a number that the watch looks up, orders nothing.
    return Atomics.load(this.words, this.word + 1);
  }

  /** The calling thread enters or leaves a write. */
  turn(): void {
    // Standalone: a sign of life, orders nothing.
    Atomics.add(this.words, this.word, 1);
  }

  read(): number {
    // Standalone: a sign of life, orders nothing.
    return Atomics.load(this.words, this.word);
  }
}

export interface WatchedRow {
  readonly row: number;
  /** What is written to, where the kernel knows what its peer has taken. */
  readonly descriptor?: number;
}

/** The watch over the writes of some rows. */
export interface Watch {
  /** Grows when one of them gets on. */
  readonly moves: number;
  stop(): void;
}

/**
 * Calls back, once, with the first of the rows whose peer has taken nothing of its write for `stallMs`: a write may last
 * for longer, and does on a slow link. Time in which the watch itself did not run (a busy event loop, a machine that was
 * paused) is nobody's silence: a look counts for two of its intervals at most.
 */
export function watchWrites(
  signs: SharedArrayBuffer,
  rows: readonly WatchedRow[],
  stallMs: number,
  stalled: (row: number) => void,
): Watch {
  const everyMs = Math.min(LOOK_MS, stallMs / 4);
  const seen = rows.map(({ row, descriptor }) => {
    const signsOfRow = new WriteSigns(signs, row);
    return { row, descriptor, signs: signsOfRow, sign: signsOfRow.read(), taken: '', waitedMs: 0 };
  });
  let looked = performance.now();
  let moves = 0;
  const look = () => {
    const now = performance.now();
    const sinceMs = Math.min(now - looked, 2 * everyMs);
    looked = now;
    const takenOf = takenSoFar();
    for (const last of seen) {
      const sign = last.signs.read();
      const isWriting = sign % 2 !== 0;
      // Most writes are over long before the next look: then the kernel is not asked.
      const taken = isWriting && sign === last.sign ? takenOf(last.descriptor, last.signs.threadId) : '';
      if (sign !== last.sign || taken !== last.taken) moves++;
      if (!isWriting || sign !== last.sign || taken !== last.taken) Object.assign(last, { sign, taken, waitedMs: 0 });
      else last.waitedMs += sinceMs;
    }
    const silent = seen.find(({ waitedMs }) => waitedMs >= stallMs);
    if (!silent) return;
    clearInterval(timer);
    stalled(silent.row);
  };
  const timer = setInterval(look, everyMs);
  return {
    get moves() {
      return moves;
    },
    stop: () => clearInterval(timer),
  };
}
