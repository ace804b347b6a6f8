// Drepper's third mutex ("Futexes are tricky"): 0 free, 1 taken, 2 taken and somebody may sleep. What most futex code builds on.

export function lock(words: Int32Array, word: number): void {
  if (Atomics.compareExchange(words, word, 0, 1) === 0) return;
  while (Atomics.exchange(words, word, 2) !== 0) Atomics.wait(words, word, 2);
}

export function unlock(words: Int32Array, word: number): void {
  if (Atomics.exchange(words, word, 0) === 2) Atomics.notify(words, word, 1);
}
