// A hint read: a plain read of an atomic word, the one exception to "always atomic or always plain".

type HintRead = (words: Int32Array, index: number) => number;

/**
 * Reads a word without order: a guess that the caller confirms with `Atomics.load` before it acts, and that never
 * leads to sleep by itself. The reader may see an old value; a compiler may hoist it out of a loop, so never poll by it.
 */
export let hint: HintRead = function hint(words, index) {
  // Standalone: a guess; the caller confirms it by an atomic load of the same word.
  return words[index]!;
};

const plain = hint;

/** Calls `count` at every hint read of this thread from now on; without it, reads are plain again. Never in a timed run. */
export function countHints(count?: () => void): void {
  hint = count
    ? (words, index) => {
        count();
        return plain(words, index);
      }
    : plain;
}
