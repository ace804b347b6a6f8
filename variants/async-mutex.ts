/**
 * Async mutex: it excludes tasks of one event loop, not threads: no sender thread runs, and nothing runs in parallel.
 * The package's Mutex is held from prepare over the awaited write, SYNC included: regime C as Node users meet it.
 * Use to see what an event loop gains or loses against threads. The protocol stands in src/sender/task-design.ts.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { E_CANCELED, Mutex } from 'async-mutex';
import { type Guard, taskDesign } from '../src/sender/task-design.js';

function makeGuard(): Guard {
  const mutex = new Mutex();
  let closed = false;
  return {
    async acquire() {
      if (closed) return undefined;
      try {
        return await mutex.acquire();
      } catch (cause) {
        if (cause === E_CANCELED) return undefined;
        throw cause;
      }
    },
    close() {
      closed = true;
      mutex.cancel();
    },
  };
}

export default taskDesign({
  name: 'async-mutex',
  summary:
    "Channels are tasks on the provider's event loop, each under a Mutex of the async-mutex package: no threads. " +
    'For programs that have one event loop and nothing else.',
  family: 'mutex',
  makeGuard,
});
