// The three-state futex mutex (Drepper, "Futexes Are Tricky", mutex2) on one shared word, with close(); it may look first.

import type { FrameworkLock } from './lock.js';
import { PARK, relax, SpinBudget, type WaitPolicy } from './wait-policy.js';

const FREE = 0;
const HELD = 1;
const CONTENDED = 2;
const CLOSED = 1 << 30;

/**
 *   state       meaning
 *   FREE        nobody holds it
 *   HELD        held, nobody sleeps
 *   CONTENDED   held, and somebody sleeps or is about to: unlock must notify
 *   | CLOSED    whoever asks is refused; set once, never cleared
 */
export class FutexLock implements FrameworkLock {
  slowPaths = 0;
  parks = 0;
  notifiesSent = 0;
  notifiesWoken = 0;

  /** How long this thread looks before it parks; undefined where it parks at once. */
  readonly budget: SpinBudget | undefined;
  private readonly words: Int32Array;
  private readonly state: number;

  constructor(words: Int32Array, word: number, policy: WaitPolicy = PARK) {
    this.words = words;
    this.state = word;
    this.budget = policy.spins > 0 ? new SpinBudget(policy) : undefined;
  }

  lock(): boolean {
    // Sees what the last holder did after it unlocked. Pairs with Atomics.and(state) in FutexLock.unlock().
    if (Atomics.compareExchange(this.words, this.state, FREE, HELD) === FREE) return true;
    return this.lockSlowly();
  }

  private lockSlowly(): boolean {
    this.slowPaths++;
    if (this.budget && this.lockLooking(this.budget)) return true;
    for (;;) {
      // Standalone: the exchanges below decide.
      const seen = Atomics.load(this.words, this.state);
      if (seen >= CLOSED) return false;
      if (seen === FREE) {
        // Taken as CONTENDED: others may sleep, and this thread cannot know that none does.
        // Sees what the last holder did after it unlocked. Pairs with Atomics.and(state) in FutexLock.unlock().
        if (Atomics.compareExchange(this.words, this.state, FREE, CONTENDED) === FREE) return true;
        continue;
      }
      // Publishes the sleeper before it sleeps. Pairs with Atomics.and(state) in FutexLock.unlock().
      if (seen === HELD && Atomics.compareExchange(this.words, this.state, HELD, CONTENDED) !== HELD) continue;
      // An unlock or a close since then has changed the state, and the wait returns at once.
      if (Atomics.wait(this.words, this.state, CONTENDED) === 'ok') this.parks++;
    }
  }

  /** Tries whenever it sees the lock free, until the budget ends. True with the lock. */
  private lockLooking(budget: SpinBudget): boolean {
    const turns = budget.next();
    for (let turn = 1; turn <= turns; turn++) {
      // Standalone: only tells when to try; the exchange decides.
      if (Atomics.load(this.words, this.state) === FREE) {
        // Sees what the last holder did after it unlocked. Pairs with Atomics.and(state) in FutexLock.unlock().
        if (Atomics.compareExchange(this.words, this.state, FREE, HELD) === FREE) {
          budget.paid(turn);
          return true;
        }
      }
      relax();
    }
    budget.failed();
    return false;
  }

  unlock(): void {
    // One step frees the lock, keeps CLOSED and tells whether somebody sleeps: a second step could miss a new sleeper.
    // Publishes what the holder did before. Pairs with Atomics.compareExchange(state) in FutexLock.lock().
    if (Atomics.and(this.words, this.state, CLOSED) === CONTENDED) {
      this.notifiesSent++;
      this.notifiesWoken += Atomics.notify(this.words, this.state, 1);
    }
  }

  close(): void {
    // Publishes the end before the wake. Pairs with Atomics.load(state) in FutexLock.lockSlowly().
    Atomics.or(this.words, this.state, CLOSED);
    Atomics.notify(this.words, this.state);
  }
}
