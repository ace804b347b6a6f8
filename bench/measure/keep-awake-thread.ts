// A thread that keeps its CPU from going to sleep: once told to, it looks at a word until that changes.
import { parentPort, workerData } from 'node:worker_threads';
import { threadId } from '../../src/os/thread-times.js';

const stop = workerData as Int32Array;
// No pause in this loop: a hypervisor may take one for a wait that is not worth its CPU.
parentPort!.once('message', () => {
  // Standalone: a latch.
  while (Atomics.load(stop, 0) === 0);
});
parentPort!.postMessage(threadId());
