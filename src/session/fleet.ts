// A fleet: the provider and sender threads of one process, opened once and reused for every cell of a round.

import { MessageChannel } from 'node:worker_threads';
import type { WriteFault } from '../faults/fault.js';
import { hearFaults } from '../faults/told.js';
import { createSharedMemory, ensureBytes } from '../memory/shared-memory.js';
import { collectGarbage } from '../os/collect-garbage.js';
import { allowedCpus, pin } from '../os/cpus.js';
import { addTimes } from '../os/thread-times.js';
import { openRam } from '../ram/image.js';
import type { Ram, RamBlock } from '../ram/ram.js';
import { perChannel, type Variant } from '../sender/variant.js';
import type { Lender } from '../transport/lines.js';
import type { Slice } from '../workloads/slice.js';
import { addAccesses } from './access-counter.js';
import { type Cell, CellFailure, type FleetPlan, isTimed, shapeOf, type VisitReport } from './cell.js';
import { checkVisit } from './check.js';
import { Control } from './control.js';
import type { ThreadReport, VariantSource } from './messages.js';
import { cpuFor } from './placement.js';
import { ThreadHandle } from './thread-handle.js';
import { ThreadPlace } from './thread-place.js';

interface Visit {
  readonly number: number;
  readonly cell: Cell;
  readonly variant: Variant;
  readonly control: Control;
  readonly providers: readonly ThreadHandle[];
  readonly threads: readonly ThreadHandle[];
  readonly pinned: boolean;
  readonly lines: Lender | undefined;
  slices: number;
  /** The first failure of any thread, and when it is known. */
  failure: string | undefined;
  failed: Promise<void>;
  fail: (reason: string) => void;
}

const NO_FAILURE = { failure: undefined, failed: Promise.resolve(), fail: () => {} };
const STALL_MS = 1500;

export class Fleet {
  private readonly ram: Ram;
  private readonly memory = createSharedMemory(1 << 20);
  private readonly cpus = allowedCpus();
  private readonly providers: ThreadHandle[];
  private readonly senders: ThreadHandle[];
  /** Called with a fault that somebody else is to meet: the one who knows the receiver. */
  onFault: (fault: WriteFault) => void = () => {};
  private readonly watchdogMs: number;
  private readonly stallMs: number;
  private visits = 0;
  private visit: Visit | undefined;
  private stopHearing = () => {};

  private constructor(plan: FleetPlan) {
    this.ram = openRam(plan.ram);
    const start = (role: 'provider' | 'sender', count: number) =>
      Array.from({ length: count }, (_, index) => this.startThread(role, index));
    this.providers = start('provider', plan.requesters);
    this.senders = start('sender', plan.senders);
    this.watchdogMs = plan.watchdogMs;
    this.stallMs = plan.stallMs ?? STALL_MS;
  }

  /** Opens RAM and threads. */
  static async start(plan: FleetPlan): Promise<Fleet> {
    const fleet = new Fleet(plan);
    await Promise.all([...fleet.providers, ...fleet.senders].map((thread) => thread.started));
    return fleet;
  }

  /**
   * Opens a cell on the threads; its channels write to `lines`, for transports that have such. The cell only borrows
   * them: who connected them closes them, after `close()` has resolved or rejected. Rejects with CellFailure.
   */
  async open(cell: Cell, source: VariantSource, lines?: Lender): Promise<void> {
    if (this.visit) throw new CellFailure(`opening ${cell.variant}: ${this.visit.cell.variant} is still open`);
    const variant = ((await import(source.module)) as Record<string, Variant>)[source.export]!;
    const [least, most] = variant.depth;
    if (cell.depth < least || cell.depth > most) {
      throw new CellFailure(
        `opening ${cell.variant}: depth ${cell.depth}; it holds ${least} to ${most} batches a channel`,
      );
    }
    await this.replaceDead();
    ensureBytes(this.memory, Control.bytes(cell, variant));
    const control = new Control(this.memory, cell, variant);
    control.clear();
    variant.init?.(new ThreadPlace(cell, control, 'park', [], () => {}).place);
    const { sender } = variant;
    const ours = (sender.waits === 'blocks' || sender.waits === 'event-loop') && !('on' in sender);
    const providers = this.providers.slice(0, cell.requesters);
    const senders = ours ? this.senders.slice(0, cell.channels) : [];
    const threads = [...providers, ...senders];
    const pinned = await this.pin(cell, threads);
    const number = ++this.visits;
    const common = { number, cell, variant, control, providers, threads, pinned, lines };
    const visit: Visit = { ...common, slices: 0, ...NO_FAILURE };
    this.visit = visit;
    this.watchForFailure(visit);
    if (cell.faults !== undefined) {
      this.stopHearing = hearFaults((fault) => {
        if (fault.kind === 'kill-provider') void this.providers[0]!.terminate();
        else this.onFault(fault);
      });
    }
    const parts = lines?.hold(cell.channels, this.stallMs, (line) => this.stalled(visit, line));
    const pairs = perChannel(shapeOf(cell), () => (variant.family === 'message' ? new MessageChannel() : undefined));
    const message = { kind: 'open', visit: number, cell, variant: source, memory: this.memory, lines: parts } as const;
    const opened = threads.map((thread) => thread.opened(number));
    for (const [channel, sender] of senders.entries()) {
      const port = pairs[channel]?.port2;
      sender.post({ ...message, ports: port ? [port] : [] }, port ? [port] : []);
    }
    for (const provider of providers) {
      const ports = pairs.flatMap((pair) => (pair ? [pair.port1] : []));
      provider.post({ ...message, ports }, ports);
    }
    await this.watched(Promise.all(opened), 'opening');
    if (visit.failure !== undefined) throw new CellFailure(visit.failure);
  }

  /** Runs one slice of the open cell: `amount` jobs, or syncs. Rejects with CellFailure; the fleet is then spent. */
  async slice(amount: number): Promise<Slice> {
    const visit = this.visit!;
    const number = ++visit.slices;
    // Without a hand-off nobody provides: the senders' own loops are what is timed.
    const drivers = visit.cell.workload === 'ceiling' ? visit.threads.slice(visit.providers.length) : visit.providers;
    const sliced = drivers.map((thread) => thread.sliced(visit.number));
    for (const thread of drivers) thread.post({ kind: 'slice', visit: visit.number, number, amount });
    const slices = await this.watched(Promise.all(sliced), `slice ${number}`);
    // A provider that came back empty-handed may be heard before the thread that failed.
    if (slices.includes(undefined)) await this.watched(visit.failed, `ending slice ${number}`);
    if (visit.failure !== undefined) throw new CellFailure(visit.failure);
    const slice = slices.length === 1 ? slices[0]! : joinSlices(slices as Slice[]);
    return isTimed(visit.cell) ? { ...slice, latencies: visit.control.takeLatencies() } : slice;
  }

  /** Ends the open cell and checks what its threads counted. Rejects with CellFailure. */
  async close(): Promise<VisitReport> {
    const visit = this.visit!;
    const left = visit.threads.map((thread) => thread.left());
    visit.control.exit(true);
    for (const thread of visit.threads) thread.post({ kind: 'close', visit: visit.number });
    // All of them, also when one has died: the lines are released when nobody can write to them any more.
    const reports = await this.watched(Promise.allSettled(left), 'closing');
    this.visit = undefined;
    this.stopHearing();
    visit.lines?.release();
    collectGarbage();
    if (visit.failure !== undefined) throw new CellFailure(visit.failure);
    return this.report(
      visit,
      reports.map((report) => {
        if (report.status === 'rejected') throw report.reason;
        return report.value;
      }),
    );
  }

  /** What its RAM consists of. */
  get blocks(): readonly RamBlock[] {
    return this.ram.blocks;
  }

  /** SHA-256 of the first `bytes` bytes of the RAM as it is now. Between slices only: nobody may be writing to it. */
  digest(bytes = this.ram.bytes): string {
    return this.ram.digest(bytes);
  }

  /** Packets of the open cell so far, at any moment. */
  get packets(): number {
    return this.visit?.control.packets ?? 0;
  }

  /** Ends all threads; what blocks in a system call ends with the process. */
  async terminate(): Promise<void> {
    this.visit?.control.exit(true);
    this.stopHearing();
    await Promise.all([...this.providers, ...this.senders].map((thread) => thread.terminate()));
  }

  private report(visit: Visit, left: readonly ThreadReport[]): VisitReport {
    const brought = left.flatMap(({ ownThreads }) => ownThreads ?? []);
    const reports = [...left, ...brought.flatMap((own) => own.reports)];
    const total = checkVisit(visit.cell, visit.slices, reports);
    const sum = (value: (report: ThreadReport) => number) => reports.reduce((all, report) => all + value(report), 0);
    const ofProviders = reports.slice(0, visit.providers.length);
    const ofSenders = reports.slice(visit.providers.length);
    const accesses = (side: readonly ThreadReport[]) => addAccesses(side.flatMap((each) => each.accesses ?? []));
    return {
      ...total,
      providerCpuNs: addTimes(ofProviders.map(({ times }) => times)).cpuNs,
      sendersCpuNs: addTimes(ofSenders.map(({ times }) => times)).cpuNs,
      threads: reports.map(({ times }, index) => ({ role: visit.threads[index]?.role ?? 'sender', ...times })),
      parks: sum(({ counters }) => counters.parks),
      notifiesSent: sum(({ counters }) => counters.notifiesSent),
      notifiesWoken: sum(({ counters }) => counters.notifiesWoken),
      lockSlowPaths: sum(({ counters }) => counters.lockSlowPaths),
      ...(visit.cell.counting ? { accesses: { provider: accesses(ofProviders), senders: accesses(ofSenders) } } : {}),
      pinned: visit.pinned && brought.every(({ pinned }) => pinned),
    };
  }

  private startThread(role: 'provider' | 'sender', index: number): ThreadHandle {
    return new ThreadHandle({ role, index, ram: this.ram.share() });
  }

  /** Threads that died in an earlier cell. */
  private async replaceDead(): Promise<void> {
    for (const threads of [this.providers, this.senders]) {
      for (const [index, thread] of threads.entries()) {
        if (thread.dead) threads[index] = this.startThread(thread.role, thread.index);
      }
      await Promise.all(threads.map((thread) => thread.started));
    }
  }

  private async pin(cell: Cell, threads: readonly ThreadHandle[]): Promise<boolean> {
    const done = await Promise.all(
      threads.map(async (thread) => {
        const cpu = cpuFor(cell.place, thread.role, thread.index, this.cpus);
        if (thread.cpu !== `${cpu}` && (await pin(await thread.started, cpu, this.cpus))) thread.cpu = `${cpu}`;
        return thread.cpu === `${cpu}` && cpu !== undefined;
      }),
    );
    return done.every(Boolean);
  }

  /** On the repaired error path the first failure sends every thread away, those on event loops too. */
  private watchForFailure(visit: Visit): void {
    visit.failed = new Promise((resolve) => {
      visit.fail = (reason) => {
        visit.failure ??= reason;
        resolve();
        if (visit.cell.errorPath === 'upstream') return;
        // Whoever blocks in a write is freed by nothing else.
        visit.lines?.end();
        visit.control.exit(true);
        for (const each of visit.threads) each.post({ kind: 'close', visit: visit.number });
      };
      for (const thread of visit.threads) thread.onFailure = () => visit.fail(thread.failure!);
    });
  }

  private stalled(visit: Visit, line: string): void {
    visit.fail(`${line}: a write did not end within ${this.stallMs} ms: its peer takes nothing`);
  }

  /** Waits for threads while any shared word changes; a standstill becomes a failure with a dump of the words. */
  private async watched<T>(threads: Promise<T>, doing: string): Promise<T> {
    let seen = this.visit?.control.fingerprint();
    let timer: NodeJS.Timeout | undefined;
    const hang = new Promise<never>((_, reject) => {
      timer = setInterval(() => {
        const now = this.visit?.control.fingerprint();
        if (now !== undefined && now !== seen) {
          seen = now;
          return;
        }
        const cause = this.visit?.failure;
        const after = cause === undefined ? '' : ` after "${cause}"`;
        const reason = `hang: no thread moved on while ${doing} for ${this.watchdogMs} ms${after}`;
        reject(new CellFailure(reason, this.visit?.control.dump()));
      }, this.watchdogMs);
    });
    try {
      return await Promise.race([threads, hang]);
    } finally {
      clearInterval(timer);
    }
  }
}

/** Several threads worked side by side: their jobs add up, from the first one's start to the last one's end. */
function joinSlices(slices: readonly Slice[]): Slice {
  const sum = (value: (slice: Slice) => number) => slices.reduce((total, slice) => total + value(slice), 0);
  const startedNs = Math.min(...slices.map((slice) => slice.startedNs));
  return {
    jobs: sum(({ jobs }) => jobs),
    pages: sum(({ pages }) => pages),
    durationNs: Math.max(...slices.map(({ startedNs, durationNs }) => startedNs + durationNs)) - startedNs,
    startedNs,
  };
}
