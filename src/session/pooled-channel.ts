// A channel on a thread that a design brought along: `serve` does one task after the other, as a sender's thread would.
import type { SharedMemory } from '../memory/shared-memory.js';
import { collectGarbage } from '../os/collect-garbage.js';
import { type ThreadTimes, threadId, threadTimes, timesSince } from '../os/thread-times.js';
import { Ram, type RamParts } from '../ram/ram.js';
import type { BatchStamps } from '../sender/batch-stamps.js';
import type { ChannelWork } from '../sender/channel-work.js';
import { performTimed } from '../sender/loops.js';
import type { SendRequest, Variant } from '../sender/variant.js';
import type { LineParts } from '../transport/lines.js';
import { type Cell, isTimed } from './cell.js';
import { Control } from './control.js';
import type { ThreadReport, VariantSource } from './messages.js';
import { openChannel } from './sender-side.js';

/** The first task of a cell. */
export interface OpenTask {
  readonly channel: number;
  readonly cell: Cell;
  readonly variant: VariantSource;
  readonly memory: SharedMemory;
  readonly ram: RamParts;
  readonly lines: LineParts | undefined;
}

/** The last task of a cell. */
export const CLOSE = 'close';
export type PoolTask = OpenTask | SendRequest | typeof CLOSE;

interface OpenCell {
  readonly work: ChannelWork;
  readonly stamps: BatchStamps | undefined;
  readonly start: ThreadTimes;
}

let open: OpenCell | undefined;
/** Nothing is written after a write that failed, though its task may have followed at once. */
let failure: { readonly cause: unknown } | undefined;

/** Returns the thread's id for the first task, nothing for requests, and a ThreadReport for the last. Throws what a write threw. */
export async function serve(task: PoolTask): Promise<number | ThreadReport | undefined> {
  if (typeof task === 'object') {
    open = await openCell(task);
    failure = undefined;
    return threadId();
  }
  if (!open) throw new Error(`no cell is open for task ${task}`);
  return task === CLOSE ? close(open) : perform(open, task);
}

async function openCell({ channel, cell, variant: source, memory, ram, lines }: OpenTask): Promise<OpenCell> {
  const variant = ((await import(source.module)) as Record<string, Variant>)[source.export]!;
  const control = new Control(memory, cell, variant);
  const work = openChannel(cell, control, new Ram(ram), channel, lines);
  control.channelOpened();
  return { work, stamps: isTimed(cell) ? control.stamps() : undefined, start: threadTimes() };
}

function perform({ work, stamps }: OpenCell, request: SendRequest): undefined {
  if (failure) throw failure.cause;
  try {
    if (stamps) performTimed(work, request, stamps);
    else work.perform(request);
  } catch (cause) {
    failure = { cause };
    throw cause;
  }
}

function close({ work, start }: OpenCell): ThreadReport {
  open = undefined;
  work.writer.close();
  collectGarbage();
  return {
    times: timesSince(start),
    counters: { parks: 0, notifiesSent: 0, notifiesWoken: 0, lockSlowPaths: 0 },
    tallies: [{ channel: work.channel, tally: work.tally.sum() }],
  };
}
