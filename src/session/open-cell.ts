// A cell that stands open on its threads: opened, run slice by slice or by turns with others, closed and checked.
import { MessageChannel } from 'node:worker_threads';
import type { SharedMemory } from '../memory/shared-memory.js';
import { collectGarbage } from '../os/collect-garbage.js';
import { addTimes } from '../os/thread-times.js';
import { perChannel, type Variant } from '../sender/variant.js';
import type { Lender } from '../transport/lines.js';
import type { Slice } from '../workloads/slice.js';
import { addAccesses } from './access-counter.js';
import { type Cell, CellFailure, keepsHistograms, shapeOf, type VisitReport } from './cell.js';
import { checkVisit } from './check.js';
import type { Control } from './control.js';
import type { ThreadReport, VariantSource } from './messages.js';
import type { ThreadInCell } from './thread-handle.js';

export interface OpenCellParts {
  /** Numbers the cells of a fleet. */
  readonly visit: number;
  /** Its place among the cells that are open side by side. */
  readonly lane: number;
  readonly cell: Cell;
  readonly variant: Variant;
  readonly source: VariantSource;
  readonly memory: SharedMemory;
  readonly control: Control;
  readonly begins: number;
  readonly providers: readonly ThreadInCell[];
  readonly senders: readonly ThreadInCell[];
  readonly pinned: boolean;
  readonly lines: Lender | undefined;
  readonly watchdogMs: number;
  readonly stallMs: number;
}

export class OpenCell {
  readonly cell: Cell;
  readonly visit: number;
  readonly lane: number;
  readonly control: Control;
  readonly providers: readonly ThreadInCell[];
  /** Slices and turns so far. */
  slices = 0;
  /** The first failure of any thread. */
  failure: string | undefined;
  private readonly parts: OpenCellParts;
  private readonly threads: readonly ThreadInCell[];
  private readonly failed: Promise<void>;
  private fail: (reason: string) => void = () => {};

  constructor(parts: OpenCellParts) {
    this.parts = parts;
    this.cell = parts.cell;
    this.visit = parts.visit;
    this.lane = parts.lane;
    this.control = parts.control;
    this.providers = parts.providers;
    this.threads = [...parts.providers, ...parts.senders];
    this.failed = this.watchForFailure();
  }

  /** Resolves when all threads have opened it. Rejects with CellFailure. */
  async open(): Promise<void> {
    const { visit, cell, variant, source, memory, begins, providers, senders, lines, stallMs } = this.parts;
    const parts = lines?.hold(cell.channels, stallMs, (line) =>
      this.fail(`${line}: its peer has taken nothing for ${stallMs} ms`),
    );
    const pairs = perChannel(shapeOf(cell), () => (variant.family === 'message' ? new MessageChannel() : undefined));
    const message = { kind: 'open', visit, cell, variant: source, memory, begins, lines: parts } as const;
    for (const [index, { thread }] of senders.entries()) {
      const port = pairs[index]?.port2;
      thread.post({ ...message, index, ports: port ? [port] : [] }, port ? [port] : []);
    }
    for (const [index, { thread }] of providers.entries()) {
      const ports = pairs.flatMap((pair) => (pair ? [pair.port1] : []));
      thread.post({ ...message, index, ports }, ports);
    }
    const opened = Promise.all(this.threads.map((thread) => thread.opened));
    await watched([this], opened, 'opening', this.parts.watchdogMs);
    this.throwFailure();
  }

  /** Changes while anything gets on: a shared word, or a write that lasts. */
  fingerprint(): string {
    return `${this.control.fingerprint()}/${this.parts.lines?.moves ?? 0}`;
  }

  /** Runs one slice: `amount` jobs, or syncs. Rejects with CellFailure; the fleet is then spent. */
  async slice(amount: number): Promise<Slice> {
    const { visit, cell } = this;
    const { watchdogMs, senders } = this.parts;
    const number = ++this.slices;
    // Without a hand-off nobody provides: the senders' own loops are what is timed.
    const drivers = cell.workload === 'ceiling' ? senders : this.providers;
    const sliced = drivers.map((thread) => thread.sliced());
    for (const { thread } of drivers) thread.post({ kind: 'slice', visit, number, amount });
    const slices = await watched([this], Promise.all(sliced), `slice ${number}`, watchdogMs);
    // A provider that came back empty-handed may be heard before the thread that failed.
    if (slices.includes(undefined)) await this.untilFailed(`ending slice ${number}`);
    this.throwFailure();
    return this.withLatencies(joinSlices(slices as Slice[]));
  }

  /** Ends the cell and checks what its threads counted. Rejects with CellFailure. */
  async close(): Promise<VisitReport> {
    const left = this.threads.map((thread) => thread.left);
    this.control.exit(true);
    for (const { thread } of this.threads) thread.post({ kind: 'close', visit: this.visit });
    // All of them, also when one has died: the lines are released when nobody can write to them any more.
    const reports = await watched([this], Promise.allSettled(left), 'closing', this.parts.watchdogMs);
    for (const { thread } of this.threads) thread.leave(this.visit);
    this.parts.lines?.release();
    collectGarbage();
    this.throwFailure();
    return this.report(
      reports.map((report) => {
        if (report.status === 'rejected') throw report.reason;
        return report.value;
      }),
    );
  }

  /** Waits until the thread that failed has said why. */
  async untilFailed(doing: string): Promise<void> {
    await watched([this], this.failed, doing, this.parts.watchdogMs);
  }

  throwFailure(): void {
    if (this.failure !== undefined) throw new CellFailure(this.failure, [], this.lane);
  }

  /** With what a timed cell has recorded since the last call. */
  withLatencies(slice: Slice): Slice {
    return keepsHistograms(this.cell) ? { ...slice, latencies: this.control.takeLatencies() } : slice;
  }

  private report(left: readonly ThreadReport[]): VisitReport {
    const { cell, slices, providers, threads } = this;
    const brought = left.flatMap(({ ownThreads }) => ownThreads ?? []);
    const reports = [...left, ...brought.flatMap((own) => own.reports)];
    const total = checkVisit(cell, slices, reports);
    const sum = (value: (report: ThreadReport) => number) => reports.reduce((all, report) => all + value(report), 0);
    const ofProviders = reports.slice(0, providers.length);
    const ofSenders = reports.slice(providers.length);
    const accesses = (side: readonly ThreadReport[]) => addAccesses(side.flatMap((each) => each.accesses ?? []));
    return {
      ...total,
      providerCpuNs: addTimes(ofProviders.map(({ times }) => times)).cpuNs,
      sendersCpuNs: addTimes(ofSenders.map(({ times }) => times)).cpuNs,
      threads: reports.map(({ times }, index) => ({ role: threads[index]?.thread.role ?? 'sender', ...times })),
      parks: sum(({ counters }) => counters.parks),
      notifiesSent: sum(({ counters }) => counters.notifiesSent),
      notifiesWoken: sum(({ counters }) => counters.notifiesWoken),
      lockSlowPaths: sum(({ counters }) => counters.lockSlowPaths),
      ...(cell.counting ? { accesses: { provider: accesses(ofProviders), senders: accesses(ofSenders) } } : {}),
      pinned: this.parts.pinned && brought.every(({ pinned }) => pinned),
    };
  }

  /** On the repaired error path the first failure sends every thread away, those on event loops too. */
  private watchForFailure(): Promise<void> {
    return new Promise((resolve) => {
      this.fail = (reason) => {
        this.failure ??= reason;
        resolve();
        if (this.cell.errorPath === 'upstream') return;
        // Whoever blocks in a write is freed by nothing else.
        this.parts.lines?.end();
        this.control.exit(true);
        for (const { thread } of this.threads) thread.post({ kind: 'close', visit: this.visit });
      };
      for (const thread of this.threads) thread.onFailure = () => this.fail(thread.failure!);
    });
  }
}

/** Waits for threads while any shared word of the cells changes; a standstill becomes a failure with a dump of the words. */
export async function watched<T>(
  cells: readonly OpenCell[],
  threads: Promise<T>,
  doing: string,
  watchdogMs: number,
  standing: () => OpenCell = () => cells[0]!,
): Promise<T> {
  const fingerprint = () => cells.map((cell) => cell.fingerprint()).join(' ');
  let seen = fingerprint();
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      const now = fingerprint();
      if (now !== seen) {
        seen = now;
        return;
      }
      const { failure, control, lane } = cells.find(({ failure }) => failure !== undefined) ?? standing();
      const after = failure === undefined ? '' : ` after "${failure}"`;
      const reason = `hang: no thread moved on while ${doing} for ${watchdogMs} ms${after}`;
      reject(new CellFailure(reason, control.dump(), lane));
    }, watchdogMs);
  });
  try {
    return await Promise.race([threads, hang]);
  } finally {
    clearInterval(timer);
  }
}

/**
 * Several threads worked side by side: their jobs add up, from the first one's start to the last one's end. Among bursts of
 * device state the slice is that of the RAM.
 */
export function joinSlices(slices: readonly Slice[]): Slice {
  const first = slices[0]!;
  if (slices.length === 1) return first;
  const sum = (value: (slice: Slice) => number) => slices.reduce((total, slice) => total + value(slice), 0);
  if (first.signalNs) return { ...first, chunks: sum(({ jobs }) => jobs) - first.jobs };
  const startedNs = Math.min(...slices.map((slice) => slice.startedNs));
  return {
    jobs: sum(({ jobs }) => jobs),
    pages: sum(({ pages }) => pages),
    durationNs: Math.max(...slices.map(({ startedNs, durationNs }) => startedNs + durationNs)) - startedNs,
    startedNs,
  };
}
