// A counting semaphore on two shared words: how many posts are untaken, and how many threads sleep for one.
import { lookAgain, PARK, SpinBudget, type WaitPolicy } from './wait-policy.js';

/** Added to a count by `close()`: more than any count of posts, and what makes every later wait return false. */
const CLOSED = 1 << 30;

/**
 * The object holds no state that matters to others: all of it is in the two words.
 *
 *   word        value
 *   count       posts not yet taken; with CLOSED set, the semaphore is closed
 *   waiters     threads between announcing themselves and having woken
 *
 * Its counters are this thread's own.
 */
export class Semaphore {
  parks = 0;
  notifiesSent = 0;
  notifiesWoken = 0;

  /** How long this thread looks before it parks; undefined where it parks at once. */
  readonly budget: SpinBudget | undefined;
  private readonly words: Int32Array;
  private readonly count: number;
  private readonly waiters: number;
  private readonly elide: boolean;

  /** `word`: the first of its two words. `elide` false notifies at every post, asleep or not: the ablation. */
  constructor(words: Int32Array, word: number, policy: WaitPolicy = PARK, elide = true) {
    this.words = words;
    this.count = word;
    this.waiters = word + 1;
    this.budget = policy.spins > 0 ? new SpinBudget(policy) : undefined;
    this.elide = elide;
  }

  /** Adds one; wakes one sleeper if any is announced. Everything done before it is seen by the wait that takes it. */
  post(): void {
    // Publishes what the caller did before the post. Pairs with Atomics.compareExchange(count) in Semaphore.wait().
    Atomics.add(this.words, this.count, 1);
    // Sees waiters after the count was raised. Pairs with Atomics.add(waiters) in Semaphore.wait().
    if (!this.elide || Atomics.load(this.words, this.waiters) !== 0) {
      this.notifiesSent++;
      this.notifiesWoken += Atomics.notify(this.words, this.count, 1);
    }
  }

  /** Takes one, asleep until there is one. Returns false once the semaphore is closed. */
  wait(): boolean {
    for (;;) {
      // Standalone: the exchange below decides.
      let value = Atomics.load(this.words, this.count);
      if (value === 0 && this.budget) value = lookAgain(this.words, this.count, this.budget);
      if (value >= CLOSED) return false;
      if (value > 0) {
        // Sees what the poster did after the post. Pairs with Atomics.add(count) in Semaphore.post().
        if (Atomics.compareExchange(this.words, this.count, value, value - 1) === value) return true;
        continue;
      }
      // Publishes the sleeper before it looks at the count again. Pairs with Atomics.load(waiters) in Semaphore.post().
      Atomics.add(this.words, this.waiters, 1);
      // A post between the announcement and this wait has changed the count, and the wait returns at once.
      if (Atomics.wait(this.words, this.count, 0) === 'ok') this.parks++;
      // Standalone: only the poster's choice to notify depends on it.
      Atomics.sub(this.words, this.waiters, 1);
    }
  }

  /** Makes every wait, present and future, return false. Any thread may call it, more than once. */
  close(): void {
    // Publishes the end before the wake. Pairs with Atomics.load(count) in Semaphore.wait().
    Atomics.or(this.words, this.count, CLOSED);
    Atomics.notify(this.words, this.count);
  }
}
