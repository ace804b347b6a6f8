// One migration as the main thread of a receiver sees it: its channels' threads, their SYNCs, their ends.
import { Worker } from 'node:worker_threads';
import { Ram } from '../ram/ram.js';
import { allowedCpus, pin } from '../session/placement.js';
import { findNumberGap, type NumbersCounted } from '../wire/packet-numbers.js';
import { WireError } from '../wire/wire-error.js';
import type { ChannelStart, FromChannel, ToChannel } from './messages.js';
import { PageMarks } from './page-marks.js';
import { type ChannelCounts, failureOf, ReceiverError, type ReceiverFailure, type ReceiverPlan } from './plan.js';
import { SyncBarrier } from './sync-barrier.js';

export interface Received {
  readonly channels: readonly ChannelCounts[];
  readonly pagesMissing: number;
  readonly durationMs: number;
  readonly cpuMicros: number;
}

export class Reception {
  readonly ram: Ram;
  /** Resolves when every thread listens. */
  readonly listening: Promise<void>;
  /** Resolves when all channels have ended well. Rejects with the first ReceiverError; the process is then to end. */
  readonly received: Promise<Received>;
  private readonly plan: ReceiverPlan;
  private readonly marks: SharedArrayBuffer;
  private readonly barrier: SyncBarrier;
  private readonly threads: readonly Worker[];
  private readonly channels = new Map<number, Worker>();
  /** Of the channels that have ended. */
  private readonly counts = new Map<number, ChannelCounts>();
  private readonly numbers: NumbersCounted[] = [];
  private readonly counting = new Map<number, (counts: ChannelCounts) => void>();
  private listeners = 0;
  private start: { readonly atMs: number; readonly cpu: NodeJS.CpuUsage } | undefined;
  private connecting: NodeJS.Timeout | undefined;
  private resolveListening = () => {};
  private resolveReceived: (received: Received) => void = () => {};
  private reject: (error: Error) => void = () => {};

  /** `listening`: a number of the listening socket for each thread. */
  constructor(plan: ReceiverPlan, listening: readonly number[]) {
    this.plan = plan;
    this.ram = Ram.allocate(plan.blocks.map(({ name, bytes }) => ({ name, bytes })));
    // Touched now, not while it is timed.
    for (const piece of this.ram.pieces()) piece.fill(0);
    this.marks = PageMarks.allocate(this.ram, plan.pageSize);
    this.barrier = new SyncBarrier(plan.channels);
    this.received = new Promise((resolve, reject) => {
      this.resolveReceived = resolve;
      this.reject = reject;
    });
    this.listening = new Promise((resolve) => {
      this.resolveListening = resolve;
    });
    this.threads = listening.map((number) => this.startThread(number));
  }

  setParticipants(channels: number): void {
    this.attempt(() => this.barrier.setParticipants(channels));
  }

  /** What came so far, of the channels that have connected. */
  async count(): Promise<readonly ChannelCounts[]> {
    const asked = [...this.channels].map(([channel, thread]) => {
      const ended = this.counts.get(channel);
      if (ended) return ended;
      thread.postMessage({ kind: 'count' } satisfies ToChannel);
      return new Promise<ChannelCounts>((resolve) => this.counting.set(channel, resolve));
    });
    return inOrder(await Promise.all(asked));
  }

  private startThread(listening: number): Worker {
    const workerData: ChannelStart = { plan: this.plan, listening, ram: this.ram.share(), marks: this.marks };
    const thread = new Worker(new URL('./channel-thread.js', import.meta.url), { workerData });
    let channel = -1;
    thread.on('message', (message: FromChannel) => {
      if (message.kind === 'hello') channel = message.channel;
      this.attempt(() => this.hear(thread, channel, message));
    });
    thread.on('error', (error) => this.fail(failureOf(error)));
    thread.on('exit', (code) => this.fail({ reason: `a channel's thread ended with code ${code}` }));
    return thread;
  }

  private hear(thread: Worker, channel: number, message: FromChannel): void {
    if (message.kind === 'listening') {
      if (++this.listeners === this.threads.length) this.resolveListening();
    } else if (message.kind === 'connected') this.connected();
    else if (message.kind === 'hello') this.hello(thread, channel, message.threadId);
    else if (message.kind === 'sync') this.sync(channel);
    else if (message.kind === 'counted') this.counting.get(channel)?.(message.counts);
    else if (message.kind === 'end') this.ended(message);
    else this.fail(message.failure);
  }

  private connected(): void {
    if (this.start) return;
    this.start = { atMs: performance.now(), cpu: process.cpuUsage() };
    const { connectMs, channels } = this.plan;
    if (connectMs === 0) return;
    this.connecting = setTimeout(() => {
      const missing = Array.from({ length: channels }, (_, id) => id).filter((id) => !this.channels.has(id));
      const got = `expected a connection within ${connectMs} ms of the first, got none`;
      this.fail({ channel: missing[0]!, reason: `channel ${missing.join(', ')}: ${got}` });
    }, connectMs);
  }

  private hello(thread: Worker, channel: number, threadId: number): void {
    if (this.channels.has(channel))
      throw new WireError({ channel }, 'id', 'each channel once', `channel ${channel} twice`);
    this.channels.set(channel, thread);
    if (this.channels.size === this.plan.channels) clearTimeout(this.connecting);
    const proceed = () => thread.postMessage({ kind: 'proceed' } satisfies ToChannel);
    const cpus = allowedCpus();
    if (this.plan.pinned) void pin(threadId, cpus[(channel + 2) % cpus.length]!, cpus).then(proceed);
    else proceed();
  }

  private sync(channel: number): void {
    if (this.plan.ignoreSync) return;
    for (const released of this.barrier.reach(channel)) {
      this.channels.get(released)!.postMessage({ kind: 'proceed' } satisfies ToChannel);
    }
  }

  private ended({ counts, numbers }: FromChannel & { kind: 'end' }): void {
    this.numbers.push(numbers);
    this.counts.set(counts.channel, counts);
    this.counting.get(counts.channel)?.(counts);
    if (!this.plan.ignoreSync) this.barrier.end(counts.channel);
    if (this.numbers.length < this.plan.channels) return;
    const gap = this.plan.numbersDense ? findNumberGap(this.numbers) : undefined;
    if (gap !== undefined) throw new ReceiverError({ reason: gap, field: 'packet_num' });
    const cpu = process.cpuUsage(this.start!.cpu);
    this.resolveReceived({
      channels: inOrder([...this.counts.values()]),
      pagesMissing: new PageMarks(this.marks, this.ram, this.plan.pageSize).missing(),
      durationMs: performance.now() - this.start!.atMs,
      cpuMicros: cpu.user + cpu.system,
    });
  }

  private attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.fail(failureOf(error));
    }
  }

  private fail(failure: ReceiverFailure): void {
    clearTimeout(this.connecting);
    this.reject(new ReceiverError(failure));
  }
}

function inOrder(counts: readonly ChannelCounts[]): readonly ChannelCounts[] {
  return [...counts].sort((a, b) => a.channel - b.channel);
}
