// A worker thread of a fleet: the provider or one sender. It opens a variant for each cell, runs it and reports.
import { parentPort, workerData } from 'node:worker_threads';
import { collectGarbage } from '../os/collect-garbage.js';
import { threadId, threadTimes, timesSince } from '../os/thread-times.js';
import { Ram } from '../ram/ram.js';
import type { Variant } from '../sender/variant.js';
import { AccessCounter } from './access-counter.js';
import { Control } from './control.js';
import { delayAtomics, restoreAtomics } from './delays.js';
import type { FromThread, ThreadReport, ThreadStart, ToThread } from './messages.js';
import { OwnThreads } from './own-threads.js';
import { ProviderSide } from './provider-side.js';
import { type Left, openChannel, SenderSide } from './sender-side.js';
import { ThreadPlace } from './thread-place.js';

const { role, index, ram: parts } = workerData as ThreadStart;
const ram = new Ram(parts);
const post = (message: FromThread) => parentPort!.postMessage(message);

let open: { readonly visit: number; readonly close: () => void; readonly side: ProviderSide | SenderSide } | undefined;

parentPort!.on('message', (message: ToThread) => {
  if (message.kind === 'open') {
    openCell(message).catch((cause) => post({ kind: 'failed', visit: message.visit, reason: reasonOf(cause) }));
  } else if (open?.visit === message.visit) {
    if (message.kind === 'close') open.close();
    else void runSlice(open.side, message);
  }
});
post({ kind: 'started', threadId: threadId() });

async function openCell({
  visit,
  cell,
  variant: source,
  memory,
  ports,
  lines,
}: ToThread & { kind: 'open' }): Promise<void> {
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
  const side = role === 'provider' ? openProvider() : openSender();
  const left: Left = (rest) => {
    counter?.remove();
    restoreAtomics();
    open = undefined;
    for (const port of ports) port.close();
    const accesses = counter ? { accesses: counter.sum() } : {};
    const report: ThreadReport = { times: timesSince(start), counters: place.counters(), ...accesses, ...rest };
    post({ kind: 'left', visit, report });
    collectGarbage();
  };
  open = { visit, side, close: () => place.leave() };
  const ownThreads = role === 'provider' ? await OwnThreads.open(variant, place.place, task) : undefined;
  const start = threadTimes();
  post({ kind: 'opened', visit });
  await side.run(failed, left, ownThreads);

  function openProvider(): ProviderSide {
    return new ProviderSide(cell, variant, control, place.place, ram, index, lines);
  }
  function openSender(): SenderSide {
    const work = openChannel(cell, control, ram, index, lines);
    return new SenderSide(cell, control, ram, variant, place.place, work);
  }
}

async function runSlice(
  side: ProviderSide | SenderSide,
  { visit, number, amount }: ToThread & { kind: 'slice' },
): Promise<void> {
  const slice = await side.slice(number, amount);
  post({ kind: 'sliced', visit, slice });
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
