import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Event } from './event.js';
import { lockAt128, type Role } from './fixtures/primitive-thread.js';
import type { LockKind } from './lock.js';
import { Semaphore } from './semaphore.js';
import { PARK, type WaitPolicy } from './wait-policy.js';

const POLICIES: readonly (readonly [string, WaitPolicy])[] = [
  ['park at once', PARK],
  ['spin 1000 times', { spins: 1000 }],
  ['adapt how long they spin', { spins: 1000, adapts: true }],
];

const freshWords = () => new Int32Array(new SharedArrayBuffer(4 * 256));

/** Starts a thread in a role; resolves `running` when it has begun, `result` with what it counted. */
function start(name: Role['name'], words: Int32Array, turns: number, policy = PARK, lock: LockKind = 'futex') {
  const worker = new Worker(new URL('./fixtures/primitive-thread.js', import.meta.url), {
    workerData: { name, words, turns, policy, lock } satisfies Role,
  });
  let begun = () => {};
  const running = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const result = new Promise<number>((resolve, reject) => {
    worker.on('message', (message) => (message === 'running' ? begun() : resolve(message)));
    worker.on('error', reject);
  });
  return { running, result };
}

/** Resolves once a word has a value: sleepers announce themselves in the word after their primitive. */
async function until(words: Int32Array, index: number, value: number): Promise<void> {
  while (Atomics.load(words, index) !== value) await new Promise((resolve) => setImmediate(resolve));
}

describe.each(['futex', 'spin', 'ticket', 'mcs', 'tas'] as const)('a lock of kind %s', (kind) => {
  it('excludes: three threads lose no update of a plain counter', async () => {
    const words = freshWords();
    const threads = [1, 2, 3].map(() => start('lockAndAdd', words, 10_000, PARK, kind).result);
    expect(await Promise.all(threads)).toEqual([10_000, 10_000, 10_000]);
    expect(words[64]).toBe(30_000);
  });

  it('sends a thread away that waits for a lock whose holder never comes back', async () => {
    const words = freshWords();
    const lock = lockAt128(words, kind);
    expect(lock.lock()).toBe(true);
    const before = words.slice();
    const waiter = start('lockAndAdd', words, 1, PARK, kind);
    await waiter.running;
    // A waiter shows in the words of every kind but one, whose waiters are nowhere to be seen.
    while (kind !== 'tas' && words.every((word, at) => word === before[at])) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    lock.close();
    expect(await waiter.result).toBe(0);
    lock.unlock();
    expect(lock.lock()).toBe(false);
  });
});

describe('Semaphore', () => {
  for (const [how, policy] of POLICIES) {
    it(`takes each post once among three waiters that ${how}`, async () => {
      const words = freshWords();
      const waiters = [1, 2, 3].map(() => start('waitUntilClosed', words, 0, policy));
      await Promise.all(waiters.map(({ running }) => running));
      const posters = [1, 2].map(() => start('post', words, 20_000).result);
      await Promise.all(posters);
      await until(words, 96, 40_000);
      new Semaphore(words, 0).close();
      const taken = await Promise.all(waiters.map(({ result }) => result));
      expect(taken.reduce((sum, each) => sum + each)).toBe(40_000);
      expect(words[1]).toBe(0);
    });
  }

  it('counts posts that came before the wait, and notifies nobody when nobody sleeps', () => {
    const semaphore = new Semaphore(freshWords(), 0);
    semaphore.post();
    semaphore.post();
    expect([semaphore.wait(), semaphore.wait()]).toEqual([true, true]);
    expect(semaphore.notifiesSent).toBe(0);
    const loud = new Semaphore(freshWords(), 0, PARK, false);
    loud.post();
    expect(loud.notifiesSent).toBe(1);
  });

  it('refuses every wait once closed, posts or not', () => {
    const semaphore = new Semaphore(freshWords(), 0);
    semaphore.post();
    semaphore.close();
    semaphore.close();
    semaphore.post();
    expect(semaphore.wait()).toBe(false);
  });
});

describe('Event', () => {
  for (const [how, policy] of POLICIES) {
    it(`loses no wake in 10 000 turns between two threads that ${how}`, async () => {
      const words = freshWords();
      const threads = [start('askOdd', words, 10_000, policy), start('answerOdd', words, 10_000, policy)];
      expect(await Promise.all(threads.map(({ result }) => result))).toEqual([10_000, 10_000]);
    });
  }

  it('sends sleepers away when closed, but not those whose condition holds', async () => {
    const words = freshWords();
    const event = new Event(words, 0);
    const sleeper = start('answerOdd', words, 1);
    await until(words, 1, 1);
    event.close();
    expect(await sleeper.result).toBe(0);
    expect(event.until(() => true)).toBe(true);
    expect(event.until(() => false)).toBe(false);
  });

  it('stays open however often its epoch wraps', () => {
    const words = freshWords();
    words[0] = -2;
    const event = new Event(words, 0, PARK, false);
    event.wake();
    event.wake();
    expect(words[0]! & 1).toBe(0);
  });
});
