// A hint read: a plain read of an atomic word, the one exception to "always atomic or always plain".

/**
 * Reads a word without order: a guess that the caller confirms with `Atomics.load` before it acts, and that never
 * leads to sleep by itself. The reader may see an old value; a compiler may hoist it out of a loop, so never poll by it.
 */
export function hint(words: Int32Array, index: number): number {
  // Standalone: a guess; the caller confirms it by an atomic load of the same word.
  return words[index]!;
}
