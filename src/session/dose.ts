// Doses: more of something that a design already does, put where the design does it, to fit what one unit of it costs.

import { FutexLock } from '../memory/futex-lock.js';
import { type Layout, layout, type Placed, ROW_BYTES, type Table } from '../memory/layout.js';
import type { FrameworkLock, Lock } from '../memory/lock.js';
import { openLock } from '../memory/locks.js';
import type { ChannelWriter } from '../sender/channel-writer.js';
import type { CountedLock } from './access-counter.js';
import type { Dose } from './cell.js';

/** The words that a dose needs beside the design's. */
export function doseTable(dose: Dose | undefined, design: Layout, channels: number) {
  const locks = Object.values(design.table).filter(({ kind }) => kind === 'lock');
  const count = locks.reduce((sum, lock) => sum + (lock.count ?? 1), 0);
  const extra = dose?.kind === 'mutex' ? count * dose.amount : 0;
  // A design's locks are all of one kind.
  const { lock = 'futex', threads = 2 } = locks[0] ?? {};
  return layout({
    doseLock: {
      kind: 'lock',
      lock,
      threads,
      writer: 'who holds the lock of the design that it goes with',
      count: extra,
    },
    doseNotify: { kind: 'atomic', writer: 'nobody: nobody waits on it', count: 1 },
    begun: { kind: 'atomic', writer: 'the sender, as the hold of a batch begins', count: channels },
  });
}
type DoseTable = ReturnType<typeof doseTable>['table'];

/** True when a design has what the dose is a dose of. */
export function takesDose(dose: Dose | undefined, { table }: Layout): boolean {
  const has = (kinds: readonly string[]) => Object.values(table as Table).some(({ kind }) => kinds.includes(kind));
  if (dose === undefined || dose.amount === 0 || dose.kind === 'hold') return true;
  return dose.kind === 'lock' || dose.kind === 'mutex' ? has(['lock']) : has(['semaphore', 'event']);
}

/** The dose of a cell on one thread. */
export class Dosing {
  private readonly dose: Dose | undefined;
  private readonly words: Int32Array;
  private readonly placed: Placed<DoseTable>;
  /** Entries of the design's locks, in the order in which their extra locks are laid. */
  private readonly order: readonly string[];

  constructor(dose: Dose | undefined, words: Int32Array, placed: Placed<DoseTable>, design: Placed) {
    this.dose = dose;
    this.words = words;
    this.placed = placed;
    this.order = [...design.entries()].filter(({ kind }) => kind === 'lock').map(({ name, index }) => key(name, index));
  }

  /** A lock of the design, with what the dose adds to each taking of it. */
  lock<L extends Lock>(lock: L, name: string, index = 0, opened: (extra: FrameworkLock) => void): CountedLock {
    if (this.dose === undefined || this.dose.amount === 0) return lock;
    if (this.dose.kind === 'lock') return withPairs(lock, this.dose.amount);
    return this.dose.kind === 'mutex' ? this.withMutexes(lock, name, index, opened) : lock;
  }

  /** The lock with so many more that go with it, each on a row of its own, as the first one is. */
  private withMutexes<L extends Lock>(
    lock: L,
    name: string,
    index: number,
    opened: (extra: FrameworkLock) => void,
  ): CountedLock {
    const { amount } = this.dose!;
    const first = this.order.indexOf(key(name, index)) * amount;
    const extra = Array.from({ length: amount }, (_, at) =>
      openLock(this.words, this.placed.entry('doseLock', first + at)),
    );
    extra.forEach(opened);
    return {
      pairs: amount + 1,
      lock() {
        if (!lock.lock()) return false;
        for (let at = 0; at < extra.length; at++) if (!extra[at]!.lock()) return false;
        return true;
      },
      unlock() {
        for (let at = extra.length - 1; at >= 0; at--) extra[at]!.unlock();
        lock.unlock();
      },
    };
  }

  /** A waker of the design followed by its extra notifies. */
  waker(wake: () => void): () => void {
    if (this.dose?.kind !== 'notify' || this.dose.amount === 0) return wake;
    const { words } = this;
    const { amount } = this.dose;
    const word = this.placed.word('doseNotify');
    return () => {
      wake();
      for (let done = 0; done < amount; done++) Atomics.notify(words, word, 1);
    };
  }

  /** A channel's writer whose batches each take the hold longer, spinning as a copy into a socket does. */
  writer(writer: ChannelWriter, channel: number): ChannelWriter {
    if (this.dose?.kind !== 'hold') return writer;
    const { words } = this;
    const begun = this.placed.word('begun', channel);
    const holdNs = BigInt(this.dose.amount);
    return {
      send(batch) {
        // Standalone: it only tells the provider that the hold has begun.
        Atomics.add(words, begun, 1);
        const end = process.hrtime.bigint() + holdNs;
        writer.send(batch);
        while (holdNs > 0n && process.hrtime.bigint() < end);
      },
      sync: () => writer.sync(),
      close: () => writer.close(),
    };
  }

  /** Spins until the senders hold their last batches: a sync asked for earlier would find the channels idle. */
  awaitHolds(channels: number, jobs: number, exiting: () => boolean): void {
    if (this.dose?.kind !== 'hold' || this.dose.amount === 0) return;
    for (;;) {
      let begun = 0;
      for (let channel = 0; channel < channels; channel++) {
        // Standalone: a count that is looked at until it is there.
        begun += Atomics.load(this.words, this.placed.word('begun', channel));
      }
      if (begun >= jobs || exiting()) return;
    }
  }
}

/** Each taking is followed by so many pairs of lock and unlock of a lock that no other thread ever touches. */
function withPairs(lock: Lock, pairs: number): CountedLock {
  const own = new FutexLock(new Int32Array(new SharedArrayBuffer(ROW_BYTES)), 0);
  return {
    pairs: pairs + 1,
    lock() {
      if (!lock.lock()) return false;
      for (let done = 0; done < pairs; done++) {
        own.lock();
        own.unlock();
      }
      return true;
    },
    unlock: () => lock.unlock(),
  };
}

function key(name: string, index: number): string {
  return `${name}[${index}]`;
}
