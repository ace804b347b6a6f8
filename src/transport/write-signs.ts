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
 * A write is one batch: on a slow link, `stallMs` has to be longer than one takes.
 */
export function watchWrites(
  signs: SharedArrayBuffer,
  rows: readonly number[],
  stallMs: number,
  stalled: (row: number) => void,
): () => void {
  const seen = rows.map((row) => {
    const signsOfRow = new WriteSigns(signs, row);
    return { row, signs: signsOfRow, sign: signsOfRow.read(), since: performance.now() };
  });
  const look = () => {
    const now = performance.now();
    for (const last of seen) {
      const sign = last.signs.read();
      if (sign !== last.sign || sign % 2 === 0) Object.assign(last, { sign, since: now });
      else if (now - last.since >= stallMs) {
        clearInterval(timer);
        stalled(last.row);
        return;
      }
    }
  };
  const timer = setInterval(look, Math.min(LOOK_MS, stallMs / 4));
  return () => clearInterval(timer);
}
