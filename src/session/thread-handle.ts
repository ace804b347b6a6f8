// The main thread's end of one worker: what it has said, as promises; several cells may be open on a provider's thread.
import { type TransferListItem, Worker } from 'node:worker_threads';
import type { Slice } from '../workloads/slice.js';
import { CellFailure } from './cell.js';
import type { FromThread, ThreadReport, ThreadStart, ToThread } from './messages.js';

const SENDER_YOUNG_MIB = 2;

export class ThreadHandle {
  readonly role: ThreadStart['role'];
  /** Of a provider's thread the number of its requester; of a sender's its place among the threads of the process. */
  readonly index: number;
  /** Resolves with the kernel's thread id; rejects with CellFailure when the thread could not start. */
  readonly started: Promise<number>;
  /** True once the thread is gone: it is for no other cell. */
  dead = false;
  /** The CPU it was pinned to last. */
  cpu: string | undefined;
  private readonly worker: Worker;
  private readonly said = new Map<string, (message: FromThread) => void>();
  private readonly cells = new Map<number, ThreadInCell>();

  constructor(start: ThreadStart) {
    this.role = start.role;
    this.index = start.index;
    // First: a worker that cannot be had throws.
    this.worker = new Worker(new URL('./thread.js', import.meta.url), {
      workerData: start,
      // Senders are many, and those that block allocate nothing: half a semi-space of V8's own is a tenth of a thread.
      ...(start.role === 'sender' && { resourceLimits: { maxYoungGenerationSizeMb: SENDER_YOUNG_MIB } }),
    });
    this.started = this.expect('started').then((message) => {
      if (message.kind === 'started') return message.threadId;
      throw new CellFailure(message.kind === 'failed' ? `starting a thread: ${message.reason}` : 'a thread ended');
    });
    this.started.catch(() => {});
    this.worker.on('message', (message: FromThread) => this.hear(message));
    // A thread that dies answers everything that is still expected of it.
    this.worker.on('error', (error) => {
      const reason = error instanceof Error ? error.message : String(error);
      this.die(() => reason);
    });
    this.worker.on('exit', (code) => {
      this.dead = true;
      this.die((who) => `${who} ended with code ${code}`);
    });
  }

  post(message: ToThread, transfer: readonly TransferListItem[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  /** Takes part in a cell from now on: what the thread says of it is kept apart. */
  join(visit: number, channel?: number): ThreadInCell {
    const cell = new ThreadInCell(this, visit, channel);
    this.cells.set(visit, cell);
    return cell;
  }

  leave(visit: number): void {
    this.cells.delete(visit);
  }

  /** Resolves with the slices of a plan of turns; they end with undefined where a cell's run ended in one. */
  async turned(run: number): Promise<readonly (Slice | undefined)[]> {
    const message = await this.expect(`turned ${run}`);
    return message.kind === 'turned' ? message.slices : [undefined];
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }

  expect(what: string): Promise<FromThread> {
    return new Promise((resolve) => this.said.set(what, resolve));
  }

  private hear(message: FromThread): void {
    if (message.kind === 'failed') {
      this.cells.get(message.visit)?.fail(message.reason);
      this.answer(`opened ${message.visit}`, message);
    } else if (message.kind === 'started') this.answer('started', message);
    else this.answer(`${message.kind} ${message.kind === 'turned' ? message.run : message.visit}`, message);
  }

  private answer(what: string, message: FromThread): void {
    this.said.get(what)?.(message);
    this.said.delete(what);
  }

  private die(reason: (who: string) => string): void {
    for (const cell of this.cells.values()) cell.fail(reason(cell.who));
    for (const what of [...this.said.keys()])
      this.answer(what, { kind: 'failed', visit: 0, reason: reason('a thread') });
  }
}

/** A thread's part in one cell. */
export class ThreadInCell {
  readonly thread: ThreadHandle;
  /** The channel of a sender. */
  readonly channel: number | undefined;
  /** The first thing that went wrong. */
  failure: string | undefined;
  /** Called at that first thing. */
  onFailure: () => void = () => {};
  /** Resolves when the thread has opened the cell. */
  readonly opened: Promise<unknown>;
  /** Resolves with what the thread counted, once it has left the cell. */
  readonly left: Promise<ThreadReport>;
  private readonly visit: number;

  constructor(thread: ThreadHandle, visit: number, channel: number | undefined) {
    this.thread = thread;
    this.visit = visit;
    this.channel = channel;
    this.opened = thread.expect(`opened ${visit}`);
    // Expected from now on: a thread may leave before anybody asks, when the run fails.
    this.left = thread.expect(`left ${visit}`).then((message) => {
      if (message.kind !== 'left') throw new CellFailure(this.failure ?? 'a thread ended');
      return message.report;
    });
    this.left.catch(() => {});
  }

  /** Resolves with a slice, or with undefined when the run ended in it. */
  async sliced(): Promise<Slice | undefined> {
    const message = await this.thread.expect(`sliced ${this.visit}`);
    return message.kind === 'sliced' ? message.slice : undefined;
  }

  fail(reason: string): void {
    if (this.failure !== undefined) return;
    this.failure = reason;
    this.onFailure();
  }

  get who(): string {
    return this.thread.role === 'sender' ? `channel ${this.channel}: its sender thread` : "the provider's thread";
  }
}
