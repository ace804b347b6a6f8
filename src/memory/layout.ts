// The layout: the one table of the words that threads share. Offsets are computed here and nowhere else.
import type { LockKind } from './lock.js';
import { MCS_ROW_WORDS } from './mcs-lock.js';
import type { ScanKind } from './scan.js';

/** How a word is used: a primitive that may park, or a word that is always atomic or always plain, never both. */
export type Kind = 'atomic' | 'plain' | 'semaphore' | 'lock' | 'event';

export interface Entry {
  readonly kind: Kind;
  /** Which side writes it, and when. */
  readonly writer: string;
  /** How many there are, each on rows of its own (one per channel, say). Default 1. */
  readonly count?: number;
  /** Consecutive 32-bit words of each. Default 1; primitives bring their own size. */
  readonly words?: number;
  /** Of a lock: its kind. Default `futex`. */
  readonly lock?: LockKind;
  /** Of an event: who waits looks again first, as long as that has paid, where the cell's wait policy parks at once. */
  readonly looks?: boolean;
  /** Of a lock: how many threads use it at most. Default 2; an mcs lock has so many nodes. */
  readonly threads?: number;
  /** Of atomic words that are searched for one that is 0: how, or `asked` for what the run asks for (`--scan`). */
  readonly scan?: ScanKind | 'asked';
  /** The entry whose row it shares, because the same two threads touch both together. */
  readonly beside?: string;
}

export type Table = Readonly<Record<string, Entry>>;
export type Layout<T extends Table = Table> = { readonly table: T };

/** The names in a table whose entries are of kind `K`: what makes a misspelt name a compile error. */
export type Names<T extends Table, K extends Kind> = {
  [N in keyof T & string]: T[N]['kind'] extends K ? N : never;
}[keyof T & string];

/**
 * Two cache lines: the adjacent-line prefetcher fetches pairs, so two writers' words never share one.
 * A buffer's base is only page-aligned by implementation, so words stand at the front of their row.
 */
export const ROW_BYTES = 128;

/** Words of a primitive: semaphore = count, waiters; event = epoch, sleepers. */
const PRIMITIVE_WORDS = { semaphore: 2, event: 2 } as const;
/** Words of a lock: state; of a ticket lock next, serving, sleepers; of an mcs lock a row, and a row for each node. */
const LOCK_WORDS: Readonly<Record<LockKind, (threads: number) => number>> = {
  futex: () => 1,
  spin: () => 1,
  ticket: () => 3,
  mcs: (threads) => (threads + 1) * MCS_ROW_WORDS,
  tas: () => 1,
};

/** Declares a table of shared words. */
export function layout<const T extends Table>(table: T): Layout<T> {
  for (const [name, entry] of Object.entries(table)) {
    const host = entry.beside === undefined ? undefined : table[entry.beside];
    if (entry.beside !== undefined && (!host || host.beside !== undefined || count(host) !== count(entry))) {
      throw new RangeError(`layout: ${name} stands beside ${entry.beside}, which must be a row with as many entries`);
    }
  }
  return { table };
}

interface Position {
  readonly first: number;
  readonly stride: number;
  readonly count: number;
  readonly words: number;
  readonly kind: Kind;
  readonly lock: LockKind;
  readonly scan: Entry['scan'];
  readonly looks: boolean;
}

/** One entry where it is laid, its words one after the other. */
export interface PlacedEntry {
  readonly name: string;
  readonly index: number;
  readonly word: number;
  readonly words: number;
  readonly kind: Kind;
  /** Means something for locks only. */
  readonly lock: LockKind;
  /** Of words that are searched. */
  readonly scan: Entry['scan'];
  /** Means something for events only. */
  readonly looks: boolean;
}

/** A table laid at a base: where each of its words is. */
export interface Placed<T extends Table = Table> {
  readonly table: T;
  /** Index of the first word after the table. */
  readonly end: number;
  /** Index of the first word of entry `name`, number `index`. Throws RangeError outside the table. */
  word(name: keyof T & string, index?: number): number;
  /** The same with all that is known of it. */
  entry(name: keyof T & string, index?: number): PlacedEntry;
  /** The first words of all entries of a name, in order. */
  rows(name: keyof T & string): number[];
  /** Every entry with its words, for closing, zeroing and dumps. */
  entries(): Iterable<PlacedEntry>;
}

/** Lays a table at word `base`; `rowBytes` below 128 packs rows closer (the ablation of false sharing). */
export function place<T extends Table>(declared: Layout<T>, base: number, rowBytes = ROW_BYTES): Placed<T> {
  const rowWords = rowBytes / Int32Array.BYTES_PER_ELEMENT;
  const positions = new Map<string, Position>();
  let next = base;
  for (const [name, entry] of Object.entries(declared.table)) {
    if (entry.beside !== undefined) continue;
    const guests = Object.entries(declared.table).filter(([, other]) => other.beside === name);
    const group = [[name, entry] as const, ...guests];
    const used = group.reduce((sum, [, each]) => sum + size(each), 0);
    const stride = Math.ceil(used / rowWords) * rowWords;
    let first = next;
    for (const [member, each] of group) {
      const { kind, lock = 'futex', scan, looks = false } = each;
      const words = size(each);
      positions.set(member, { first, stride, count: count(entry), words, kind, lock, scan, looks });
      first += size(each);
    }
    next += stride * count(entry);
  }
  const entry = (name: string, index = 0): PlacedEntry => {
    const position = positions.get(name);
    if (!position || !(index >= 0 && index < position.count)) {
      throw new RangeError(`layout: no word ${name}[${index}]; it has ${position?.count ?? 0}`);
    }
    const { first, stride, words, kind, lock, scan, looks } = position;
    return { name, index, word: first + index * stride, words, kind, lock, scan, looks };
  };
  return {
    table: declared.table,
    end: next,
    word: (name, index) => entry(name, index).word,
    entry,
    rows: (name) => Array.from({ length: positions.get(name)?.count ?? 0 }, (_, index) => entry(name, index).word),
    *entries() {
      for (const [name, { count }] of positions) for (let index = 0; index < count; index++) yield entry(name, index);
    },
  };
}

function count(entry: Entry): number {
  return entry.count ?? 1;
}

function size({ kind, words = 1, lock = 'futex', threads = 2 }: Entry): number {
  if (kind === 'lock') return LOCK_WORDS[lock](threads);
  return kind === 'atomic' || kind === 'plain' ? words : PRIMITIVE_WORDS[kind];
}
