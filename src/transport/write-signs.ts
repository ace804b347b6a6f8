// Signs of life of writing threads, and the watch that finds a channel whose write does not end.

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

/**
 * Calls back, once, with the first of the rows whose one write has not ended for `stallMs`. Returns what stops the watch.
 * A write is one batch: on a slow link, `stallMs` has to be longer than one takes. Time in which the watch itself did not
 * run (a busy event loop, a machine that was paused) is nobody's silence: a look counts for two of its intervals at most.
 */
export function watchWrites(
  signs: SharedArrayBuffer,
  rows: readonly number[],
  stallMs: number,
  stalled: (row: number) => void,
): () => void {
  const everyMs = Math.min(LOOK_MS, stallMs / 4);
  const seen = rows.map((row) => {
    const signsOfRow = new WriteSigns(signs, row);
    return { row, signs: signsOfRow, sign: signsOfRow.read(), waitedMs: 0 };
  });
  let looked = performance.now();
  const look = () => {
    const now = performance.now();
    const sinceMs = Math.min(now - looked, 2 * everyMs);
    looked = now;
    for (const last of seen) {
      const sign = last.signs.read();
      if (sign !== last.sign || sign % 2 === 0) Object.assign(last, { sign, waitedMs: 0 });
      else last.waitedMs += sinceMs;
    }
    const silent = seen.find(({ waitedMs }) => waitedMs >= stallMs);
    if (!silent) return;
    clearInterval(timer);
    stalled(silent.row);
  };
  const timer = setInterval(look, everyMs);
  return () => clearInterval(timer);
}
