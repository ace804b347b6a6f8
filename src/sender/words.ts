// The shared words of a design as one thread has them: opened one by one, or by name, all at once.
import type { Entry, Kind, Names, Table } from '../memory/layout.js';
import type { Lock } from '../memory/lock.js';

/** What a design sees of a semaphore. */
export interface SemaphoreEnd {
  post(): void;
  /** Returns false once closed. */
  wait(): boolean;
}

/** What a design sees of an event. */
export interface EventEnd {
  /** Returns true when `ready()` does, false once closed while it does not. `ready` only reads, and reads atomically. */
  until(ready: () => boolean): boolean;
  /** The same for a thread that goes on with its event loop meanwhile. */
  untilLater(ready: () => boolean): boolean | Promise<boolean>;
  /** Makes every sleeper look at its condition again. */
  wake(): void;
  /** Makes one look again: for something that any sleeper can take, and one takes. */
  wakeOne(): void;
}

/** Opens one word or primitive: entry `index` of `name`. */
export interface Opener<T extends Table = Table> {
  /** Index in `words` of an atomic or plain word of the variant's own table. */
  row(name: Names<T, 'atomic' | 'plain'>, index?: number): number;
  semaphore(name: Names<T, 'semaphore'>, index?: number): SemaphoreEnd;
  lock(name: Names<T, 'lock'>, index?: number): Lock;
  event(name: Names<T, 'event'>, index?: number): EventEnd;
}

type Opened<K extends Kind> = K extends 'semaphore'
  ? SemaphoreEnd
  : K extends 'lock'
    ? Lock
    : K extends 'event'
      ? EventEnd
      : number;

/** Everything in a table: an array where an entry has a `count`. */
export type AllWords<T extends Table> = {
  readonly [N in keyof T & string]: T[N] extends { readonly count: number }
    ? readonly Opened<T[N]['kind']>[]
    : Opened<T[N]['kind']>;
};

/** The same for one channel: its own where an entry has a `count`, else the only one. */
export type ChannelWords<T extends Table> = { readonly [N in keyof T & string]: Opened<T[N]['kind']> };

export interface OpenWords<T extends Table> {
  (): AllWords<T>;
  (channel: number): ChannelWords<T>;
}

/** `open` of a place over a table. Reading a name opens it, so who takes the result apart opens what it names, once. */
export function openWords(table: Table, opener: Opener): OpenWords<Table> {
  const open = (channel?: number) =>
    new Proxy<object>(table, {
      get(_, name) {
        const entry = Object.hasOwn(table, name) ? table[name as string] : undefined;
        if (!entry) throw new RangeError(`open(): no word ${String(name)}; there are ${Object.keys(table).join(', ')}`);
        const one = (index: number) => openOne(opener, name as string, entry, index);
        if (entry.count === undefined) return one(0);
        return channel === undefined ? Array.from({ length: entry.count }, (_, index) => one(index)) : one(channel);
      },
    });
  return open as OpenWords<Table>;
}

function openOne(opener: Opener, name: string, { kind }: Entry, index: number) {
  return kind === 'atomic' || kind === 'plain' ? opener.row(name as never, index) : opener[kind](name as never, index);
}
