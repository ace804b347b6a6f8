/**
 * Message port: a batch's index is posted to its sender, and posted back when it is empty; depth many are under way.
 * Use where both sides live on event loops anyway: it is what Node programs do without shared memory of their own.
 *
 *   provider: sendPages(), collectSync()       sender: next() .. complete()
 *   1. finds a channel with fewer than depth batches under way, else waits for a message
 *   2. postMessage(batch)                 -->  3. takes messages in order, writes
 *   5. counts the batch as empty again    <--  4. postMessage(batch), or SYNC once it is written
 *
 * Order: a port keeps its messages in order, so a SYNC comes after the batches posted before it. Shared pages are
 * ordered by the port's own lock.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { layout } from '../src/memory/layout.js';
import { type BatchIndex, defineVariant, EXIT, perChannel, type SendRequest, SYNC } from '../src/sender/variant.js';

export default defineVariant({
  name: 'message-port',
  summary:
    'postMessage of a batch index to each sender and back, up to depth in flight. What Node programs use without atomics.',
  family: 'message',
  depth: [1, 256],
  requesters: 'one',
  state: () => layout({}),
  batches: ({ channels, depth, requesters }) => requesters + channels * depth,

  provider: {
    waits: 'event-loop',
    open(place) {
      const { channels, depth, requesters } = place.shape;
      const empty: BatchIndex[] = Array.from({ length: channels * depth }, (_, index) => requesters + index);
      const underWay = perChannel(place.shape, () => 0);
      const ports = perChannel(place.shape, (channel) => place.port(channel));
      let nextChannel = 0;
      let synced = 0;
      let left = false;
      let wake: (() => void) | undefined;

      ports.forEach((port, channel) => {
        port.on('message', (done: SendRequest) => {
          if (done === SYNC) synced++;
          else {
            empty.push(done);
            underWay[channel]!--;
          }
          wake?.();
        });
      });
      place.onExit(() => {
        left = true;
        wake?.();
      });

      /** Until `ready`, or exiting; looks again at each message. */
      async function until(ready: () => boolean): Promise<boolean> {
        while (!ready() && !left) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = undefined;
        }
        return !left;
      }

      function post(full: BatchIndex): BatchIndex {
        while (underWay[nextChannel] === depth) nextChannel = (nextChannel + 1) % channels;
        underWay[nextChannel]!++;
        ports[nextChannel]!.postMessage(full);
        nextChannel = (nextChannel + 1) % channels;
        return empty.pop()!;
      }

      return {
        sendPages(full) {
          if (place.exiting) return EXIT;
          if (empty.length > 0) return post(full);
          return until(() => empty.length > 0).then((running) => (running ? post(full) : EXIT));
        },
        signalSync() {
          synced = 0;
          for (const port of ports) port.postMessage(SYNC);
          return !place.exiting;
        },
        collectSync: () => until(() => synced === channels),
      };
    },
  },

  sender: {
    waits: 'event-loop',
    open(place) {
      const port = place.port(0);
      const waiting: SendRequest[] = [];
      let deliver: ((request: SendRequest) => void) | undefined;
      port.on('message', (request: SendRequest) => {
        if (deliver) deliver(request);
        else waiting.push(request);
      });
      place.onExit(() => {
        waiting.unshift(EXIT);
        deliver?.(EXIT);
      });

      return {
        next() {
          if (waiting.length > 0) return waiting.shift()!;
          return new Promise<SendRequest>((resolve) => {
            deliver = (request) => {
              deliver = undefined;
              resolve(request);
            };
          });
        },
        complete(request) {
          port.postMessage(request);
        },
      };
    },
  },
});
