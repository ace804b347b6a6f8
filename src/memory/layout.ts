// The layout: the one table of the words that threads share. Offsets are computed here and nowhere else.

/** How a word is used: a primitive that may park, or a word that is always atomic or always plain, never both. */
export type Kind = 'atomic' | 'plain' | 'semaphore' | 'lock' | 'event';

export interface Entry {
  readonly kind: Kind;
  /** Which side writes it, and when. */
  readonly writer: string;
  /** How many there are, each on rows of its own (one a channel, say). Default 1. */
  readonly count?: number;
  /** Consecutive 32-bit words of each. Default 1; primitives bring their own size. */
  readonly words?: number;
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

/** Words of a primitive: semaphore = count, waiters; lock = state; event = epoch, sleepers. */
const PRIMITIVE_WORDS = { semaphore: 2, lock: 1, event: 2, atomic: 0, plain: 0 } as const;

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
}

/** A table laid at a base: where each of its words is. */
export interface Placed<T extends Table = Table> {
  /** Index of the first word after the table. */
  readonly end: number;
  /** Index of the first word of entry `name`, number `index`. Throws RangeError outside the table. */
  word(name: keyof T & string, index?: number): number;
  /** Every entry with its words, for closing, zeroing and dumps. */
  entries(): Iterable<{ name: string; index: number; word: number; words: number; kind: Kind }>;
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
      positions.set(member, { first, stride, count: count(entry), words: size(each), kind: each.kind });
      first += size(each);
    }
    next += stride * count(entry);
  }
  return {
    end: next,
    word(name, index = 0) {
      const position = positions.get(name);
      if (!position || !(index >= 0 && index < position.count)) {
        throw new RangeError(`layout: no word ${name}[${index}]; it has ${position?.count ?? 0}`);
      }
      return position.first + index * position.stride;
    },
    *entries() {
      for (const [name, { first, stride, count, words, kind }] of positions) {
        for (let index = 0; index < count; index++) yield { name, index, word: first + index * stride, words, kind };
      }
    },
  };
}

function count(entry: Entry): number {
  return entry.count ?? 1;
}

function size(entry: Entry): number {
  return PRIMITIVE_WORDS[entry.kind] || (entry.words ?? 1);
}
