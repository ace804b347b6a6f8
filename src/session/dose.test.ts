import { describe, expect, it } from 'vitest';
import { FutexLock } from '../memory/futex-lock.js';
import { layout, place } from '../memory/layout.js';
import type { FrameworkLock } from '../memory/lock.js';
import { createSharedMemory } from '../memory/shared-memory.js';
import type { ChannelWriter } from '../sender/channel-writer.js';
import type { Dose } from './cell.js';
import { Dosing, doseTable, takesDose } from './dose.js';

const design = layout({
  mutex: { kind: 'lock', writer: 'both', count: 2 },
  sem: { kind: 'semaphore', writer: 'both', count: 2 },
});

function opened(dose: Dose | undefined) {
  const words = new Int32Array(createSharedMemory(1 << 16).buffer);
  const placed = place(design, 0);
  const doseWords = place(doseTable(dose, design, 2), placed.end);
  const dosing = new Dosing(dose, words, doseWords, placed);
  const own = [0, 1].map((channel) => new FutexLock(words, placed.word('mutex', channel)));
  const extra: FrameworkLock[] = [];
  const lock = (channel: number) => dosing.lock(own[channel]!, 'mutex', channel, (each) => extra.push(each));
  const held = () => words.filter((word) => word !== 0).length;
  return { words, dosing, lock, extra, held };
}

describe('a dose of mutexes', () => {
  it('takes each with its lock and gives each back, every lock on a row of its own', () => {
    const { lock, held, extra } = opened({ kind: 'mutex', amount: 3 });
    const [first, second] = [lock(0), lock(1)];
    expect(first.lock()).toBe(true);
    expect(held()).toBe(4);
    // Channels share no lock, and neither sleeps.
    expect(second.lock()).toBe(true);
    expect(held()).toBe(8);
    first.unlock();
    second.unlock();
    expect(held()).toBe(0);
    expect(extra.map(({ slowPaths }) => slowPaths)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('is refused, as its lock is, once the run is closed', () => {
    const { lock, extra } = opened({ kind: 'mutex', amount: 2 });
    const first = lock(0);
    extra[1]!.close();
    expect(first.lock()).toBe(false);
  });

  it('of nothing is the lock itself', () => {
    const { lock, held } = opened({ kind: 'mutex', amount: 0 });
    const first = lock(0);
    expect(first).toBeInstanceOf(FutexLock);
    first.lock();
    expect(held()).toBe(1);
  });
});

describe('a dose of lock pairs', () => {
  it('touches no word that another thread could wait for', () => {
    const { lock, held } = opened({ kind: 'lock', amount: 5 });
    const first = lock(0);
    expect(first.lock()).toBe(true);
    expect(held()).toBe(1);
    first.unlock();
    expect(held()).toBe(0);
  });
});

describe('a dose of holds', () => {
  it('lets the provider go on only when every batch has begun', () => {
    const { dosing } = opened({ kind: 'hold', amount: 1 });
    const written: number[] = [];
    const writer: ChannelWriter = { send: (batch) => written.push(batch), sync: () => {}, close: () => {} };
    let looks = 0;
    // The senders of this test begin their batches while the provider looks whether the run is over.
    const begin = () => {
      dosing.writer(writer, looks++ % 2).send(looks);
      return looks > 10;
    };
    dosing.awaitHolds(2, 4, begin);
    expect(written).toEqual([1, 2, 3, 4]);
  });

  it('costs at least its time a batch', () => {
    const { dosing } = opened({ kind: 'hold', amount: 2e6 });
    const writer: ChannelWriter = { send: () => {}, sync: () => {}, close: () => {} };
    const start = process.hrtime.bigint();
    dosing.writer(writer, 0).send(0);
    expect(Number(process.hrtime.bigint() - start)).toBeGreaterThanOrEqual(2e6);
  });
});

describe('takesDose', () => {
  it('tells whether a design has what is dosed', () => {
    const lockFree = layout({ sem: { kind: 'semaphore', writer: 'both' } });
    const bare = layout({ flag: { kind: 'atomic', writer: 'both' } });
    expect(takesDose({ kind: 'lock', amount: 1 }, design)).toBe(true);
    expect(takesDose({ kind: 'lock', amount: 1 }, lockFree)).toBe(false);
    expect(takesDose({ kind: 'mutex', amount: 1 }, lockFree)).toBe(false);
    expect(takesDose({ kind: 'lock', amount: 0 }, lockFree)).toBe(true);
    expect(takesDose({ kind: 'notify', amount: 1 }, lockFree)).toBe(true);
    expect(takesDose({ kind: 'notify', amount: 1 }, bare)).toBe(false);
    expect(takesDose({ kind: 'hold', amount: 1 }, bare)).toBe(true);
  });
});
