// The queue lock of Mellor-Crummey and Scott (1991): each thread waits at a node of its own, and an unlock wakes one.
import { type FrameworkLock, LOOKING } from './lock.js';
import { relax, SpinBudget, type WaitPolicy } from './wait-policy.js';

const FREE = 0;
const NONE = 0;
/** A tail from close() until somebody asks, and a turn that never comes. */
const CLOSED = 1 << 30;
const WAITS = 0;
const GRANTED = 1;
const ASLEEP = 2;

/** Words from the lock's own to the first node, and from node to node: no two threads' nodes share a cache-line pair. */
export const MCS_ROW_WORDS = 32;

/**
 *   word      value
 *   tail      FREE, or the number of the node that queued last, from 1; CLOSED once closed, or who asked too late
 *   claimed   nodes that threads have made their own
 *   closed    1 once closed
 *
 *   of a node
 *   next      number of the node behind it; NONE while there is none, or it has not yet said so
 *   turn      WAITS; ASLEEP while its thread is, or is about to be; GRANTED until it has seen that; CLOSED for good
 */
export class McsLock implements FrameworkLock {
  slowPaths = 0;
  parks = 0;
  notifiesSent = 0;
  notifiesWoken = 0;
  /** Number of this thread's node; NONE until it first asks. */
  own = NONE;

  /** How long this thread looks before it parks; undefined where it parks at once. */
  readonly budget: SpinBudget | undefined;
  private readonly words: Int32Array;
  private readonly tail: number;
  private readonly claimed: number;
  private readonly closed: number;
  private readonly nodes: number;

  /** `word`: the first of its `size` words, which say how many nodes there are. */
  constructor(words: Int32Array, word: number, size: number, policy: WaitPolicy = LOOKING) {
    this.words = words;
    this.tail = word;
    this.claimed = word + 1;
    this.closed = word + 2;
    this.nodes = size / MCS_ROW_WORDS - 1;
    this.budget = policy.spins > 0 ? new SpinBudget(policy) : undefined;
  }

  private nextOf(node: number): number {
    return this.tail + node * MCS_ROW_WORDS;
  }
  private turnOf(node: number): number {
    return this.nextOf(node) + 1;
  }

  lock(): boolean {
    if (this.own === NONE) this.claim();
    // Sees what the last holder did after it unlocked. Pairs with Atomics.compareExchange(tail) in McsLock.unlock().
    const before = Atomics.exchange(this.words, this.tail, this.own);
    if (before === FREE) return true;
    this.slowPaths++;
    if (before >= CLOSED) return false;
    const next = this.nextOf(before);
    // Publishes who comes next. Pairs with Atomics.load(next) in McsLock.unlock().
    Atomics.store(this.words, next, this.own);
    return this.wait(this.turnOf(this.own));
  }

  private claim(): void {
    // Standalone: numbers only have to differ.
    this.own = Atomics.add(this.words, this.claimed, 1) + 1;
    if (this.own > this.nodes) throw new RangeError(`mcs lock: more threads than its ${this.nodes} nodes`);
  }

  /** Until the turn comes (true) or never will. */
  private wait(turn: number): boolean {
    if (this.budget) this.look(turn, this.budget);
    for (;;) {
      // Sees what the last holder did after it handed over. Pairs with Atomics.compareExchange(turn) in McsLock.grant().
      const seen = Atomics.compareExchange(this.words, turn, WAITS, ASLEEP);
      if (seen >= CLOSED) return false;
      if (seen === GRANTED) {
        // Once closed the turn stays so, and this one comes to nobody else.
        // Standalone: the node is the holder's, and nobody grants to it again before it queues again.
        Atomics.and(this.words, turn, CLOSED);
        return true;
      }
      // A grant or a close since then has changed the turn, and the wait returns at once.
      if (Atomics.wait(this.words, turn, ASLEEP) === 'ok') this.parks++;
    }
  }

  private look(turn: number, budget: SpinBudget): void {
    const turns = budget.next();
    for (let count = 1; count <= turns; count++) {
      // Standalone: the exchange in wait() decides.
      if (Atomics.load(this.words, turn) !== WAITS) {
        budget.paid(count);
        return;
      }
      relax();
    }
    budget.failed();
  }

  unlock(): void {
    const next = this.nextOf(this.own);
    // Sees who comes next after it has queued. Pairs with Atomics.store(next) in McsLock.lock().
    let after = Atomics.load(this.words, next);
    if (after === NONE) {
      // Publishes what the holder did before. Pairs with Atomics.exchange(tail) in McsLock.lock().
      if (Atomics.compareExchange(this.words, this.tail, this.own, FREE) === this.own) return;
      // Somebody has queued, and is about to say so; or the lock is closed.
      for (;;) {
        // Sees who comes next after it has queued. Pairs with Atomics.store(next) in McsLock.lock().
        after = Atomics.load(this.words, next);
        if (after !== NONE) break;
        // Standalone: a latch; once closed, whoever waits is sent away by close().
        if (Atomics.load(this.words, this.closed) !== 0) return;
        relax();
      }
    }
    // Standalone: the node is the holder's, and nobody links to it again before it queues again.
    Atomics.store(this.words, next, NONE);
    this.grant(this.turnOf(after));
  }

  private grant(turn: number): void {
    for (;;) {
      // Standalone: the exchange below decides.
      const seen = Atomics.load(this.words, turn);
      if (seen >= CLOSED) return;
      // Publishes what the holder did before. Pairs with Atomics.compareExchange(turn) in McsLock.wait().
      if (Atomics.compareExchange(this.words, turn, seen, GRANTED) !== seen) continue;
      if (seen === ASLEEP) {
        this.notifiesSent++;
        this.notifiesWoken += Atomics.notify(this.words, turn, 1);
      }
      return;
    }
  }

  close(): void {
    // Standalone: a latch, set before the tail says so.
    Atomics.store(this.words, this.closed, 1);
    // Publishes the end; who asks later finds it, or who asked too late. Pairs with Atomics.exchange(tail) in McsLock.lock().
    Atomics.store(this.words, this.tail, CLOSED);
    for (let node = 1; node <= this.nodes; node++) {
      const turn = this.turnOf(node);
      // Publishes the end before the wake. Pairs with Atomics.compareExchange(turn) in McsLock.wait().
      Atomics.or(this.words, turn, CLOSED);
      Atomics.notify(this.words, turn, 1);
    }
  }
}
