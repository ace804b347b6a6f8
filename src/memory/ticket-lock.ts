// A ticket lock on three shared words: threads come in the order in which they drew. Mellor-Crummey and Scott, 1991.
import { type FrameworkLock, LOOKING } from './lock.js';
import { relax, SpinBudget, type WaitPolicy } from './wait-policy.js';

/** The lowest bit of `serving`; tickets count in steps of two and so never reach it, however often they wrap. */
const CLOSED = 1;
const STEP = 2;

/**
 *   word       value
 *   next       the ticket that is drawn next
 *   serving    the ticket whose turn it is; odd once closed, and then nobody's
 *   sleepers   threads between announcing themselves and having woken; each unlock wakes all, and one finds it its turn
 */
export class TicketLock implements FrameworkLock {
  slowPaths = 0;
  parks = 0;
  notifiesSent = 0;
  notifiesWoken = 0;

  /** How long this thread looks before it parks; undefined where it parks at once. */
  readonly budget: SpinBudget | undefined;
  private readonly words: Int32Array;
  private readonly next: number;
  private readonly serving: number;
  private readonly sleepers: number;

  /** `word`: the first of its words. */
  constructor(words: Int32Array, word: number, policy: WaitPolicy = LOOKING) {
    this.words = words;
    this.next = word;
    this.serving = word + 1;
    this.sleepers = word + 2;
    this.budget = policy.spins > 0 ? new SpinBudget(policy) : undefined;
  }

  lock(): boolean {
    // Standalone: tickets only have to differ; serving orders the turns.
    const ticket = Atomics.add(this.words, this.next, STEP);
    // Sees what the last holder did after its turn is over. Pairs with Atomics.add(serving) in TicketLock.unlock().
    let seen = Atomics.load(this.words, this.serving);
    if (seen === ticket) return true;
    this.slowPaths++;
    if (this.budget) seen = this.look(ticket, seen, this.budget);
    while (seen !== ticket && (seen & CLOSED) === 0) {
      // Publishes the sleeper before it looks again. Pairs with Atomics.load(sleepers) in TicketLock.unlock().
      Atomics.add(this.words, this.sleepers, 1);
      // An unlock or a close since then has changed serving, and the wait returns at once.
      if (Atomics.wait(this.words, this.serving, seen) === 'ok') this.parks++;
      // Standalone: only the choice to notify depends on it.
      Atomics.sub(this.words, this.sleepers, 1);
      // Sees what the last holder did after its turn is over. Pairs with Atomics.add(serving) in TicketLock.unlock().
      seen = Atomics.load(this.words, this.serving);
    }
    return seen === ticket;
  }

  /** Looks until it is the ticket's turn, or the lock is closed, or the budget ends; returns what it saw last. */
  private look(ticket: number, first: number, budget: SpinBudget): number {
    const turns = budget.next();
    let seen = first;
    for (let turn = 1; turn <= turns && (seen & CLOSED) === 0; turn++) {
      // Sees what the last holder did after its turn is over. Pairs with Atomics.add(serving) in TicketLock.unlock().
      seen = Atomics.load(this.words, this.serving);
      if (seen === ticket) {
        budget.paid(turn);
        return seen;
      }
      relax();
    }
    budget.failed();
    return seen;
  }

  unlock(): void {
    // Publishes what the holder did before the next turn. Pairs with Atomics.load(serving) in TicketLock.lock().
    Atomics.add(this.words, this.serving, STEP);
    // Sees sleepers after the turn is over. Pairs with Atomics.add(sleepers) in TicketLock.lock().
    if (Atomics.load(this.words, this.sleepers) !== 0) {
      this.notifiesSent++;
      this.notifiesWoken += Atomics.notify(this.words, this.serving);
    }
  }

  close(): void {
    // Publishes the end before the wake. Pairs with Atomics.load(serving) in TicketLock.lock().
    Atomics.or(this.words, this.serving, CLOSED);
    Atomics.notify(this.words, this.serving);
  }
}
