// One migration as the main thread of a receiver sees it: the threads of its lines, their SYNCs, their ends.

import { Worker } from 'node:worker_threads';
import { allowedCpus, pin } from '../os/cpus.js';
import { Ram } from '../ram/ram.js';
import type { Announcement } from '../wire/announcement.js';
import { findNumberGap, type NumbersCounted } from '../wire/packet-numbers.js';
import type { StreamBlock } from '../wire/stream-block.js';
import { WireError } from '../wire/wire-error.js';
import { allocateMemory } from './memory.js';
import {
  ARRIVALS_BYTES,
  connections,
  FIRST_PACKET_AT,
  type FromLine,
  type Line,
  type LineStart,
  type Memory,
  MOST_STRANGERS,
  refusesMore,
  type ToLine,
} from './messages.js';
import { refuseConnections } from './one-connection.js';
import { PageMarks } from './page-marks.js';
import {
  type ChannelCounts,
  failureOf,
  type MainCounts,
  ReceiverError,
  type ReceiverFailure,
  type ReceiverPlan,
} from './plan.js';
import { inOrder, missingText, type Received } from './received.js';
import { SyncBarrier } from './sync-barrier.js';

/** Longer than a connection lasts that is being answered. */
const ANSWER_MS = 2000;

export class Reception {
  /** Resolves when every thread listens. */
  readonly listening: Promise<void>;
  /** Resolves when every thread has its connection and reads it. */
  readonly reading: Promise<void>;
  /** Resolves when all lines have ended well. Rejects with the first ReceiverError; the process is then to end. */
  readonly received: Promise<Received>;
  private readonly plan: ReceiverPlan;
  private readonly barrier: SyncBarrier;
  private readonly threads: readonly Worker[];
  /** A number of the listening socket for what comes when all have connected. */
  private readonly late: number | undefined;
  /** Its numbers for connections in the place of strangers. */
  private readonly spare: number[];
  private readonly arrivals = new SharedArrayBuffer(ARRIVALS_BYTES);
  private memory: Memory | undefined;
  private readonly lines = new Map<Line, Worker>();
  /** Lines that wait for the RAM. */
  private readonly early: Worker[] = [];
  /** Of the channels that have ended. */
  private readonly counts = new Map<number, ChannelCounts>();
  private main: MainCounts | undefined;
  private announcement: Announcement | undefined;
  private answered: () => void = () => {};
  private readonly numbers: NumbersCounted[] = [];
  private readonly counting = new Map<Line, (counts: ChannelCounts) => void>();
  /** Pages that had come over each line at its last SYNC. */
  private readonly pages = new Map<Line, number>();
  private roundPages = 0;
  /** When all channels had reached a SYNC last, in milliseconds since 1970. */
  private syncedAt = 0;
  private rounds = 0;
  private listeners = 0;
  private readers = 0;
  private start: { readonly atMs: number; readonly cpu: NodeJS.CpuUsage } | undefined;
  private connecting: NodeJS.Timeout | undefined;
  private resolveListening = () => {};
  private resolveReading = () => {};
  private resolveReceived: (received: Received) => void = () => {};
  private reject: (error: Error) => void = () => {};

  /** `listening`: numbers of the listening socket, as many as `listeningNumbers` says. */
  constructor(plan: ReceiverPlan, listening: readonly number[]) {
    this.plan = plan;
    if (plan.blocks !== undefined) {
      this.memory = allocateMemory(plan, plan.blocks);
      // Touched now, not while it is timed.
      for (const piece of new Ram(this.memory.parts).pieces()) piece.fill(0);
    }
    this.barrier = new SyncBarrier(plan.channels, plan.blocks === undefined);
    this.received = new Promise((resolve, reject) => {
      this.resolveReceived = resolve;
      this.reject = reject;
    });
    this.listening = new Promise((resolve) => {
      this.resolveListening = resolve;
    });
    this.reading = new Promise((resolve) => {
      this.resolveReading = resolve;
    });
    const threads = connections(plan);
    this.late = refusesMore(plan) ? listening[threads] : undefined;
    this.spare = listening.slice(threads + (this.late === undefined ? 0 : 1));
    this.threads = listening.slice(0, threads).map((number) => this.startThread(number));
  }

  setParticipants(channels: number): void {
    this.attempt(() => this.barrier.setParticipants(channels));
  }

  /** What came so far, of the channels that have connected. */
  async count(): Promise<readonly ChannelCounts[]> {
    const channels = [...this.lines].filter((entry): entry is [number, Worker] => entry[0] !== 'main');
    const asked = channels.map(([channel, thread]) => {
      const ended = this.counts.get(channel);
      if (ended) return ended;
      tell(thread, { kind: 'count' });
      return new Promise<ChannelCounts>((resolve) => this.counting.set(channel, resolve));
    });
    return inOrder(await Promise.all(asked));
  }

  /** Tells a sender that wants to know how it ended. Resolves when it has heard, or has had time to. */
  async answer(text: string): Promise<void> {
    if (this.announcement === undefined) return;
    let left = this.threads.length;
    await new Promise<void>((resolve) => {
      this.answered = () => {
        if (--left === 0) resolve();
      };
      setTimeout(resolve, ANSWER_MS);
      for (const thread of this.threads) tell(thread, { kind: 'answer', text });
    });
  }

  private startThread(listening: number): Worker {
    const workerData: LineStart = { plan: this.plan, listening, arrivals: this.arrivals };
    const thread = new Worker(new URL('./line-thread.js', import.meta.url), { workerData });
    let line: Line = -1;
    thread.on('message', (message: FromLine) => {
      if (message.kind === 'hello') line = message.line;
      this.attempt(() => this.hear(thread, line, message));
    });
    thread.on('error', (error) => this.fail(failureOf(error)));
    thread.on('exit', (code) => this.fail({ reason: `a connection's thread ended with code ${code}` }));
    return thread;
  }

  private hear(thread: Worker, line: Line, message: FromLine): void {
    if (message.kind === 'listening') {
      if (++this.listeners === this.threads.length) this.resolveListening();
    } else if (message.kind === 'connected') this.connected();
    else if (message.kind === 'stranger') this.stranger(thread);
    else if (message.kind === 'announced') this.announcement ??= message.announcement;
    else if (message.kind === 'answered') this.answered();
    else if (message.kind === 'hello') this.hello(thread, line, message.threadId);
    else if (message.kind === 'blocks') this.blocks(message.blocks);
    else if (message.kind === 'sync') this.sync(line, message.pages);
    else if (message.kind === 'counted') this.counting.get(line)?.(message.counts);
    else if (message.kind === 'end') this.channelEnded(message);
    else if (message.kind === 'main-end') this.mainEnded(message.counts);
    else this.fail(message.failure);
  }

  private connected(): void {
    if (this.start) return;
    this.start = { atMs: performance.now(), cpu: process.cpuUsage() };
    const { connectMs, channels, blocks } = this.plan;
    if (connectMs === 0) return;
    this.connecting = setTimeout(() => {
      const missing = Array.from({ length: channels }, (_, id) => id).filter((id) => !this.lines.has(id));
      const main = blocks === undefined && !this.lines.has('main');
      const reason = missingText(missing, main, connectMs);
      this.fail({ ...(missing.length > 0 ? { channel: missing[0]! } : {}), reason });
    }, connectMs);
  }

  private stranger(thread: Worker): void {
    const number = this.spare.pop();
    if (number !== undefined) tell(thread, { kind: 'again', listening: number });
    else this.fail({ reason: `new connection: more than ${MOST_STRANGERS} came without the token` });
  }

  private hello(thread: Worker, line: Line, threadId: number): void {
    if (this.lines.has(line)) {
      if (line === 'main') throw new WireError({ channel: undefined }, 'magic', 'one main stream', 'another');
      throw new WireError({ channel: line }, 'id', 'each channel once', `channel ${line} twice`);
    }
    this.lines.set(line, thread);
    if (this.lines.size === this.threads.length) this.allConnected();
    const cpus = allowedCpus();
    const place = line === 'main' ? 0 : line + 2;
    if (this.plan.pinned) void pin(threadId, cpus[place % cpus.length]!, cpus).then(() => this.begin(thread));
    else this.begin(thread);
  }

  private begin(thread: Worker): void {
    if (!this.memory) {
      this.early.push(thread);
      return;
    }
    tell(thread, { kind: 'begin', memory: this.memory });
    if (++this.readers === this.threads.length) this.resolveReading();
  }

  private allConnected(): void {
    clearTimeout(this.connecting);
    if (this.late === undefined) return;
    const { channels, blocks } = this.plan;
    const expected = `${blocks ? '' : 'a main stream and '}${channels} channels`;
    // Whoever has more channels than are expected would lose what it sends on the others.
    refuseConnections(this.late, () => {
      this.fail({ reason: `new connection: expected ${expected}, got one more` });
    });
  }

  /** The main stream has said what RAM comes. */
  private blocks(blocks: readonly StreamBlock[]): void {
    this.memory = allocateMemory(this.plan, blocks);
    for (const thread of this.early.splice(0)) this.begin(thread);
  }

  private sync(line: Line, pages: number): void {
    this.pages.set(line, pages);
    if (this.plan.ignoreSync) return;
    const released = this.barrier.reach(line);
    if (released.length === 0) return;
    this.syncedAt = performance.timeOrigin + performance.now();
    this.endRound();
    for (const each of released) tell(this.lines.get(each)!, { kind: 'proceed' });
  }

  /** An epoch is over: it was a round if pages came in it. */
  private endRound(): void {
    const pages = [...this.pages.values()].reduce((sum, each) => sum + each, 0);
    if (pages > this.roundPages) this.rounds++;
    this.roundPages = pages;
  }

  private channelEnded({ counts, numbers }: FromLine & { kind: 'end' }): void {
    const { channel, pages, zeroPages } = counts;
    this.numbers.push(numbers);
    this.counts.set(channel, counts);
    this.pages.set(channel, pages + zeroPages);
    this.counting.get(channel)?.(counts);
    this.ended(channel);
  }

  private mainEnded(counts: MainCounts): void {
    this.main = counts;
    this.ended('main');
  }

  private ended(line: Line): void {
    if (!this.plan.ignoreSync) this.barrier.end(line);
    if (this.numbers.length + (this.main ? 1 : 0) < this.threads.length) return;
    const gap = this.plan.numbersDense ? findNumberGap(this.numbers) : undefined;
    if (gap !== undefined) throw new ReceiverError({ reason: gap, field: 'packet_num' });
    this.endRound();
    const cpu = process.cpuUsage(this.start!.cpu);
    const { parts, marks } = this.memory!;
    const ram = new Ram(parts);
    this.resolveReceived({
      channels: inOrder([...this.counts.values()]),
      rounds: this.rounds,
      ...(this.main ? { main: this.main } : {}),
      ...(this.announcement ? { announcement: this.announcement } : {}),
      ram,
      marks: new PageMarks(marks, ram, this.plan.pageSize),
      durationMs: performance.now() - this.start!.atMs,
      ...this.transferred(),
      cpuMicros: cpu.user + cpu.system,
    });
  }

  /** From the first byte of a packet to the last SYNC of all channels: what a sender does around it does not count. */
  private transferred(): { transferMs?: number } {
    // Owned: the threads have said that their lines ended.
    const first = new Float64Array(this.arrivals)[FIRST_PACKET_AT]!;
    return first > 0 && this.syncedAt > first ? { transferMs: this.syncedAt - first } : {};
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

function tell(thread: Worker, message: ToLine): void {
  thread.postMessage(message);
}
