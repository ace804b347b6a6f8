// A thread of a receiver: takes one connection, reads it on its own event loop, and never blocks.
import { parentPort, workerData } from 'node:worker_threads';
import { Ram } from '../ram/ram.js';
import { threadId } from '../session/thread-times.js';
import { openUnpacker } from '../wire/codecs/codec.js';
import { ChannelReader } from './channel-reader.js';
import type { ChannelStart, FromChannel, ToChannel } from './messages.js';
import { takeConnection } from './one-connection.js';
import { PageMarks } from './page-marks.js';
import { PageTargets } from './page-targets.js';
import { failureOf } from './plan.js';

const { plan, listening, ram: parts, marks } = workerData as ChannelStart;
const ram = new Ram(parts);
const post = (message: FromChannel) => parentPort!.postMessage(message);

const { codec, pageSize, pagesPerPacket } = plan;
const unpacker = codec === 'none' ? undefined : openUnpacker(codec, pageSize * pagesPerPacket);
const targets = new PageTargets(ram, new PageMarks(marks, ram, pageSize), pageSize, pagesPerPacket, unpacker);
const reader = new ChannelReader(plan, targets, {
  hello: (channel) => post({ kind: 'hello', channel, threadId: threadId() }),
  sync: (sync) => post({ kind: 'sync', sync }),
});

let silence: NodeJS.Timeout | undefined;
let over = false;

const leave = (message: FromChannel) => {
  if (over) return;
  over = true;
  clearInterval(silence);
  connection.destroy();
  post(message);
};
/** Runs a step of the reader; what it throws ends the channel. */
const attempt = (step: () => boolean): boolean => {
  try {
    return step();
  } catch (error) {
    leave({ kind: 'failed', failure: failureOf(error) });
    return false;
  }
};

const limits = [plan.connectMs, plan.stallMs, plan.idleMs].filter((limit) => limit > 0);
const connection = takeConnection(
  listening,
  {
    target: () => reader.target(),
    received: (bytes) => attempt(() => reader.received(bytes)),
    connected: () => {
      post({ kind: 'connected' });
      const check = () => {
        reader.checkSilence(performance.now());
        return true;
      };
      if (limits.length > 0) silence = setInterval(() => attempt(check), Math.min(...limits) / 4);
    },
    ended: () => {
      const end = () => {
        reader.end();
        leave({ kind: 'end', counts: reader.counts, numbers: { ...reader.numbers } });
        return true;
      };
      attempt(end);
    },
    failed: ({ message }) => {
      const { channel, packets } = reader.counts;
      const who = channel < 0 ? 'new connection' : `channel ${channel}, packet ${packets}`;
      leave({
        kind: 'failed',
        failure: { ...(channel < 0 ? {} : { channel, packet: packets }), reason: `${who}: ${message}` },
      });
    },
  },
  () => post({ kind: 'listening' }),
);

parentPort!.on('message', ({ kind }: ToChannel) => {
  if (over) return;
  if (kind === 'count') post({ kind: 'counted', counts: reader.counts });
  else {
    reader.proceed();
    connection.resume();
  }
});
