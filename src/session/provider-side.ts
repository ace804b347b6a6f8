// The provider's side of a cell on its thread: the queue of pages, the workload, and channels that have no thread.

import { invariant } from '../memory/invariant.js';
import type { Ram } from '../ram/ram.js';
import type { BatchStamps } from '../sender/batch-stamps.js';
import type { ChannelWork } from '../sender/channel-work.js';
import { HandOffClock, Moments } from '../sender/hand-off-clock.js';
import { performTimed, runAsTask, runAsTaskTimed } from '../sender/loops.js';
import { LaterPageQueue, PageQueue } from '../sender/page-queue.js';
import { timedPlace, timeLaterProvider, timeProvider } from '../sender/timed-provider.js';
import type { Place, Provider, SendRequest, Variant } from '../sender/variant.js';
import type { Beside } from '../transport/beside.js';
import { transports } from '../transport/index.js';
import type { LineParts } from '../transport/lines.js';
import { MainLine } from '../transport/main-line.js';
import { MappedRamStream } from '../transport/mapped-ram-stream.js';
import { sampleOf } from '../transport/memory.js';
import { syncsAmong, timeWaits } from '../workloads/device-state.js';
import { elapsedWith } from '../workloads/elapsed.js';
import { workloads } from '../workloads/index.js';
import { PageCursor } from '../workloads/page-cursor.js';
import type { DeviceState } from '../workloads/run.js';
import type { Slice } from '../workloads/slice.js';
import { workFor, workingProvider } from './calibrated-work.js';
import { type Cell, chunkPages, DEVICE_DEFAULTS, isTimed, shapeOf } from './cell.js';
import type { Control } from './control.js';
import type { OwnThreads } from './own-threads.js';
import { isCrowded } from './placement.js';
import { amongRequesters } from './requesters.js';
import { type Failed, type Left, openChannel } from './sender-side.js';

export interface ProviderParts {
  readonly cell: Cell;
  readonly variant: Variant;
  readonly control: Control;
  readonly place: Place;
  readonly ram: Ram;
  readonly requester: number;
  /** Where in the RAM it begins, from 0 to 1. */
  readonly begins: number;
  readonly lines: LineParts | undefined;
}

export class ProviderSide {
  private readonly cell: Cell;
  private readonly control: Control;
  private readonly ram: Ram;
  private readonly variant: Variant;
  private readonly place: Place;
  private readonly requester: number;
  /** Channels that this thread writes itself: all of an inline or task design, else none. */
  private readonly works: readonly ChannelWork[];
  private readonly queue: PageQueue | LaterPageQueue;
  /** In a timed cell only. */
  private readonly stamps: BatchStamps | undefined;
  private readonly slices: (amount: number) => Slice | undefined | Promise<Slice | undefined>;
  private readonly turns: (amount: number) => Slice | undefined | Promise<Slice | undefined>;
  private readonly cursorBegins: number;
  private failed: Failed = () => {};

  constructor({ cell, variant, control, place, ram, requester, begins, lines }: ProviderParts) {
    const { channels, pagesPerBatch } = cell;
    this.cursorBegins = begins;
    this.cell = cell;
    this.control = control;
    this.ram = ram;
    this.variant = variant;
    this.place = place;
    this.requester = requester;
    const writesHere = variant.sender.waits === 'never' || 'on' in variant.sender;
    this.works = Array.from({ length: writesHere ? channels : 0 }, (_, channel) =>
      openChannel(cell, control, ram, channel, lines),
    );
    const workload = workloads[cell.workload]!;
    const { pageSize } = cell;
    const awaitHolds = (jobs: number) => control.dosing.awaitHolds(channels, jobs, () => control.exiting);
    const main = besideOf(cell, ram, lines);
    const moments = new Moments();
    this.stamps = isTimed(cell) ? control.stamps() : undefined;
    const clock = this.stamps && this.openClock(this.stamps, moments, requester);
    const opened = clock ? timedPlace(place, moments, variant.provider.waits) : place;
    const common = {
      ...{ channels, pagesPerBatch, pageSize, ram, main, clock, awaitHolds },
      cursor: new PageCursor(ram, pageSize, begins),
      inFlight: channels * cell.depth,
      elapsed: elapsedWith(cell.stretch),
      device: cell.workload === 'device-state' ? deviceOf(cell, control, requester) : undefined,
      idleSync: cell.syncLoad === 'idle',
      syncTimes: () => control.syncTimes(channels),
    };
    if (variant.provider.waits === 'blocks') {
      const own = this.withWork(variant.provider.open(opened, requester));
      const waited = common.device ? this.withWaits(own) : own;
      const alone = clock ? timeProvider(own, clock, this.cpusAreShort()) : waited;
      const jobs = () => this.queue.jobs;
      const provider = cell.requesters > 1 ? amongRequesters(alone, control, requester, jobs) : alone;
      const queue = new PageQueue(provider, control.batches, requester);
      this.queue = queue;
      const run = { ...common, provider, queue };
      this.slices = (amount) => workload.blocking(run, amount);
      this.turns = (amount) => (workload.turn ?? workload).blocking(run, amount);
    } else {
      const own = this.withWork(variant.provider.open(opened, requester));
      const provider = clock ? timeLaterProvider(own, clock) : own;
      const queue = new LaterPageQueue(provider, control.batches, requester);
      this.queue = queue;
      const run = { ...common, provider, queue };
      this.slices = (amount) => workload.onEventLoop(run, amount);
      this.turns = (amount) => (workload.turn ?? workload).onEventLoop(run, amount);
    }
  }

  perform(channel: number, request: SendRequest): void {
    if (this.stamps) performTimed(this.works[channel]!, request, this.stamps);
    else this.works[channel]!.perform(request);
  }

  private openClock(stamps: BatchStamps, moments: Moments, requester: number): HandOffClock {
    const { cell, control, variant } = this;
    return new HandOffClock({
      batches: variant.batches(shapeOf(cell)),
      stamps,
      histograms: control.histograms(requester),
      moments,
      sendersAreTasks: 'on' in variant.sender,
      stretch: cell.stretch,
      intervalNs: cell.offeredPerSecond === undefined ? undefined : 1e9 / cell.offeredPerSecond,
    });
  }

  private withWork<P extends Provider | Provider<'event-loop'>>(provider: P): P {
    const { providerWorkNs } = this.cell;
    return providerWorkNs ? workingProvider(provider, workFor(providerWorkNs)) : provider;
  }

  private withWaits(provider: Provider): Provider {
    const { ramWait, deviceWait } = this.control.histograms(this.requester);
    return timeWaits(provider, this.requester === 0 ? ramWait : deviceWait);
  }

  /** True where a provider that looks at the clock all the time would take a sender's CPU. */
  private cpusAreShort(): boolean {
    const ownThreads = this.works.length === 0;
    return ownThreads && isCrowded(this.cell);
  }

  /** Serves task channels, if there are any, and reports when the run ends. */
  async run(failed: Failed, left: Left, ownThreads?: OwnThreads): Promise<void> {
    const { sender } = this.variant;
    this.failed = failed;
    const ended = new Promise<void>((resolve) => this.place.onExit(resolve));
    const tasks =
      'on' in sender
        ? this.works.map((work) => {
            const opened = sender.open(this.place, work.channel);
            const running = this.stamps ? runAsTaskTimed(opened, work, this.stamps) : runAsTask(opened, work);
            return running.catch(failed);
          })
        : [];
    await ended;
    await Promise.all(tasks);
    const own = await ownThreads?.close();
    for (const { writer } of this.works) writer.close();
    const { jobs, pages } = this.queue;
    const tallies = this.works.map(({ channel, tally }) => ({ channel, tally: tally.sum() }));
    const handed = { jobs, pages, checksum: this.expectedChecksum(pages) };
    left({ tallies, handed, ...(own && { ownThreads: own }) });
  }

  /** Runs one slice; undefined when it failed, which has been said by then. */
  async slice(number: number, amount: number): Promise<Slice | undefined> {
    return this.checked(number, amount, this.slices);
  }

  /** Runs one turn, among those of other cells. A provider that blocks has its result at once. */
  turn(number: number, amount: number): Slice | undefined | Promise<Slice | undefined> {
    return this.checked(number, amount, this.turns);
  }

  private checked(
    number: number,
    amount: number,
    run: (amount: number) => Slice | undefined | Promise<Slice | undefined>,
  ): Slice | undefined | Promise<Slice | undefined> {
    try {
      const { rest } = this.control;
      const { workload } = this.cell;
      const syncs = workload === 'sync' ? amount : workload === 'device-state' ? syncsAmong(amount) : 1;
      if (rest && this.requester === 0 && !rest.end(syncs)) return undefined;
      if (!this.control.passGate(number)) return undefined;
      const slice = run(amount);
      if (!(slice instanceof Promise)) return this.synced(slice);
      return slice.then(
        (late) => this.synced(late),
        (cause) => this.failed(cause) as undefined,
      );
    } catch (cause) {
      this.failed(cause);
      return undefined;
    }
  }

  /** A failed write may end the sync as if it were complete (upstream does so): the thread that failed has said it. */
  private synced(slice: Slice | undefined): Slice | undefined {
    if (!slice || this.control.exiting) return undefined;
    this.checkSync();
    return slice;
  }

  /** The first requester's: it asked for the sync, and knows what all had handed over. */
  private checkSync(): void {
    if (this.requester > 0) return;
    const jobs = this.queue.jobs + this.control.jobsOfOthers;
    const sent = this.control.jobsAtSync(this.cell.channels);
    invariant(sent === jobs, `I5: ${jobs} jobs handed over before the sync, ${sent} sent when it was over`);
  }

  /** What the pages that were queued add up to: the same order gone through again, outside the timed region. */
  private expectedChecksum(pages: number): number {
    if (!transports[this.cell.transport]!.movesBytes) return 0;
    const cursor = new PageCursor(this.ram, this.cell.pageSize, this.cursorBegins);
    let checksum = 0;
    for (let page = 0; page < pages; page++) {
      const next = cursor.next();
      checksum = (checksum + sampleOf(this.ram, cursor.block, next, this.cell.pageSize)) | 0;
    }
    return checksum;
  }
}

function deviceOf(cell: Cell, control: Control, requester: number): DeviceState {
  const { burstChunks = DEVICE_DEFAULTS.burstChunks, pauseNs = DEVICE_DEFAULTS.pauseNs } = cell;
  const { burstSyncs: bursts } = control;
  return { requester, bursts, burstChunks, chunkPages: chunkPages(cell), pauseMs: pauseNs / 1e6 };
}

/** What goes beside the channels of a transfer that has such. Throws where the lines were opened without it. */
function besideOf(cell: Cell, ram: Ram, lines: LineParts | undefined): Beside | undefined {
  const { mainStream: version, pageSize, zeroPages, workload } = cell;
  if (lines?.bitmap && lines.main && workload === 'transfer') {
    const { descriptor } = lines.main;
    return new MappedRamStream({
      descriptor,
      bitmap: lines.bitmap,
      ram,
      pageSize,
      findZeroPages: zeroPages === 'legacy',
    });
  }
  if (version === undefined) return undefined;
  if (!lines?.main) throw new Error(`main stream of ${version}: its line was not opened`);
  return new MainLine({ version, line: lines.main, ram, pageSize, findZeroPages: zeroPages === 'legacy' });
}
