// Shared memory under the ECMAScript memory model: values, happens-before, waiter lists and races, in one Int32Array.
import { ANNOUNCED } from './announced.js';
import { ClockTable, type Race, type Unordered } from './clocks.js';
import { History, KEPT } from './history.js';
import {
  CLOSE,
  CLOSED,
  COMPARE_EXCHANGE,
  GHOST,
  HINT,
  HINT_STORE,
  LOAD,
  LOAD_REST,
  LOCK,
  MODIFY,
  modify,
  NOTIFY,
  type Operation,
  PLAIN_LOAD,
  PLAIN_STORE,
  POST,
  SLEEP,
  STORE,
  STORE_REST,
  TAKE,
  UNLOCK,
  WAIT,
  WAIT_LATER,
  WAKE,
} from './operation.js';
import { Promises } from './promises.js';
import { Queues, sizeOfQueues } from './queues.js';
import { maskOf } from './ranges.js';
import { Values } from './values.js';
import { Waiters } from './waiters.js';
import type { WordTable } from './word-table.js';

/** What `execute` returns when the thread is asleep instead of having a result: no 32-bit word holds it. */
export const ASLEEP = 2 ** 32;

/** Results of Atomics.wait, as the machine counts them. */
export const NOT_EQUAL = 0;
export const WOKEN = 1;
export const TIMED_OUT = 2;

/**
 * The whole state of an execution, so that a snapshot is one copy:
 *
 *   values     one a slot
 *   node       a thread's position in its program
 *   status     0 runs, -1 has ended, else asleep in Atomics.wait (see waiters.ts), with its place in the list
 *   announced  see announced.ts
 *   earlyWakes how many more sleepers may wake without a notify
 *   queues     messages on their way (see queues.ts)
 *   clocks     what each thread, word, waiter list and message knows of each thread (see clocks.ts)
 *   history    the newest values of each hinted word (see history.ts)
 *   promises   values that hint reads took from writes still to come (see promises.ts)
 */
export class Machine {
  readonly state: Int32Array;
  readonly threads: number;
  readonly slots: number;
  readonly version: number;
  readonly node: number;
  readonly status: number;
  readonly announced: number;
  readonly earlyWakes: number;
  readonly waiters: Waiters;
  readonly clocks: ClockTable;
  readonly history: History;
  readonly promises: Promises;
  readonly queues: Queues;
  /** Set by an access that is not ordered after a conflicting one; the explorer reads and clears it. */
  race: Race | null = null;
  /** Set when a thread uses a primitive against its contract. */
  misuse: string | null = null;
  /** The first places hold the waiters that the last NOTIFY woke, threads and promises: as many as it returned. */
  readonly woken: Int32Array;

  private readonly values: Values;

  constructor(threads: number, table: WordTable, initial: Int32Array) {
    this.threads = threads;
    this.woken = new Int32Array(threads * (1 + table.promises));
    this.slots = table.words.length;
    this.version = table.version;
    this.values = new Values(table, initial);
    let size = this.slots;
    const take = (count: number): number => {
      size += count;
      return size - count;
    };
    this.node = take(threads);
    this.waiters = new Waiters(threads, table.promises, take);
    this.status = this.waiters.status;
    this.announced = take(threads);
    this.earlyWakes = take(1);
    const queues = take(sizeOfQueues(table));
    this.clocks = new ClockTable(threads, table, take);
    this.queues = new Queues(table, this.clocks, this.waiters, queues);
    this.history = new History(this.clocks, table.uses, take);
    this.promises = new Promises(this.clocks, table, this.status, take);
    this.state = new Int32Array(size);
  }

  /** Words before anything ran. Initial values happen before every thread. */
  reset(earlyWakes = 0): void {
    const state = this.state;
    state.fill(0);
    state[this.earlyWakes] = earlyWakes;
    this.values.reset(state);
    this.history.reset(state);
  }

  /** Writes the values of all slots into `words`, indexed as the program indexes them. */
  spread(words: Int32Array): Int32Array {
    return this.values.spread(this.state, words);
  }

  /** Executes a thread's operation; returns its result, or ASLEEP. `choice` picks the value a hint reads (-1 the current one), or a task. */
  execute(thread: number, operation: Operation, choice: number): number {
    const { state, clocks } = this;
    const slot = operation.slot;
    if (slot < 0) return this.queues.execute(state, thread, operation, choice);
    if (operation.kind === GHOST) {
      state[slot] = operation.a;
      return operation.a;
    }
    clocks.tick(state, thread);
    if (operation.announces) state[this.announced + thread] = ANNOUNCED;
    const value = state[slot]!;
    switch (operation.kind) {
      case LOAD:
      case LOAD_REST:
        this.atomicRead(thread, operation);
        return value;
      case STORE:
      case STORE_REST:
        this.note(clocks.atomicWrite(state, thread, slot), thread, operation);
        this.write(thread, slot, operation.a);
        return operation.a;
      case MODIFY:
        this.readModifyWrite(
          thread,
          operation,
          modify(operation.modifier, value, operation.a) & maskOf(operation.range),
        );
        return value;
      case COMPARE_EXCHANGE:
        if (value === operation.a) this.readModifyWrite(thread, operation, operation.b);
        else this.atomicRead(thread, operation);
        return value;
      case WAIT:
        clocks.enterWaiterList(state, thread, slot);
        this.atomicRead(thread, operation);
        clocks.leaveWaiterList(state, thread, slot);
        if (value !== operation.a || !this.isHighAsExpected(thread, operation)) return NOT_EQUAL;
        this.waiters.enter(state, thread, slot);
        return ASLEEP;
      case WAIT_LATER:
        clocks.enterWaiterList(state, thread, slot);
        this.atomicRead(thread, operation);
        clocks.leaveWaiterList(state, thread, slot);
        if (value !== operation.a) return 0;
        this.waiters.enter(state, this.waiters.promise(thread, operation.modifier), slot);
        return 1;
      case NOTIFY:
        return this.notify(thread, slot, operation.a);
      case HINT:
        this.note(clocks.hintRead(state, thread, slot), thread, operation);
        if (choice >= KEPT) return this.promises.give(state, thread, slot, choice - KEPT);
        return choice < 0 ? value : this.history.value(state, slot, choice);
      case HINT_STORE:
        this.note(clocks.hintWrite(state, thread, slot), thread, operation);
        this.put(thread, slot, operation.a);
        this.promises.keep(state, thread, slot, operation.a);
        return operation.a;
      case PLAIN_LOAD:
        this.note(clocks.plainRead(state, thread, slot), thread, operation);
        return value;
      case PLAIN_STORE:
        this.note(clocks.plainWrite(state, thread, slot), thread, operation);
        this.put(thread, slot, operation.a);
        return operation.a;
      case POST:
        this.readModifyWrite(thread, operation, value + 1);
        return 0;
      case TAKE:
        return this.acquire(thread, operation, value - 1);
      case LOCK:
        return this.acquire(thread, operation, thread + 1);
      case UNLOCK:
        if ((value & ~CLOSED) !== thread + 1) this.misuse = 'unlock by a thread that does not hold the lock';
        this.readModifyWrite(thread, operation, value & CLOSED);
        return 0;
      case CLOSE:
        this.readModifyWrite(thread, operation, value | CLOSED);
        return 0;
      case WAKE:
        return 0;
      case SLEEP:
        // Only a closed event lets a sleeper through here; a wake sends it back to its condition.
        this.atomicRead(thread, operation);
        return 0;
      default:
        throw new Error(`machine: operation ${operation.kind} is not one that memory executes`);
    }
  }

  /** Whether a primitive's blocking operation can go on now. */
  canEnter(operation: Operation): boolean {
    const value = this.state[operation.slot]!;
    return operation.kind === TAKE ? value !== 0 : value === 0 || value >= CLOSED;
  }

  /** Whether two slots share bytes. */
  doOverlap(one: number, other: number): boolean {
    return one >= 0 && this.values.overlaps[one]!.includes(other);
  }

  isClosed(slot: number): boolean {
    return this.state[slot]! >= CLOSED;
  }

  /** Of a wait of 64 bits; true of any other. */
  private isHighAsExpected(thread: number, wait: Operation): boolean {
    if (!wait.reads) return true;
    this.note(this.clocks.atomicRead(this.state, thread, wait.reads[0]!), thread, wait);
    return !this.hasChanged(wait);
  }

  /** Whether a word that a sleeping condition read holds another value now. */
  hasChanged(sleep: Operation): boolean {
    const reads = sleep.reads!;
    for (let i = 0; i < reads.length; i += 2) if (this.state[reads[i]!] !== reads[i + 1]) return true;
    return false;
  }

  /** Takes a sleeping thread out of its waiter list, as a timeout does. */
  leave(thread: number): void {
    const { state } = this;
    const slot = this.waiters.leave(state, thread);
    this.clocks.enterWaiterList(state, thread, slot);
    this.clocks.leaveWaiterList(state, thread, slot);
  }

  private atomicRead(thread: number, operation: Operation): void {
    this.note(this.clocks.atomicRead(this.state, thread, operation.slot), thread, operation);
    this.clocks.acquire(this.state, thread, operation.slot);
  }

  private readModifyWrite(thread: number, operation: Operation, value: number): void {
    this.atomicRead(thread, operation);
    this.note(this.clocks.atomicWrite(this.state, thread, operation.slot), thread, operation);
    this.write(thread, operation.slot, value);
  }

  private write(thread: number, slot: number, value: number): void {
    this.put(thread, slot, value);
    this.clocks.release(this.state, thread, slot);
  }

  private put(thread: number, slot: number, value: number): void {
    const { state, values, history } = this;
    values.put(state, slot, value);
    history.record(state, thread, slot);
    for (const other of values.overlaps[slot]!) history.record(state, thread, other);
  }

  /** Takes a semaphore or a lock: 1 with it, 0 once it is closed. */
  private acquire(thread: number, operation: Operation, taken: number): number {
    if (this.state[operation.slot]! >= CLOSED) {
      this.atomicRead(thread, operation);
      return 0;
    }
    this.readModifyWrite(thread, operation, taken);
    return 1;
  }

  private notify(thread: number, slot: number, most: number): number {
    const { state, woken } = this;
    this.clocks.enterWaiterList(state, thread, slot);
    this.clocks.leaveWaiterList(state, thread, slot);
    let count = 0;
    while (count < most) {
      const first = this.waiters.takeFirst(state, slot);
      if (first < 0) break;
      // A promise orders nothing: only what its thread reads then does.
      if (this.waiters.isThread(first)) this.clocks.enterWaiterList(state, first, slot);
      woken[count++] = first;
    }
    return count;
  }

  private note(race: Unordered | null, thread: number, operation: Operation): void {
    if (race && !this.race) this.race = { ...race, thread, operation };
  }
}
