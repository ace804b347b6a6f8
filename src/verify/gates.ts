// Gates: words that teach whoever comes to them all that was ever published there; and who makes use of it only behind them.
import {
  CLOSE,
  COMPARE_EXCHANGE,
  GHOST,
  HINT,
  HINT_STORE,
  LOAD,
  LOCK,
  MODIFY,
  NOTIFY,
  type Operation,
  POST,
  STEP,
  STORE,
  STORE_REST,
  TAKE,
  UNLOCK,
  WAIT,
  WAIT_LATER,
} from './operation.js';
import type { Place, Places } from './places.js';
import { HINTED, PLAIN, type WordTable } from './word-table.js';

/** Gates are bits of a number; its last bit stands for the thread's end. */
const MOST_GATES = 31;
/** Operations that learn from their word before they do anything else, whatever comes of them. */
const LEARNING: ReadonlySet<number> = new Set([LOAD, MODIFY, COMPARE_EXCHANGE, POST, TAKE, LOCK, UNLOCK, CLOSE]);
const AT_WAITER_LISTS: ReadonlySet<number> = new Set([WAIT, WAIT_LATER, NOTIFY]);
const PUBLISHING: ReadonlySet<number> = new Set([
  ...[STORE, STORE_REST, MODIFY, COMPARE_EXCHANGE, POST, TAKE, LOCK, UNLOCK, CLOSE, HINT_STORE],
]);

/** What all threads do with a word, as far as it is known; threads as bits. */
interface Use {
  writers: number;
  learners: number;
  isStored: boolean;
  isOnlyLearntFrom: boolean;
}

/**
 * A word is a gate if what it hands on only grows: nobody's store takes the place of what another thread published. A
 * thread that comes to a gate before it makes any use of what it knows - before it accesses a word that is accessed
 * plainly, or publishes anything - may as well know beforehand what it will learn there.
 */
export class Gates {
  /** The words' slots. */
  slots: readonly number[] = [];
  private readonly table: WordTable;
  private width = 1;

  constructor(table: WordTable) {
    this.table = table;
  }

  /** Brings all places up to date; returns whether one that was known before is another now. */
  refresh(threads: readonly Places[]): boolean {
    const { words, uses } = this.table;
    const old = this.slots.join();
    const all = useOfWords(words.length, threads);
    const isGate = (slot: number): boolean => {
      const { writers, isStored, isOnlyLearntFrom } = all[slot]!;
      const isOfOne = (writers & (writers - 1)) === 0;
      return isOnlyLearntFrom && (uses[slot]! & PLAIN) === 0 && (!isStored || isOfOne);
    };
    this.slots = [...words.keys()].filter(isGate).slice(0, MOST_GATES);
    this.width = Math.ceil(Math.max(1, words.length) / 32);
    let hasChanged = old !== this.slots.join();
    for (const [thread, { all: places }] of threads.entries()) {
      const before = places.map((place) => place.until);
      for (const place of places) this.begin(place, this.doesUse(place.operation, thread, all));
      for (let grows = true; grows; ) {
        grows = false;
        for (let i = places.length - 1; i >= 0; i--) grows = this.grow(places[i]!) || grows;
      }
      hasChanged ||= places.some(({ until }, i) => before[i]!.length > 0 && before[i]!.join() !== until.join());
    }
    return hasChanged;
  }

  /** Before which gates what a thread knows makes a difference, as bits; below 0 if it ever does. */
  usesOf({ until }: Place): number {
    return until[0]!;
  }

  /** Whether a thread may come to a slot before it comes to a gate. */
  mayComeBefore({ until }: Place, gate: number, slot: number): boolean {
    return (until[1 + gate * this.width + (slot >>> 5)]! & (1 << (slot & 31))) !== 0;
  }

  /** Behind a gate there is nothing before it. */
  private begin(place: Place, doesUse: boolean): void {
    const { kind, slot } = place.operation;
    place.gate = LEARNING.has(kind) ? this.slots.indexOf(slot) : -1;
    place.until = new Int32Array(1 + this.slots.length * this.width);
    if (doesUse) place.until[0] = without(-1, place.gate);
    if (slot < 0) return;
    for (let gate = 0; gate < this.slots.length; gate++)
      if (gate !== place.gate) place.until[1 + gate * this.width + (slot >>> 5)]! |= 1 << (slot & 31);
  }

  /** Adds what follows a place; returns whether that was anything new. */
  private grow({ until, gate, next, locked }: Place): boolean {
    let grew = false;
    const hidden = gate < 0 ? until.length : 1 + gate * this.width;
    for (const those of [next, locked]) {
      for (const { until: more } of those) {
        for (let at = 0; at < until.length; at++) {
          if (at === hidden) at += this.width;
          if (at >= until.length) break;
          const both = until[at]! | (at === 0 ? without(more[0]!, gate) : more[at]!);
          grew ||= both !== until[at];
          until[at] = both;
        }
      }
    }
    return grew;
  }

  /** Whether it makes a difference for an operation, or for what others learn, what its thread knows. */
  private doesUse({ kind, slot }: Operation, thread: number, words: readonly Use[]): boolean {
    if (slot < 0 || kind === STEP || kind === GHOST) return false;
    if ((this.table.uses[slot]! & (PLAIN | HINTED)) !== 0 || AT_WAITER_LISTS.has(kind)) return true;
    return PUBLISHING.has(kind) && (words[slot]!.learners & ~(1 << thread)) !== 0;
  }
}

function useOfWords(slots: number, threads: readonly Places[]): Use[] {
  const words = Array.from({ length: slots }, () => ({
    ...{ writers: 0, learners: 0, isStored: false, isOnlyLearntFrom: true },
  }));
  for (const [thread, { all }] of threads.entries()) {
    for (const { operation } of all) {
      const { kind, slot } = operation;
      if (slot < 0 || kind === STEP) continue;
      const word = words[slot]!;
      if (kind === STORE) word.isStored = true;
      else if (!LEARNING.has(kind) && kind !== HINT) word.isOnlyLearntFrom = false;
      if (kind !== LOAD && kind !== HINT) word.writers |= 1 << thread;
      if (kind !== STORE && kind !== GHOST && kind !== HINT) word.learners |= 1 << thread;
    }
  }
  return words;
}

function without(bits: number, gate: number): number {
  return gate < 0 ? bits : bits & ~(1 << gate);
}
