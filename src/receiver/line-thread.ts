// A thread of a receiver: takes one connection, reads it on its own event loop, and never blocks.
import { parentPort, workerData } from 'node:worker_threads';
import { threadId } from '../os/thread-times.js';
import { Answering } from './answering.js';
import { ChannelReader, InjectedReset } from './channel-reader.js';
import { GuardedReading } from './guarded-reading.js';
import { LineReader } from './line-reader.js';
import { MainReader } from './main-reader.js';
import {
  CAME_ANYWHERE,
  FIRST_PACKET_AT,
  FIRST_PACKET_CAME,
  type FromLine,
  type LineStart,
  type ToLine,
} from './messages.js';
import { type Connection, type Reading, takeConnection } from './one-connection.js';
import { failureOf } from './plan.js';

const { plan, listening, arrivals } = workerData as LineStart;
const came = new Int32Array(arrivals);
let begun = false;
const post = (message: FromLine) => parentPort!.postMessage(message);

let announced = false;
const line = new LineReader(plan, {
  announced: (announcement) => {
    announced = true;
    post({ kind: 'announced', announcement });
  },
  hello: (channel) => post({ kind: 'hello', line: channel, threadId: threadId() }),
  sync: (pages) => post({ kind: 'sync', pages }),
  blocks: (blocks) => {
    post({ kind: 'hello', line: 'main', threadId: threadId() });
    post({ kind: 'blocks', blocks });
  },
  mainSync: (pages) => post({ kind: 'sync', pages }),
});

let silence: NodeJS.Timeout | undefined;
let over = false;
let answering: Answering | undefined;

/** `how`: a sender that wants an answer waits for it. */
const leave = (message: FromLine, how: 'destroys' | 'resets' | 'answers' = 'answers') => {
  if (over) return;
  over = true;
  clearInterval(silence);
  if (how === 'resets') connection.reset();
  else if (how === 'answers' && announced) answering = new Answering(connection);
  else connection.destroy();
  post(message);
};
/** Runs a step of the reader; what it throws ends the line. */
const attempt = (step: () => boolean): boolean => {
  try {
    return step();
  } catch (error) {
    leave({ kind: 'failed', failure: failureOf(error) }, error instanceof InjectedReset ? 'resets' : 'answers');
    return false;
  }
};

const limits = [plan.connectMs, plan.stallMs, plan.packetMs ?? 0, plan.idleMs].filter((limit) => limit > 0);
const reading: Reading = {
  target: () => answering?.target() ?? line.target(),
  received: (bytes) => {
    if (answering) return true;
    // Standalone: a sign of life of the whole reception, orders nothing.
    Atomics.add(came, CAME_ANYWHERE, 1);
    if (begun) firstPacket();
    return attempt(() => line.received(bytes));
  },
  connected: () => {
    post({ kind: 'connected' });
    const check = () => {
      // Standalone: a sign of life of the whole reception, orders nothing.
      line.checkSilence(performance.now(), Atomics.load(came, CAME_ANYWHERE));
      return true;
    };
    if (limits.length > 0) silence = setInterval(() => attempt(check), Math.min(...limits) / 4);
  },
  ended: () => {
    const end = () => {
      line.end();
      const { reader } = line;
      if (reader instanceof MainReader) leave({ kind: 'main-end', counts: reader.counts });
      else leave({ kind: 'end', counts: reader!.counts, numbers: { ...reader!.numbers } });
      return true;
    };
    attempt(end);
  },
  failed: ({ message }) => {
    answering?.lost();
    leave({ kind: 'failed', failure: lost(message) }, 'destroys');
  },
};

/** The first byte of a packet over any line: from here on the transfer is timed. */
function firstPacket(): void {
  begun = false;
  // Standalone: whoever takes the flag was first; the time is read when all lines have ended.
  if (Atomics.compareExchange(came, FIRST_PACKET_CAME, 0, 1) !== 0) return;
  new Float64Array(arrivals)[FIRST_PACKET_AT] = performance.timeOrigin + performance.now();
}

let connection = take(listening, () => post({ kind: 'listening' }));

function take(number: number, opened: () => void): Connection {
  const { token } = plan;
  if (token === undefined) return takeConnection(number, reading, opened);
  const stranger = () => {
    connection.destroy();
    post({ kind: 'stranger' });
  };
  return takeConnection(number, new GuardedReading(token, reading, stranger), opened);
}

/** The connection itself failed. */
function lost(message: string) {
  const { reader } = line;
  if (reader instanceof MainReader) return { reason: `main stream: ${message}` };
  const { channel, packets } = reader?.counts ?? { channel: -1, packets: 0 };
  if (channel < 0) return { reason: `new connection: ${message}` };
  return { channel, packet: packets, reason: `channel ${channel}, packet ${packets}: ${message}` };
}

/** The reception is over, however far this line was. */
function answer(text: string): void {
  over = true;
  clearInterval(silence);
  if (announced) answering ??= new Answering(connection);
  else connection.destroy();
  const done = () => post({ kind: 'answered' });
  if (answering) answering.answer(text, done);
  else done();
}

parentPort!.on('message', (message: ToLine) => {
  if (message.kind === 'answer') return answer(message.text);
  if (over) return;
  if (message.kind === 'again') {
    connection = take(message.listening, () => {});
    return;
  }
  if (message.kind === 'count') {
    if (line.reader instanceof ChannelReader) post({ kind: 'counted', counts: line.reader.counts });
    return;
  }
  const goesOn = attempt(() => {
    if (message.kind === 'begin') {
      line.begin(message.memory);
      begun = true;
    }
    return line.proceed();
  });
  if (goesOn) connection.resume();
});
