// The sender's side of a cell on its thread: one channel, its writer and the loop that serves it.

import { ChannelFaults } from '../faults/channel-faults.js';
import { now } from '../os/clock.js';
import type { Ram } from '../ram/ram.js';
import { plainLoop } from '../sender/ceiling.js';
import { ChannelWork } from '../sender/channel-work.js';
import { runBlocking, runBlockingTimed, runOnEventLoop, runOnEventLoopTimed } from '../sender/loops.js';
import { Tally } from '../sender/tally.js';
import type { Place, Sender, SendRequest, Variant } from '../sender/variant.js';
import type { LineParts } from '../transport/lines.js';
import { writers } from '../transport/writers.js';
import type { Slice } from '../workloads/slice.js';
import { workFor, workingWriter } from './calibrated-work.js';
import { type Cell, chunkPages, isTimed, shapeOf } from './cell.js';
import type { Control } from './control.js';
import type { ThreadReport } from './messages.js';

/** Ends the run: whoever fails says why, and how upstream would have told the others. */
export type Failed = (cause: unknown, upstreamFail?: () => void) => void;
export type Left = (report: Omit<ThreadReport, 'times' | 'counters' | 'accesses'>) => void;

/** What a slow channel's write takes: its thread sleeps, as it does on a socket whose peer is slow. */
const SLOW_WRITE_MS = 1;
const asleep = new Int32Array(new SharedArrayBuffer(4));
const sleepASlowWrite = () => void Atomics.wait(asleep, 0, 0, SLOW_WRITE_MS);

/** Opens the writer and the counters of one channel. */
export function openChannel(
  cell: Cell,
  control: Control,
  ram: Ram,
  channel: number,
  lines: LineParts | undefined,
): ChannelWork {
  const tally = new Tally(channel, cell.requesters);
  const own = cell.faults?.filter((fault) => fault.channel === channel) ?? [];
  const faults = own.length > 0 ? new ChannelFaults(own, () => control.exiting) : undefined;
  const writer = writers[cell.transport]!({
    channel,
    pageSize: cell.pageSize,
    pagesPerBatch: cell.pagesPerBatch,
    ...(cell.workload === 'device-state' && { chunkPages: chunkPages(cell) }),
    ram,
    batches: control.batches,
    tally,
    codec: cell.codec,
    findZeroPages: cell.zeroPages === 'multifd',
    nextPacketNumber: control.nextPacketNumber,
    ...(faults && { write: faults.write }),
    ...(lines ? { line: { descriptor: lines.descriptors[channel]!, signs: lines.signs, bitmap: lines.bitmap } } : {}),
  });
  const worked = cell.senderWorkNs ? workingWriter(writer, workFor(cell.senderWorkNs)) : writer;
  const slow = cell.syncLoad === 'slow' && channel === 0 ? workingWriter(worked, sleepASlowWrite) : worked;
  const dosed = control.dosing.writer(faults?.wrap(slow) ?? slow, channel);
  const synced = cell.workload === 'sync';
  const publishJobs = (jobs: number) => {
    control.publishJobs(channel, jobs);
    if (synced) control.publishSyncTime(channel, now());
  };
  const { rest } = control;
  const resting = rest && ((syncs: number) => rest.until(syncs));
  return new ChannelWork(channel, control.batches, dosed, tally, publishJobs, resting);
}

export class SenderSide {
  private readonly cell: Cell;
  private readonly control: Control;
  private readonly ram: Ram;
  private readonly variant: Variant;
  private readonly place: Place;
  private readonly work: ChannelWork;
  /** Of plain loops, which hand over to themselves. */
  private readonly handed = { jobs: 0, pages: 0 };
  private failed: Failed = () => {};

  constructor(cell: Cell, control: Control, ram: Ram, variant: Variant, place: Place, work: ChannelWork) {
    this.cell = cell;
    this.control = control;
    this.ram = ram;
    this.variant = variant;
    this.place = place;
    this.work = work;
  }

  perform(_channel: number, request: SendRequest): void {
    this.work.perform(request);
  }

  /** Serves the channel until the run ends. */
  async run(failed: Failed, left: Left): Promise<void> {
    const { work, place } = this;
    this.failed = failed;
    const opens = this.variant.sender;
    const timed = isTimed(this.cell);
    let sender: Sender<'blocks' | 'event-loop'> | undefined;
    try {
      if (opens.waits === 'blocks') {
        const blocking = opens.open(place, work.channel);
        sender = blocking;
        if (timed) runBlockingTimed(blocking, work, this.control.stamps());
        else runBlocking(blocking, work);
      } else if (opens.waits === 'event-loop') {
        sender = opens.open(place, work.channel);
        if (timed) await runOnEventLoopTimed(sender, work, this.control.stamps());
        else await runOnEventLoop(sender, work);
      }
    } catch (cause) {
      failed(cause, sender?.fail && (() => sender?.fail?.()));
    }
    work.writer.close();
    left({ tallies: [{ channel: work.channel, tally: work.tally.sum() }], handed: { ...this.handed, checksum: 0 } });
  }

  /** The ceiling's slice: this channel's share of the RAM, `amount` times, without a hand-off. */
  slice(_number: number, amount: number): Slice | undefined {
    const { cell, control, ram, work, handed } = this;
    const { batches } = control;
    const before = { ...handed };
    const start = process.hrtime.bigint();
    try {
      for (let round = 0; round < amount; round++) {
        const common = { ram, batches, pageSize: cell.pageSize, shape: shapeOf(cell), work };
        const sent = plainLoop({ ...common, jobs: handed.jobs });
        handed.jobs += sent.jobs;
        handed.pages += sent.pages;
      }
    } catch (cause) {
      this.failed(cause);
      return undefined;
    }
    const durationNs = Number(process.hrtime.bigint() - start);
    return {
      jobs: handed.jobs - before.jobs,
      pages: handed.pages - before.pages,
      durationNs,
      startedNs: Number(start),
    };
  }
}
