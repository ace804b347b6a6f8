// Faults that are not the writing thread's to do: it tells the main thread, over a channel that a process's threads share.
import { BroadcastChannel } from 'node:worker_threads';
import type { WriteFault } from './fault.js';

const NAME = 'multifd-bench faults';

/** Reaches the main thread while the caller goes on to block. */
export function tellFault(fault: WriteFault): void {
  const told = new BroadcastChannel(NAME);
  told.postMessage(fault);
  told.close();
}

/** Returns what ends the hearing. */
export function hearFaults(heard: (fault: WriteFault) => void): () => void {
  const hearing = new BroadcastChannel(NAME);
  hearing.onmessage = (event) => heard((event as { readonly data: WriteFault }).data);
  return () => hearing.close();
}
