// The main thread's end of one worker: what it has said, as promises, by kind and visit.

import { type TransferListItem, Worker } from 'node:worker_threads';
import type { Slice } from '../workloads/slice.js';
import { CellFailure } from './cell.js';
import type { FromThread, ThreadReport, ThreadStart, ToThread } from './messages.js';

export class ThreadHandle {
  readonly role: ThreadStart['role'];
  readonly index: number;
  /** Resolves with the kernel's thread id. */
  readonly started: Promise<number>;
  /** The first thing that went wrong on the thread, in the cell that is open. */
  failure: string | undefined;
  /** True once the thread is gone: it is for no other cell. */
  dead = false;
  /** Called at that first thing. */
  onFailure: () => void = () => {};
  /** The CPU it was pinned to last. */
  cpu: string | undefined;
  private readonly worker: Worker;
  private readonly said = new Map<string, (message: FromThread) => void>();
  private visit = 0;
  private leaving: Promise<ThreadReport> = Promise.reject(new CellFailure('no cell is open'));

  constructor(start: ThreadStart) {
    // First: a worker that cannot be had throws.
    this.leaving.catch(() => {});
    this.role = start.role;
    this.index = start.index;
    this.worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: start });
    this.started = this.expect('started').then((message) => (message as FromThread & { kind: 'started' }).threadId);
    this.worker.on('message', (message: FromThread) => this.hear(message));
    // A thread that dies answers everything that is still expected of it.
    this.worker.on('error', (error) => this.die(error instanceof Error ? error.message : String(error)));
    this.worker.on('exit', (code) => {
      this.dead = true;
      const who = this.role === 'sender' ? `channel ${this.index}: its sender thread` : "the provider's thread";
      this.die(`${who} ended with code ${code}`);
    });
  }

  post(message: ToThread, transfer: readonly TransferListItem[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  /** Resolves when the thread has opened a cell. */
  async opened(visit: number): Promise<void> {
    this.visit = visit;
    this.failure = undefined;
    // Expected from now on: a thread may leave before anybody asks, when the run fails.
    this.leaving = this.expect(`left ${visit}`).then((message) => {
      if (message.kind !== 'left') throw new CellFailure(this.failure ?? 'a thread ended');
      return message.report;
    });
    this.leaving.catch(() => {});
    await this.expect(`opened ${visit}`);
  }

  /** Resolves with a slice, or with undefined when the run ended in it. */
  async sliced(visit: number): Promise<Slice | undefined> {
    const message = await this.expect(`sliced ${visit}`);
    return message.kind === 'sliced' ? message.slice : undefined;
  }

  /** Resolves with what the thread counted, once it has left the cell that was opened last. */
  left(): Promise<ThreadReport> {
    return this.leaving;
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }

  private expect(what: string): Promise<FromThread> {
    return new Promise((resolve) => this.said.set(what, resolve));
  }

  private hear(message: FromThread): void {
    if (message.kind === 'failed') {
      if (message.visit === this.visit) this.fail(message.reason);
      this.answer(`opened ${message.visit}`, message);
    } else this.answer(message.kind === 'started' ? 'started' : `${message.kind} ${message.visit}`, message);
  }

  private answer(what: string, message: FromThread): void {
    this.said.get(what)?.(message);
    this.said.delete(what);
  }

  private fail(reason: string): void {
    if (this.failure !== undefined) return;
    this.failure = reason;
    this.onFailure();
  }

  private die(reason: string): void {
    this.fail(reason);
    for (const what of [...this.said.keys()]) this.answer(what, { kind: 'failed', visit: this.visit, reason });
  }
}
