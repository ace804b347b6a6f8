// A test-and-set lock with exponential back-off on one shared word; it never parks. Anderson, 1990.
import type { FrameworkLock } from './lock.js';
import { relax } from './wait-policy.js';

const FREE = 0;
const HELD = 1;
const CLOSED = 1 << 30;

/** Turns between the first two tries, and the most between any two. */
const LEAST_PAUSE = 4;
const MOST_PAUSE = 1024;

/**
 *   state      meaning
 *   FREE       nobody holds it
 *   HELD       held; who waits is nowhere to be seen
 *   | CLOSED   whoever asks is refused; set once, never cleared
 */
export class TasLock implements FrameworkLock {
  slowPaths = 0;
  readonly parks = 0;
  readonly notifiesSent = 0;
  readonly notifiesWoken = 0;

  private readonly words: Int32Array;
  private readonly state: number;

  constructor(words: Int32Array, word: number) {
    this.words = words;
    this.state = word;
  }

  lock(): boolean {
    // Sees what the last holder did after it unlocked. Pairs with Atomics.and(state) in TasLock.unlock().
    let seen = Atomics.compareExchange(this.words, this.state, FREE, HELD);
    if (seen === FREE) return true;
    this.slowPaths++;
    for (let pause = LEAST_PAUSE; seen < CLOSED; pause = Math.min(MOST_PAUSE, 2 * pause)) {
      for (let turn = 0; turn < pause; turn++) relax();
      // Sees what the last holder did after it unlocked. Pairs with Atomics.and(state) in TasLock.unlock().
      seen = Atomics.compareExchange(this.words, this.state, FREE, HELD);
      if (seen === FREE) return true;
    }
    return false;
  }

  unlock(): void {
    // Publishes what the holder did before, and keeps CLOSED. Pairs with Atomics.compareExchange(state) in TasLock.lock().
    Atomics.and(this.words, this.state, CLOSED);
  }

  close(): void {
    // Standalone: whoever tries next sees it.
    Atomics.or(this.words, this.state, CLOSED);
  }
}
