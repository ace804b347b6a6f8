// The far end of `tune --peer`: takes one control connection, and for each trial starts a receiver on the same address.
import { createServer, type Socket } from 'node:net';
import { leaveSignalsToParent } from '../os/signals.js';
import { roundUp } from '../ram/ram.js';
import { type FromMeasuring, hearLines, LINK_VERSION, sayLine, type ToMeasuring, type Trial } from './link-messages.js';
import type { Listener } from './listener.js';
import { STDIO } from './messages.js';
import { Receiver } from './receiver.js';

const [CONTROL, FOR_RECEIVERS] = [STDIO.length, STDIO.length + 1];
const MOST_CHANNELS = 256;
const CONNECT_MS = 20_000;
const STALL_MS = 20_000;

let receiver: Receiver | undefined;
const leave = () => void Promise.resolve(receiver?.stop()).finally(() => process.exit(0));
process.on('disconnect', leave);
if (process.connected === false) process.exit(1);
leaveSignalsToParent();

const mostBytes = Number(process.argv[2]);
// The number of its own is closed with the first connection; that of the receivers is never listened on here.
const server = createServer((socket) => {
  server.close();
  serve(socket.setNoDelay(true));
});
server.listen({ fd: CONTROL }, () => process.send!('listening'));

function serve(socket: Socket): void {
  const say = (message: FromMeasuring) => sayLine(socket, message);
  const fail = (reason: string) => {
    say({ kind: 'failed', reason });
    socket.end();
  };
  socket.once('close', leave).on('error', leave);
  hearLines<ToMeasuring>(
    socket,
    (message) => {
      if (message.kind === 'ping') say({ kind: 'ping' });
      else if (message.kind === 'trial')
        measure(message.trial, say).catch((error: Error) => say({ kind: 'failed', reason: error.message }));
      else if (message.kind === 'hello' && message.version === LINK_VERSION)
        say({ kind: 'hello', version: LINK_VERSION });
      else fail(`expected version ${LINK_VERSION} of the messages of tune --peer`);
    },
    fail,
  );
}

async function measure(
  { channels, bytes, pageSize, pagesPerBatch }: Trial,
  say: (message: FromMeasuring) => void,
): Promise<void> {
  for (const [name, value, most] of [
    ['channels', channels, MOST_CHANNELS],
    ['bytes', bytes, mostBytes],
    ['pageSize', pageSize, 2 ** 21],
    ['pagesPerBatch', pagesPerBatch, 2 ** 16],
  ] as const) {
    if (!(Number.isInteger(value) && value >= 1 && value <= most))
      throw new Error(`trial: ${name}: expected 1 to ${most}, got ${value}`);
  }
  receiver = await Receiver.start(
    {
      ...{ listen: { path: '' }, channels, pageSize, pagesPerPacket: pagesPerBatch, codec: 'none' },
      blocks: [{ name: 'm0', bytes: roundUp(bytes, pageSize) }],
      ...{ numbersGrow: false, numbersDense: false, ignoreSync: false, pinned: false, digest: false },
      ...{ connectMs: CONNECT_MS, stallMs: STALL_MS, idleMs: STALL_MS },
    },
    undefined,
    SHARED,
  );
  say({ kind: 'ready' });
  const report = await receiver.report;
  const came = report.channels.reduce((sum, each) => sum + each.bytes, 0);
  say({ kind: 'done', report: { transferMs: report.transferMs ?? report.durationMs, bytes: came } });
}

/** The listening socket that this process was started with: receivers get numbers of it, and it stays open. */
const SHARED: Pick<Listener, 'address' | 'descriptor' | 'handedOver' | 'remove'> = {
  address: { path: '' },
  descriptor: FOR_RECEIVERS,
  handedOver() {},
  remove() {},
};
