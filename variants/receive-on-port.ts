/**
 * Receive on port: batches travel by postMessage as in message-port, and both sides block: who waits sleeps on a count of
 * messages and then takes one with receiveMessageOnPort. Use where a thread must not return to its event loop, as
 * piscina's workers do between tasks.
 *
 *   provider: sendPages(), collectSync()       sender: next() .. complete()
 *   1. finds a channel with fewer than depth batches under way; where there is none, waits on back, receives
 *   2. postMessage(batch), publishes      -->  3. waits   on mail until sent is more than it has received,
 *      sent + 1, wakes mail                       receives, writes
 *   5. receives, counts the batch as      <--  4. postMessage(batch), or SYNC once it is written, publishes
 *      empty again                                returned + 1, wakes back
 *
 * Order: a message is in the port's queue before the count says so, and a port keeps its messages in order, so a SYNC
 * comes after the batches posted before it. Shared pages are ordered by the counts, and by the port's own lock.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { invariant } from '../src/memory/invariant.js';
import { layout } from '../src/memory/layout.js';
import {
  type BatchIndex,
  defineVariant,
  EXIT,
  perChannel,
  type SendRequest,
  type Shape,
  SYNC,
} from '../src/sender/variant.js';

const state = ({ channels }: Shape) =>
  layout({
    back: { kind: 'event', writer: 'senders wake, the provider waits' },
    mail: { kind: 'event', writer: 'the provider wakes, the sender waits', count: channels },
    sent: { kind: 'atomic', writer: 'the provider', count: channels },
    returned: { kind: 'atomic', writer: 'the sender', count: channels },
  });

/** Takes the next message of a port in which one is counted. */
function receive(port: MessagePort): SendRequest {
  const received = receiveMessageOnPort(port) as { message: SendRequest } | undefined;
  invariant(received !== undefined, 'a message was counted that is not there');
  return received!.message;
}

export default defineVariant({
  name: 'receive-on-port',
  summary:
    'postMessage as in message-port, received with receiveMessageOnPort by threads that sleep on a count of messages. ' +
    'Where a thread must not return to its event loop.',
  family: 'message',
  depth: [1, 256],
  requesters: 'one',
  state,
  batches: ({ channels, depth, requesters }) => requesters + channels * depth,

  provider: {
    waits: 'blocks',
    open({ words, shape, open, port }) {
      const { channels, depth, requesters } = shape;
      const empty: BatchIndex[] = Array.from({ length: channels * depth }, (_, index) => requesters + index);
      const underWay = perChannel(shape, () => 0);
      const ports = perChannel(shape, (channel) => port(channel));
      const { mail, sent, back, returned } = open();
      const received = perChannel(shape, () => 0);
      let nextChannel = 0;
      let synced = 0;

      function hasCome(channel: number): boolean {
        // Sees what the sender did before it counted the message. Pairs with Atomics.add(returned) in complete().
        return Atomics.load(words, returned[channel]!) !== received[channel]!;
      }

      function someHaveCome(): boolean {
        for (let channel = 0; channel < channels; channel++) if (hasCome(channel)) return true;
        return false;
      }

      /** Waits for messages, and takes all that are counted. */
      function takeBack(): boolean {
        if (!back.until(someHaveCome)) return false;
        for (let channel = 0; channel < channels; channel++) {
          while (hasCome(channel)) {
            received[channel] = (received[channel]! + 1) | 0;
            const done = receive(ports[channel]!);
            if (done === SYNC) synced++;
            else {
              empty.push(done);
              underWay[channel]!--;
            }
          }
        }
        return true;
      }

      function post(channel: number, request: SendRequest): void {
        ports[channel]!.postMessage(request);
        // Publishes the message before the count. Pairs with Atomics.load(sent) in hasMail().
        Atomics.add(words, sent[channel]!, 1);
        mail[channel]!.wake();
      }

      return {
        digest: () => `${[nextChannel, synced]} ${empty} ${underWay} ${received}`,

        sendPages(full) {
          while (empty.length === 0) if (!takeBack()) return EXIT;
          while (underWay[nextChannel] === depth) nextChannel = (nextChannel + 1) % channels;
          underWay[nextChannel]!++;
          post(nextChannel, full);
          nextChannel = (nextChannel + 1) % channels;
          return empty.pop()!;
        },

        signalSync() {
          synced = 0;
          for (let channel = 0; channel < channels; channel++) post(channel, SYNC);
          return true;
        },

        collectSync() {
          while (synced < channels) if (!takeBack()) return false;
          return true;
        },
      };
    },
  },

  sender: {
    waits: 'blocks',
    open({ words, open, port }, channel) {
      const own = port(0);
      const { mail, sent, back, returned } = open(channel);
      let received = 0;

      function hasMail(): boolean {
        // Sees the message after the count. Pairs with Atomics.add(sent) in post().
        return Atomics.load(words, sent) !== received;
      }

      return {
        digest: () => `${received}`,

        next() {
          if (!mail.until(hasMail)) return EXIT;
          received = (received + 1) | 0;
          return receive(own);
        },

        complete(request) {
          own.postMessage(request);
          // Publishes what was done before the message. Pairs with Atomics.load(returned) in hasCome().
          Atomics.add(words, returned, 1);
          back.wake();
        },
      };
    },
  },
});
