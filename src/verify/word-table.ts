// Which shared words a program has touched, and how: what decides the machine's layout.

export const ATOMIC = 1;
export const PLAIN = 2;
export const WAITED = 4;
export const HINTED = 8;

/**
 * Words get a slot when a thread first touches them, so that a sparse layout (a row of 128 bytes a word) costs no
 * state. A word that is never accessed plainly can race with nothing and needs no record of its accesses. Both are
 * found out while exploring; `version` tells a machine that it was built for less than is known now.
 */
export class WordTable {
  version = 0;
  /** Index of the shared word in each slot. */
  readonly words: number[] = [];
  /** How the word in each slot is used: a sum of the constants above. */
  readonly uses: number[] = [];
  private readonly slots = new Map<number, number>();

  /** Returns the slot of `word` and notes how it is used. */
  use(word: number, how: number): number {
    let slot = this.slots.get(word);
    if (slot === undefined) {
      slot = this.words.length;
      this.slots.set(word, slot);
      this.words.push(word);
      this.uses.push(0);
      this.version++;
    }
    const now = this.uses[slot]! | how;
    if (now !== this.uses[slot]) {
      this.uses[slot] = now;
      this.version++;
    }
    return slot;
  }
}
