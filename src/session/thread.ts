// A worker thread of a fleet: a provider or a sender. It opens a variant for each cell, runs it and reports.
import { parentPort, workerData } from 'node:worker_threads';
import { collectGarbage } from '../os/collect-garbage.js';
import { threadId } from '../os/thread-times.js';
import { Ram } from '../ram/ram.js';
import type { Variant } from '../sender/variant.js';
import type { Slice } from '../workloads/slice.js';
import { AccessCounter } from './access-counter.js';
import { Control } from './control.js';
import { delayAtomics, restoreAtomics } from './delays.js';
import type { FromThread, ThreadReport, ThreadStart, ToThread } from './messages.js';
import type { ProviderSide } from './provider-side.js';
import { type Left, openChannel, SenderSide } from './sender-side.js';
import { ThreadMeter } from './thread-meter.js';
import { ThreadPlace } from './thread-place.js';

const { role, ram: parts } = workerData as ThreadStart;
const ram = new Ram(parts);
const post = (message: FromThread) => parentPort!.postMessage(message);
/** Senders are many, and each module takes a thread a millisecond or more to load. */
const forProvider =
  role === 'provider' ? { ...(await import('./provider-side.js')), ...(await import('./own-threads.js')) } : undefined;

interface OpenCell {
  readonly side: ProviderSide | SenderSide;
  readonly close: () => void;
  /** Counts what the thread uses in a slice for this cell. */
  readonly meter: ThreadMeter;
}

/** By visit: on a provider's thread several may be open, which take turns. */
const open = new Map<number, OpenCell>();

parentPort!.on('message', (message: ToThread) => {
  if (message.kind === 'open') {
    openCell(message).catch((cause) => post({ kind: 'failed', visit: message.visit, reason: reasonOf(cause) }));
  } else if (message.kind === 'turns') void runTurns(message);
  else if (message.kind === 'close') open.get(message.visit)?.close();
  else void runSlice(message);
});
post({ kind: 'started', threadId: threadId() });

async function openCell(message: ToThread & { kind: 'open' }): Promise<void> {
  const { visit, cell, index, variant: source, memory, begins, ports, lines } = message;
  const loaded = ((await import(source.module)) as Record<string, Variant>)[source.export]!;
  const counter = cell.counting ? new AccessCounter() : undefined;
  const variant = counter ? counter.wrap(loaded) : loaded;
  const control = new Control(memory, cell, variant);
  if (counter) control.nextPacketNumber = counter.ignoring(control.nextPacketNumber);
  counter?.install();
  if (cell.delaySeed !== undefined) delayAtomics(cell.delaySeed + 1000 * (role === 'sender' ? index + 1 : 0));
  const failed = (cause: unknown, upstreamFail?: () => void) => {
    const upstream = cell.errorPath === 'upstream' && upstreamFail !== undefined;
    control.exit(!upstream);
    if (upstream) upstreamFail();
    place.leave();
    post({ kind: 'failed', visit, reason: reasonOf(cause) });
  };
  const wait = role === 'provider' ? cell.providerWait : cell.senderWait;
  const task = { cell, variant: source, memory, ram: parts, lines };
  const place = new ThreadPlace(cell, control, wait, ports, (channel, request) => side.perform(channel, request));
  const side = forProvider ? openProvider(forProvider) : openSender();
  // A sender works for its cell all the time; a provider may have others, and counts its slices.
  const meter = new ThreadMeter(role === 'sender');
  const left: Left = (rest) => {
    counter?.remove();
    restoreAtomics();
    open.delete(visit);
    for (const port of ports) port.close();
    const accesses = counter ? { accesses: counter.sum() } : {};
    const report: ThreadReport = { times: meter.sum(), counters: place.counters(), ...accesses, ...rest };
    post({ kind: 'left', visit, report });
    collectGarbage();
  };
  open.set(visit, { side, meter, close: () => place.leave() });
  const ownThreads = await forProvider?.OwnThreads.open(variant, place.place, task);
  meter.begin();
  post({ kind: 'opened', visit });
  await side.run(failed, left, ownThreads);

  function openProvider({ ProviderSide: Side }: NonNullable<typeof forProvider>): ProviderSide {
    return new Side({ cell, variant, control, place: place.place, ram, requester: index, begins, lines });
  }
  function openSender(): SenderSide {
    const work = openChannel(cell, control, ram, index, lines);
    return new SenderSide(cell, control, ram, variant, place.place, work);
  }
}

async function runSlice({ visit, number, amount }: ToThread & { kind: 'slice' }): Promise<void> {
  const cell = open.get(visit);
  if (!cell) return;
  cell.meter.resume();
  const slice = await cell.side.slice(number, amount);
  cell.meter.pause();
  post({ kind: 'sliced', visit, slice });
}

/** The turns of several cells: what they took is kept, and sent when all are over. */
async function runTurns({ run, turns }: ToThread & { kind: 'turns' }): Promise<void> {
  const slices = new Array<Slice | undefined>(turns.length);
  let done = 0;
  for (const { visit, number, amount } of turns) {
    const cell = open.get(visit);
    cell?.meter.resume();
    const later = cell && 'turn' in cell.side ? cell.side.turn(number, amount) : undefined;
    const slice = later instanceof Promise ? await later : later;
    cell?.meter.pause();
    slices[done++] = slice;
    if (!slice) break;
  }
  post({ kind: 'turned', run, slices: slices.slice(0, done) });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
