// CPU time and run-queue wait of the calling thread, from the kernel's scheduler (Linux /proc).
import { readFileSync, readlinkSync } from 'node:fs';

export interface ThreadTimes {
  readonly cpuNs: number;
  /** Time the thread was ready to run and had no CPU. */
  readonly runQueueNs: number;
}

const asleep = new Int32Array(new SharedArrayBuffer(4));

/** The kernel's id of the calling thread. */
export function threadId(): number {
  return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
}

/** Reads both; where the kernel does not count them, both are 0. */
export function threadTimes(): ThreadTimes {
  // The account of a running thread lags by up to a tick: a moment of sleep brings it up to date. Nothing is timed here.
  Atomics.wait(asleep, 0, 0, 0.05);
  try {
    const [cpuNs, runQueueNs] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ').map(Number);
    return { cpuNs: cpuNs ?? 0, runQueueNs: runQueueNs ?? 0 };
  } catch {
    return { cpuNs: 0, runQueueNs: 0 };
  }
}

export function timesSince(start: ThreadTimes): ThreadTimes {
  const now = threadTimes();
  return { cpuNs: now.cpuNs - start.cpuNs, runQueueNs: now.runQueueNs - start.runQueueNs };
}
