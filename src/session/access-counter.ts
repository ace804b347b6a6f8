// Counts every shared access of one thread by kind, in an instrumented cell: what a batch costs, before anything is timed.

import { countHints } from '../memory/hint.js';
import type { Lock } from '../memory/lock.js';
import { countLooks } from '../memory/wait-policy.js';
import { EXIT, type Place, type Provider, type Sender, SYNC, type Variant } from '../sender/variant.js';

/** Atomic operations by what they cost and what they can do; hint reads are the only plain ones. */
export const ACCESS_KINDS = [
  'atomicLoads',
  'atomicStores',
  'readModifyWrites',
  'hintReads',
  'lockPairs',
  'lockSlowPaths',
  /** Calls of `Atomics.wait` and `waitAsync`; those that found the word changed returned at once and are no parks. */
  'waits',
  'parks',
  'spins',
  'notifiesSent',
  'notifiesWoken',
] as const;

export type AccessKind = (typeof ACCESS_KINDS)[number];
export type AccessCounts = Readonly<Record<AccessKind, number>>;
type Counts = Record<AccessKind, number>;

/** What the hand-over of batches took and what syncs took; the framework's own accesses are in neither. */
export interface SideAccesses {
  readonly jobs: AccessCounts;
  readonly syncs: AccessCounts;
}

/** Of all threads of a side. Channels that are tasks of the provider's thread count as the provider's. */
export interface Accesses {
  readonly provider: SideAccesses;
  readonly senders: SideAccesses;
}

/** What locks that know it say of themselves. */
export interface CountedLock extends Lock {
  readonly slowPaths?: number;
  /** Pairs that one call of lock and one of unlock make. Default 1; more under a dose. */
  readonly pairs?: number;
}

const OPERATIONS = {
  atomicLoads: ['load'],
  atomicStores: ['store'],
  readModifyWrites: ['add', 'sub', 'and', 'or', 'xor', 'exchange', 'compareExchange'],
} as const;

const plain = globalThis.Atomics;

export class AccessCounter {
  private readonly jobs = none();
  private readonly syncs = none();
  /** Where accesses go that are no design's: the gate, packet numbers, the end of the run. */
  private readonly outside = none();
  private counted = this.outside;

  /** Puts counting operations in the place of the global ones; `remove` undoes it. */
  install(): void {
    const counting = Object.create(plain) as Record<string, unknown>;
    for (const [kind, names] of Object.entries(OPERATIONS)) {
      for (const name of names) {
        const operation = plain[name] as (...operands: unknown[]) => unknown;
        counting[name] = (...operands: unknown[]) => {
          this.counted[kind as AccessKind]++;
          return operation(...operands);
        };
      }
    }
    counting.wait = (...operands: Parameters<typeof plain.wait>) => {
      this.counted.waits++;
      const result = plain.wait(...operands);
      if (result === 'ok') this.counted.parks++;
      return result;
    };
    counting.waitAsync = (...operands: Parameters<typeof plain.waitAsync>) => {
      this.counted.waits++;
      const waiting = plain.waitAsync(...operands);
      if (waiting.async) this.counted.parks++;
      return waiting;
    };
    counting.notify = (...operands: Parameters<typeof plain.notify>) => {
      const woken = plain.notify(...operands);
      this.counted.notifiesSent++;
      this.counted.notifiesWoken += woken;
      return woken;
    };
    globalThis.Atomics = counting as unknown as Atomics;
    countHints(() => this.counted.hintReads++);
    countLooks(() => this.counted.spins++);
  }

  remove(): void {
    globalThis.Atomics = plain;
    countHints();
    countLooks();
  }

  sum(): SideAccesses {
    return { jobs: this.jobs, syncs: this.syncs };
  }

  /** The same function, its accesses being no design's. */
  ignoring<A extends unknown[], R>(body: (...operands: A) => R): (...operands: A) => R {
    return (...operands) => this.during(this.outside, () => body(...operands));
  }

  /** The same variant, its ends saying what each access is for. */
  wrap(variant: Variant): Variant {
    const { provider, sender } = variant;
    return {
      ...variant,
      provider:
        provider.waits === 'blocks'
          ? { waits: 'blocks', open: (place, index) => this.provider(provider.open(this.place(place), index)) }
          : {
              waits: 'event-loop',
              open: (place, index) => this.laterProvider(provider.open(this.place(place), index)),
            },
      sender: this.senderOf(sender),
    };
  }

  private senderOf(sender: Variant['sender']): Variant['sender'] {
    // Tasks take turns on the provider's thread, where accesses are told apart by the provider's phase.
    if (sender.waits === 'never' || sender.waits === 'own-threads' || 'on' in sender) return sender;
    if (sender.waits === 'blocks') {
      return { waits: 'blocks', open: (place, index) => this.sender(sender.open(this.place(place), index)) };
    }
    return { waits: 'event-loop', open: (place, index) => this.laterSender(sender.open(this.place(place), index)) };
  }

  private provider(inner: Provider): Provider {
    const { flush } = inner;
    return {
      sendPages: (full) => this.during(this.jobs, () => inner.sendPages(full)),
      ...(flush ? { flush: () => this.during(this.jobs, () => flush.call(inner)) } : {}),
      signalSync: () => this.during(this.syncs, () => inner.signalSync()),
      collectSync: () => this.during(this.syncs, () => inner.collectSync()),
    };
  }

  /** Between a batch and the next one an event loop does what the batch asked for: all of it counts, until a sync. */
  private laterProvider(inner: Provider<'event-loop'>): Provider<'event-loop'> {
    const { flush } = inner;
    return {
      sendPages: (full) => {
        this.counted = this.jobs;
        return inner.sendPages(full);
      },
      ...(flush ? { flush: () => flush.call(inner) } : {}),
      signalSync: () => {
        this.counted = this.syncs;
        return inner.signalSync();
      },
      collectSync: async () => {
        const collected = await inner.collectSync();
        this.counted = this.outside;
        return collected;
      },
    };
  }

  private sender(inner: Sender): Sender {
    const { fail } = inner;
    let request = EXIT;
    return {
      next: () => {
        const taking = none();
        request = this.during(taking, () => inner.next());
        this.add(taking, request);
        return request;
      },
      complete: (done) => this.during(done === SYNC ? this.syncs : this.jobs, () => inner.complete(done)),
      ...(fail ? { fail: () => fail.call(inner) } : {}),
    };
  }

  private laterSender(inner: Sender<'event-loop'>): Sender<'event-loop'> {
    const { fail } = inner;
    return {
      next: async () => {
        const taking = none();
        this.counted = taking;
        const request = await inner.next();
        this.counted = this.outside;
        this.add(taking, request);
        return request;
      },
      complete: (done) => this.during(done === SYNC ? this.syncs : this.jobs, () => inner.complete(done)),
      ...(fail ? { fail: () => fail.call(inner) } : {}),
    };
  }

  /** The place with locks that are counted; the sender's work on it is not the design's. */
  private place(inner: Place): Place {
    const place = Object.create(inner) as { -readonly [K in keyof Place]: Place[K] };
    place.lock = (name, index) => this.lock(inner.lock(name, index));
    place.perform = this.ignoring((channel, request) => inner.perform(channel, request));
    return place;
  }

  private lock(inner: CountedLock): Lock {
    return {
      lock: () => {
        const before = inner.slowPaths ?? 0;
        const held = inner.lock();
        this.counted.lockPairs += inner.pairs ?? 1;
        this.counted.lockSlowPaths += (inner.slowPaths ?? 0) - before;
        return held;
      },
      unlock: () => inner.unlock(),
    };
  }

  private during<T>(counts: Counts, body: () => T): T {
    const before = this.counted;
    this.counted = counts;
    try {
      return body();
    } finally {
      this.counted = before;
    }
  }

  /** The last `next` of a run, which returns EXIT, is no job's and no sync's. */
  private add(counts: Counts, request: number): void {
    if (request === EXIT) return;
    const total = request === SYNC ? this.syncs : this.jobs;
    for (const kind of ACCESS_KINDS) total[kind] += counts[kind];
  }
}

/** Adds up the counts of several threads. */
export function addAccesses(sides: readonly SideAccesses[]): SideAccesses {
  const total = { jobs: none(), syncs: none() };
  for (const side of sides) {
    for (const kind of ACCESS_KINDS) {
      total.jobs[kind] += side.jobs[kind];
      total.syncs[kind] += side.syncs[kind];
    }
  }
  return total;
}

function none(): Counts {
  return Object.fromEntries(ACCESS_KINDS.map((kind) => [kind, 0])) as Counts;
}
