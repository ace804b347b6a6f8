/**
 * Async flag: channels are tasks of the provider's event loop and a flag says whose a batch is: async-mutex without the
 * mutex, which one event loop does not need. Use beside async-mutex, to see what the package's Mutex costs.
 * The protocol stands in src/sender/task-design.ts.
 *
 * QEMU: sendPages() is multifd_send_pages(), signalSync() and collectSync() are the two loops of multifd_send_sync_main(),
 * the sender's side is multifd_send_thread().
 */
import { taskDesign } from '../src/sender/task-design.js';

export default taskDesign({
  name: 'async-flag',
  summary:
    "Channels are tasks on the provider's event loop, with a flag and no mutex: no threads. " +
    'Control for async-mutex: the difference is the price of its lock.',
  family: 'lock-free',
});
