// Messages under way, in the machine's state: queues, first in first out, each message with what its sender knew.
import type { ClockTable } from './clocks.js';
import { MOST_MESSAGES, NO_MESSAGE } from './messages.js';
import { type Operation, RECEIVE, SEND, TASK } from './operation.js';
import type { Waiters } from './waiters.js';
import type { WordTable } from './word-table.js';

/**
 * A message happens before its receipt, and that is all: neither does a receipt order what is sent later, nor an empty
 * queue anything. A queue that is full asks the table for more room, and the search begins anew.
 */
export class Queues {
  private readonly table: WordTable;
  private readonly clocks: ClockTable;
  private readonly waiters: Waiters;
  private readonly room: number;
  /** Of each queue: how many messages there are, and their numbers + 1, the oldest first. */
  private readonly queues: number;

  /** `queues`: where `sizeOfQueues(table)` places of the state begin. */
  constructor(table: WordTable, clocks: ClockTable, waiters: Waiters, queues: number) {
    this.table = table;
    this.waiters = waiters;
    this.clocks = clocks;
    this.room = table.room;
    this.queues = queues;
  }

  /** Executes an operation on queues; 0 for any other. Of a task, `source` says which of its queues it comes from. */
  execute(state: Int32Array, thread: number, { kind, word, a, reads }: Operation, source: number): number {
    if (kind === SEND) return this.send(state, thread, word, a);
    if (kind === RECEIVE) return this.receive(state, thread, word);
    if (kind === TASK) return source * MOST_MESSAGES + this.task(state, thread, reads![source]!);
    return 0;
  }

  /** Whether a task may come from there now. `timeouts`: a promise whose time may be over counts. */
  isDue(state: Int32Array, thread: number, source: number, timeouts: boolean): boolean {
    if (source >= 0) return !this.isEmpty(state, source);
    const { number, timesOut } = promiseOf(source);
    return (timeouts && timesOut) || this.waiters.isNotified(state, this.waiters.promise(thread, number));
  }

  /** The promise of such a source is notified. */
  notify(state: Int32Array, thread: number, source: number): void {
    this.waiters.notify(state, this.waiters.promise(thread, promiseOf(source).number));
  }

  private task(state: Int32Array, thread: number, source: number): number {
    if (source >= 0) return this.receive(state, thread, source);
    return this.waiters.settle(state, this.waiters.promise(thread, promiseOf(source).number)) ? 1 : 0;
  }

  private isEmpty(state: Int32Array, queue: number): boolean {
    return state[this.first(queue)] === 0;
  }

  private first(queue: number): number {
    return this.queues + queue * (1 + this.room);
  }

  private send(state: Int32Array, thread: number, queue: number, message: number): number {
    const first = this.first(queue);
    const count = state[first]!;
    if (count === this.room) {
      this.table.makeRoom();
      return 0;
    }
    state[first] = count + 1;
    state[first + 1 + count] = message + 1;
    this.clocks.tick(state, thread);
    this.clocks.send(state, thread, queue * this.room + count);
    return 0;
  }

  private receive(state: Int32Array, thread: number, queue: number): number {
    const first = this.first(queue);
    const count = state[first]!;
    if (count === 0) return NO_MESSAGE;
    const message = state[first + 1]! - 1;
    state.copyWithin(first + 1, first + 2, first + 1 + count);
    state[first + count] = 0;
    state[first] = count - 1;
    this.clocks.tick(state, thread);
    this.clocks.receive(state, thread, queue * this.room, count);
    return message;
  }
}

/** A promise as where a task may come from: below 0, while queues are numbered from 0. */
export function sourceOf(number: number, timesOut: boolean): number {
  return -1 - 2 * number - (timesOut ? 1 : 0);
}

function promiseOf(source: number): { readonly number: number; readonly timesOut: boolean } {
  return { number: (-1 - source) >> 1, timesOut: ((-1 - source) & 1) === 1 };
}

/** Places that queues take in the state, without their clocks. */
export function sizeOfQueues({ queues, room }: WordTable): number {
  return queues * (1 + room);
}
