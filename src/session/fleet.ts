// A fleet: the provider and sender threads of one process, opened once and reused; cells may stand open side by side.
import type { WriteFault } from '../faults/fault.js';
import { hearFaults } from '../faults/told.js';
import { createSharedMemory, ensureBytes, type SharedMemory } from '../memory/shared-memory.js';
import { allowedCpus, pin } from '../os/cpus.js';
import { openRam } from '../ram/image.js';
import type { Ram, RamBlock } from '../ram/ram.js';
import type { Variant } from '../sender/variant.js';
import type { Lender } from '../transport/lines.js';
import type { Slice } from '../workloads/slice.js';
import { type Cell, CellFailure, type FleetPlan, type VisitReport } from './cell.js';
import { Control } from './control.js';
import type { VariantSource } from './messages.js';
import { joinSlices, OpenCell, watched } from './open-cell.js';
import { cpuFor } from './placement.js';
import { ThreadHandle } from './thread-handle.js';
import { ThreadPlace } from './thread-place.js';

const STALL_MS = 1500;

/** A turn of the cell that is open in a lane. */
export interface LaneTurn {
  readonly lane: number;
  /** Jobs, or syncs. */
  readonly amount: number;
}

export class Fleet {
  private readonly ram: Ram;
  private readonly cpus = allowedCpus();
  private readonly providers: ThreadHandle[];
  /** They serve any channel of any cell, one at a time; more are started when more are needed. */
  private readonly senders: ThreadHandle[];
  /** Control words, a memory for each lane. */
  private readonly memories: SharedMemory[] = [];
  /** Called with a fault that somebody else is to meet: the one who knows the receiver. */
  onFault: (fault: WriteFault) => void = () => {};
  private readonly watchdogMs: number;
  private readonly stallMs: number;
  private visits = 0;
  private runs = 0;
  /** By lane: a cell, and the senders that serve it. */
  private readonly lanes = new Map<number, { readonly open: OpenCell; readonly senders: readonly ThreadHandle[] }>();
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
   * them: who connected them closes them, after `close()` has resolved or rejected. In lanes of their own several cells
   * stand open side by side: each has its senders, words and batches, and they share the providers. `begins` is where in
   * the RAM this one's provider starts, from 0 to 1. Rejects with CellFailure.
   */
  async open(cell: Cell, source: VariantSource, lines?: Lender, lane = 0, begins = 0): Promise<void> {
    const other = this.lanes.get(lane)?.open.cell;
    if (other) throw new CellFailure(`opening ${cell.variant}: ${other.variant} is still open`);
    const variant = ((await import(source.module)) as Record<string, Variant>)[source.export]!;
    const [least, most] = variant.depth;
    if (cell.depth < least || cell.depth > most) {
      throw new CellFailure(
        `opening ${cell.variant}: depth ${cell.depth}; it holds ${least} to ${most} batches a channel`,
      );
    }
    await this.replaceDead();
    this.memories[lane] ??= createSharedMemory(1 << 20);
    const memory = this.memories[lane];
    ensureBytes(memory, Control.bytes(cell, variant));
    const control = new Control(memory, cell, variant);
    control.clear();
    variant.init?.(new ThreadPlace(cell, control, 'park', [], () => {}).place);
    const { sender } = variant;
    const ours = (sender.waits === 'blocks' || sender.waits === 'event-loop') && !('on' in sender);
    const visit = ++this.visits;
    const senders = ours ? await this.takeSenders(cell) : [];
    const providers = this.providers.slice(0, cell.requesters);
    const placed = await Promise.all([
      ...providers.map((thread, index) => this.pin(cell, thread, index)),
      ...senders.map((thread, channel) => this.pin(cell, thread, channel)),
    ]);
    const open = new OpenCell({
      ...{ visit, lane, cell, variant, source, memory, control, begins, lines },
      providers: providers.map((thread) => thread.join(visit)),
      senders: senders.map((thread, channel) => thread.join(visit, channel)),
      pinned: placed.every(Boolean),
      watchdogMs: this.watchdogMs,
      stallMs: this.stallMs,
    });
    this.lanes.set(lane, { open, senders });
    if (cell.faults !== undefined) {
      this.stopHearing = hearFaults((fault) => {
        if (fault.kind === 'kill-provider') void this.providers[0]!.terminate();
        else this.onFault(fault);
      });
    }
    await open.open();
  }

  /** Runs one slice of an open cell: `amount` jobs, or syncs. Rejects with CellFailure; the fleet is then spent. */
  async slice(amount: number, lane = 0): Promise<Slice> {
    return this.cellIn(lane).slice(amount);
  }

  /**
   * Cells that are open side by side take turns, one after the other on the providers' threads, which hear nothing in
   * between. Resolves with the turns in order. Latencies of timed cells add up until `latencies` takes them. Rejects with
   * CellFailure, whose lane is the one that failed; the fleet is then spent.
   */
  async turns(order: readonly LaneTurn[]): Promise<readonly Slice[]> {
    const run = ++this.runs;
    const turns = order.map(({ lane, amount }) => {
      const open = this.cellIn(lane);
      return { open, message: { visit: open.visit, number: ++open.slices, amount } };
    });
    const cells = [...new Set(turns.map(({ open }) => open))];
    const { providers } = cells[0]!;
    const turned = providers.map(({ thread }) => thread.turned(run));
    for (const { thread } of providers) {
      thread.post({ kind: 'turns', run, turns: turns.map(({ message }) => message) });
    }
    const begun = () => turns.findLast(({ open, message }) => open.control.hasBegun(message.number));
    const standing = () => begun()?.open ?? cells[0]!;
    const lists = await watched(cells, Promise.all(turned), 'taking turns', this.watchdogMs, standing);
    const done = Math.min(...lists.map((slices) => slices.filter(Boolean).length));
    // A provider that came back empty-handed may be heard before the thread that failed.
    if (done < order.length) await turns[done]!.open.untilFailed('ending a turn');
    for (const open of cells) open.throwFailure();
    return order.map((_, at) => joinSlices(lists.map((slices) => slices[at]!)));
  }

  /** What a timed cell has recorded since the last call. */
  latencies(lane = 0): Slice['latencies'] {
    return this.cellIn(lane).control.takeLatencies();
  }

  /** Ends an open cell and checks what its threads counted. Rejects with CellFailure. */
  async close(lane = 0): Promise<VisitReport> {
    const open = this.cellIn(lane);
    try {
      return await open.close();
    } finally {
      this.lanes.delete(lane);
      this.stopHearing();
    }
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
    return this.lanes.get(0)?.open.control.packets ?? 0;
  }

  /** Ends all threads; what blocks in a system call ends with the process. */
  async terminate(): Promise<void> {
    for (const { open } of this.lanes.values()) open.control.exit(true);
    this.stopHearing();
    await Promise.all([...this.providers, ...this.senders].map((thread) => thread.terminate()));
  }

  private cellIn(lane: number): OpenCell {
    const entry = this.lanes.get(lane);
    if (!entry) throw new CellFailure('no cell is open', [], lane);
    return entry.open;
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

  /** A free sender for each channel: rather one that runs where the channel is to run. */
  private async takeSenders(cell: Cell): Promise<ThreadHandle[]> {
    const taken = new Set([...this.lanes.values()].flatMap(({ senders }) => senders));
    return Promise.all(
      Array.from({ length: cell.channels }, async (_, channel) => {
        const cpu = `${cpuFor(cell.place, 'sender', channel, this.cpus)}`;
        const free = this.senders.filter((thread) => !taken.has(thread));
        const thread = free.find((each) => each.cpu === cpu) ?? free.find((each) => each.cpu === undefined) ?? free[0];
        const chosen = thread ?? this.startThread('sender', this.senders.length);
        if (!thread) this.senders.push(chosen);
        taken.add(chosen);
        await chosen.started;
        return chosen;
      }),
    );
  }

  private async pin(cell: Cell, thread: ThreadHandle, index: number): Promise<boolean> {
    const cpu = cpuFor(cell.place, thread.role, index, this.cpus);
    if (thread.cpu !== `${cpu}` && (await pin(await thread.started, cpu, this.cpus))) thread.cpu = `${cpu}`;
    return thread.cpu === `${cpu}` && cpu !== undefined;
  }
}
