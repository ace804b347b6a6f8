// An event (eventcount with announced sleepers) on two shared words: wait for any condition over shared memory.
import { PARK, relax, SpinBudget, type WaitPolicy } from './wait-policy.js';

/** The lowest bit of the epoch; wakes count in steps of two and so never reach it, however often they wrap. */
const CLOSED = 1;
const STEP = 2;

/**
 *   word        value
 *   epoch       changes at each wake that found a sleeper; odd once closed
 *   sleepers    threads between announcing themselves and having woken
 *
 * A waker first publishes what the condition reads, then calls `wake()`.
 */
export class Event {
  parks = 0;
  notifiesSent = 0;
  notifiesWoken = 0;

  /** How long this thread looks before it parks; undefined where it parks at once. */
  readonly budget: SpinBudget | undefined;
  private readonly words: Int32Array;
  private readonly epoch: number;
  private readonly sleepers: number;
  private readonly elide: boolean;

  /** `word`: the first of its two words. `elide` false notifies at every wake, asleep or not: the ablation. */
  constructor(words: Int32Array, word: number, policy: WaitPolicy = PARK, elide = true) {
    this.words = words;
    this.epoch = word;
    this.sleepers = word + 1;
    this.budget = policy.spins > 0 ? new SpinBudget(policy) : undefined;
    this.elide = elide;
  }

  /** Returns true when `ready()` does, false once closed while it does not. `ready` only reads, and reads atomically. */
  until(ready: () => boolean): boolean {
    for (;;) {
      if (ready() || (this.budget && spinUntil(ready, this.budget))) return true;
      // Sees the epoch after the condition was found false. Pairs with Atomics.add(epoch) in Event.wake().
      const seen = Atomics.load(this.words, this.epoch);
      if ((seen & CLOSED) !== 0) return false;
      // Publishes the sleeper before it looks again. Pairs with Atomics.load(sleepers) in Event.wake().
      Atomics.add(this.words, this.sleepers, 1);
      const came = ready();
      // A wake or a close since the epoch was read has changed it, and the wait returns at once.
      if (!came && Atomics.wait(this.words, this.epoch, seen) === 'ok') this.parks++;
      // Standalone: only the waker's choice to notify depends on it.
      Atomics.sub(this.words, this.sleepers, 1);
      if (came) return true;
    }
  }

  /** The same on an event loop: at once where the condition is true, or becomes so while it looks; else later. */
  untilLater(ready: () => boolean): boolean | Promise<boolean> {
    return ready() || (this.budget && spinUntil(ready, this.budget)) ? true : this.sleepLater(ready);
  }

  private async sleepLater(ready: () => boolean): Promise<boolean> {
    for (;;) {
      // Sees the epoch after the condition was found false. Pairs with Atomics.add(epoch) in Event.wake().
      const seen = Atomics.load(this.words, this.epoch);
      if ((seen & CLOSED) !== 0) return false;
      // Publishes the sleeper before it looks again. Pairs with Atomics.load(sleepers) in Event.wake().
      Atomics.add(this.words, this.sleepers, 1);
      const came = ready();
      if (!came && (await Atomics.waitAsync(this.words, this.epoch, seen).value) === 'ok') this.parks++;
      // Standalone: only the waker's choice to notify depends on it.
      Atomics.sub(this.words, this.sleepers, 1);
      if (came || ready()) return true;
    }
  }

  /** Wakes every announced sleeper to look at its condition again. The condition's words are published before. */
  wake(): void {
    // Sees sleepers after the condition was published. Pairs with Atomics.add(sleepers) in Event.until().
    if (!this.elide || Atomics.load(this.words, this.sleepers) !== 0) {
      // Publishes the wake before the notify. Pairs with Atomics.load(epoch) in Event.until().
      Atomics.add(this.words, this.epoch, STEP);
      this.notifiesSent++;
      this.notifiesWoken += Atomics.notify(this.words, this.epoch);
    }
  }

  /**
   * Wakes one announced sleeper, for something that one thread takes: right where every sleeper can take it, and looks
   * for more before it sleeps again. Then it does not matter which one wakes, nor whether another came first: whoever
   * found nothing looked before the publication, and is announced; who is announced but not yet asleep finds the epoch
   * changed and looks again too. Where sleepers wait for different things, `wake()` is needed.
   */
  wakeOne(): void {
    // Sees sleepers after the condition was published. Pairs with Atomics.add(sleepers) in Event.until().
    if (!this.elide || Atomics.load(this.words, this.sleepers) !== 0) {
      // Publishes the wake before the notify. Pairs with Atomics.load(epoch) in Event.until().
      Atomics.add(this.words, this.epoch, STEP);
      this.notifiesSent++;
      this.notifiesWoken += Atomics.notify(this.words, this.epoch, 1);
    }
  }

  /** Makes every wait whose condition is false return false. Any thread may call it, more than once. */
  close(): void {
    // Publishes the end before the wake. Pairs with Atomics.load(epoch) in Event.until().
    Atomics.or(this.words, this.epoch, CLOSED);
    Atomics.notify(this.words, this.epoch);
  }
}

function spinUntil(ready: () => boolean, budget: SpinBudget): boolean {
  const turns = budget.next();
  for (let turn = 1; turn <= turns; turn++) {
    if (ready()) {
      budget.paid(turn);
      return true;
    }
    relax();
  }
  budget.failed();
  return false;
}
