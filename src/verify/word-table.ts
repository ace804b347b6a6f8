// Which shared words a program has touched, and how: what decides the machine's layout.
import { doOverlap, RANGES, WHOLE } from './ranges.js';
import { BodyError } from './rules.js';

export const ATOMIC = 1;
export const PLAIN = 2;
export const WAITED = 4;
export const HINTED = 8;
/** Written by plain writes that may race with hint reads. */
export const HINT_WRITTEN = 16;

const NONE: readonly number[] = [];

/** Messages that a queue has room for at first, and at most. */
const FIRST_ROOM = 2;
const MOST_ROOM = 64;

/**
 * Words get a slot when a thread first touches them, so that a sparse layout (a row of 128 bytes a word) costs no
 * state; bytes, halves and words of 64-bit accesses get slots of their own. A word that is never accessed plainly, nor
 * in two sizes, can race with nothing and needs no record of its accesses. All that is found out while exploring;
 * `version` tells a machine that it was built for less than is known now.
 */
export class WordTable {
  version = 0;
  /** Index of the shared word in each slot, and the slot's range of it. */
  readonly words: number[] = [];
  readonly ranges: number[] = [];
  /** How each slot is used: a sum of the constants above. */
  readonly uses: number[] = [];
  /** For each slot the others that share bytes with it. */
  readonly overlaps: (readonly number[])[] = [];
  /** For each slot the values that plain writes under a hint write there. */
  readonly promised: number[][] = [];
  /** Queues of messages, and how many each has room for. */
  queues = 0;
  room = FIRST_ROOM;
  /** Promises of Atomics.waitAsync that a thread waits for at once. */
  promises = 0;
  private readonly slots = new Map<number, number>();

  /** Returns the slot of a range of `word` and notes how it is used. */
  use(word: number, how: number, range = WHOLE): number {
    let slot = this.slots.get(word * RANGES + range);
    if (slot === undefined) slot = this.add(word, range);
    const now = this.uses[slot]! | how;
    if (now !== this.uses[slot]) {
      this.uses[slot] = now;
      this.version++;
    }
    return slot;
  }

  /** Notes a value that a plain write under a hint writes. */
  promise(slot: number, value: number): void {
    if (this.promised[slot]!.includes(value)) return;
    this.promised[slot]!.push(value);
    this.version++;
  }

  /** Notes that there is a queue of this number. */
  useQueue(queue: number): void {
    if (queue < this.queues) return;
    this.queues = queue + 1;
    this.version++;
  }

  /** Notes that a thread waits for a promise of this number. */
  usePromise(number: number): void {
    if (number < this.promises) return;
    this.promises = number + 1;
    this.version++;
  }

  /** Queues get more room. */
  makeRoom(): void {
    if (this.room === MOST_ROOM)
      throw new BodyError('not-modelled', `more than ${MOST_ROOM} messages on their way in one queue`);
    this.room *= 2;
    this.version++;
  }

  /** Whether a word is written plainly under a hint, and accessed atomically or in another size as well. */
  isMixed(slot: number): boolean {
    const use = this.uses[slot]!;
    return (use & HINT_WRITTEN) !== 0 && ((use & ATOMIC) !== 0 || this.overlaps[slot]!.length > 0);
  }

  private add(word: number, range: number): number {
    const slot = this.words.length;
    this.slots.set(word * RANGES + range, slot);
    const others: number[] = [];
    for (let other = 0; other < slot; other++) {
      if (this.words[other] !== word || !doOverlap(this.ranges[other]!, range)) continue;
      others.push(other);
      this.overlaps[other] = [...this.overlaps[other]!, slot];
    }
    this.words.push(word);
    this.ranges.push(range);
    this.uses.push(0);
    this.promised.push([]);
    this.overlaps.push(others.length === 0 ? NONE : others);
    this.version++;
    return slot;
  }
}
