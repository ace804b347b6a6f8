// A scenario: the threads to check together, the words they share, and what must hold.
import type { Counter } from './discarded.js';

export interface Thread {
  readonly name: string;
  /**
   * The thread's whole life, as a deterministic function of shared memory and messages: it builds its objects inside and
   * reads no clock. `words` is simulated; what it returns, or its promise resolves with, reaches `final`.
   */
  run(words: Int32Array): unknown;
}

export interface Scenario {
  readonly name: string;
  /** How many 32-bit words the threads share. */
  readonly words: number;
  readonly threads: readonly Thread[];
  /** Sets words before any thread runs. */
  init?(words: Int32Array): void;
  /** Looks at every state; returns what is broken, or undefined. Only words that threads touch change. */
  invariant?(words: Int32Array): string | undefined;
  /**
   * The words that the invariant looks at; of others it sees what they were at the start. They stand in groups: the order
   * of two writes counts if they are of words in one group. So a broken state must be broken too where writes that share
   * no group come in another order, or else something else must be found there. Default: one group, of all words.
   */
  readonly watched?: readonly (readonly number[])[];
  /** Looks at the end of each complete execution. `results` are what the threads returned. */
  final?(words: Int32Array, results: readonly unknown[]): string | undefined;
  /** Properties that the program only counts in, so that the results that go into them need not be told apart. */
  readonly counters?: readonly Counter[];
  /** What hint reads may return in this scenario, unless the caller says. Default: mode `weak`. */
  readonly hints?: Hints;
  /** A word's name in reports; default `words[17]`. */
  nameOf?(word: number): string;
}

/**
 * What a read through `hint()` may return:
 *   sc     the current value
 *   weak   any past write that the reader does not know to be overwritten (the newest few of each word)
 *   havoc  any value of the domain, at any time
 */
export type HintMode = 'sc' | 'weak' | 'havoc';

export interface Hints {
  readonly mode: HintMode;
  /** Values that `havoc` reads return. Default 0 and 1. */
  readonly domain?: readonly number[];
  /** Plain reads that are hints although they do not go through `hint()`, and calls of it that have a mode of their own. */
  readonly sites?: readonly HintSite[];
}

/** Annotates a call site. */
export interface HintSite {
  /** `src/x.ts:30`, or `src/x.ts Scan.next` for every plain read in a function; paths are within the package. */
  readonly at: string;
  /** Why the read may race; without one it is refused. */
  readonly reason: string;
  readonly mode?: HintMode;
  readonly domain?: readonly number[];
  /** Plain writes here are hints as well: they may race with hint reads, which may return them before they come. */
  readonly writes?: boolean;
}

/** Most threads of one scenario: a transition is a thread and a choice in one number. */
export const MOST_THREADS = 16;
/** Room for every transition of a state: a thread has at most as many choices as there can be threads. */
export const MOST_TRANSITIONS = MOST_THREADS * MOST_THREADS;

export function wordName(scenario: Scenario, word: number): string {
  return scenario.nameOf?.(word) ?? `words[${word}]`;
}
