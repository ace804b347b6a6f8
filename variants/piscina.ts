/**
 * Piscina: the thread pool of that package, one of a single thread for each channel: the writes of a channel have an order,
 * and its codec a stream, which a pool of many threads does not keep. A batch is a task, a SYNC one more behind it.
 * Use to see what a pool costs a program that already has one. An optional dependency: without it nothing is measured.
 *
 *   provider: sendPages(), collectSync()       thread of the pool
 *   1. finds a channel with fewer than depth tasks under way, else awaits one
 *   2. run(batch)                         -->  3. takes tasks in order, writes (src/session/pooled-channel.ts)
 *   5. counts the batch as empty again    <--  4. the task is done
 *
 * Order: a pool of one thread does its tasks in order, those that reach it together too.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { createRequire } from 'node:module';
import { layout } from '../src/memory/layout.js';
import {
  type BatchIndex,
  defineVariant,
  EXIT,
  perChannel,
  type RunTask,
  type SendRequest,
  SYNC,
} from '../src/sender/variant.js';

const PACKAGE = 'piscina';
const MOST_DEPTH = 256;

/** What is used of the package, which need not be there when this is compiled. */
interface Pool {
  run(task: unknown): Promise<unknown>;
}
type MakePool = new (options: Readonly<Record<string, unknown>>) => Pool;

/** This thread's, kept from cell to cell, as its senders are. */
const pools: Pool[] = [];

/** A channel's pool starts with its first task. */
async function startPools(module: string): Promise<RunTask> {
  const { Piscina } = (await import(PACKAGE)) as { Piscina: MakePool };
  const one = { minThreads: 1, maxThreads: 1, concurrentTasksPerWorker: MOST_DEPTH };
  return (channel, task) => {
    pools[channel] ??= new Piscina({ ...one, filename: module, name: 'serve', recordTiming: false });
    return pools[channel].run(task);
  };
}

export default defineVariant({
  name: PACKAGE,
  summary:
    'Each batch is a task of a piscina pool, one thread per channel, up to depth in flight. ' +
    'For programs that already have such a pool.',
  family: 'message',
  depth: [1, MOST_DEPTH],
  requesters: 'one',
  state: () => layout({}),
  batches: ({ channels, depth, requesters }) => requesters + channels * depth,
  unavailable() {
    try {
      createRequire(import.meta.url).resolve(PACKAGE);
      return undefined;
    } catch {
      return `${PACKAGE} is not installed (npm install ${PACKAGE})`;
    }
  },

  provider: {
    waits: 'event-loop',
    open(place) {
      const { channels, depth, requesters } = place.shape;
      const empty: BatchIndex[] = Array.from({ length: channels * depth }, (_, index) => requesters + index);
      const underWay = perChannel(place.shape, () => 0);
      let nextChannel = 0;
      let synced = 0;
      let left = false;
      let failure: Error | undefined;
      let wake: (() => void) | undefined;
      place.onExit(() => {
        left = true;
        wake?.();
      });

      function start(channel: number, request: SendRequest): void {
        pools[channel]!.run(request).then(
          () => {
            if (request === SYNC) synced++;
            else {
              empty.push(request);
              underWay[channel]!--;
            }
            wake?.();
          },
          ({ message }: Error) => {
            // A thread that died does not say whose it was.
            failure ??= new Error(message.startsWith('channel ') ? message : `channel ${channel}: ${message}`);
            wake?.();
          },
        );
      }

      /** Until `ready`, or exiting; looks again at each task that is done. Throws what a task threw. */
      async function until(ready: () => boolean): Promise<boolean> {
        while (!failure && !left && !ready()) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          wake = undefined;
        }
        if (failure) throw failure;
        return !left;
      }

      function handOver(full: BatchIndex): BatchIndex {
        while (underWay[nextChannel] === depth) nextChannel = (nextChannel + 1) % channels;
        underWay[nextChannel]!++;
        start(nextChannel, full);
        nextChannel = (nextChannel + 1) % channels;
        return empty.pop()!;
      }

      return {
        sendPages(full) {
          if (place.exiting) return EXIT;
          if (empty.length > 0 && !failure) return handOver(full);
          return until(() => empty.length > 0).then((running) => (running ? handOver(full) : EXIT));
        },
        signalSync() {
          synced = 0;
          for (let channel = 0; channel < channels; channel++) start(channel, SYNC);
          return !place.exiting;
        },
        collectSync: () => until(() => synced === channels),
      };
    },
  },

  sender: { waits: 'own-threads', start: (_, module) => startPools(module) },
});
