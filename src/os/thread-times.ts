// CPU time, run-queue wait and context switches of the calling thread, as the kernel counts them (Linux /proc).
import { openSync, readlinkSync, readSync } from 'node:fs';

export interface ThreadTimes {
  readonly cpuNs: number;
  /** Time the thread was ready to run and had no CPU; null where the kernel keeps no scheduler statistics. */
  readonly runQueueNs: number | null;
  /** Times the thread gave its CPU up, asleep or waiting. */
  readonly voluntarySwitches: number;
  /** Times the scheduler took the CPU from it. */
  readonly involuntarySwitches: number;
}

const asleep = new Int32Array(new SharedArrayBuffer(4));
/** Of `utime` and `stime`, fixed by Linux for user space whatever the kernel's own rate is. */
const TICK_NS = 1e7;

/** The kernel's id of the calling thread. */
export function threadId(): number {
  return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
}

/**
 * Reads all of it, between slices and never inside one. The account of a running thread lags by up to a tick: a moment
 * of sleep brings it up to date. `exact` false leaves that out, where many readings follow each other.
 */
export function threadTimes(exact = true): ThreadTimes {
  if (exact) Atomics.wait(asleep, 0, 0, 0.05);
  const switches = (kind: string, status: string) =>
    Number(new RegExp(`^${kind}_ctxt_switches:\\s+(\\d+)$`, 'm').exec(status)?.[1] ?? 0);
  const status = read('status') ?? '';
  return {
    ...cpuTimes(),
    voluntarySwitches: switches('voluntary', status),
    involuntarySwitches: switches('nonvoluntary', status),
  };
}

/** What the calling thread has used since `start`. */
export function timesSince(start: ThreadTimes, exact = true): ThreadTimes {
  const now = threadTimes(exact);
  return {
    cpuNs: now.cpuNs - start.cpuNs,
    runQueueNs: now.runQueueNs === null || start.runQueueNs === null ? null : now.runQueueNs - start.runQueueNs,
    voluntarySwitches: now.voluntarySwitches - start.voluntarySwitches,
    involuntarySwitches: now.involuntarySwitches - start.involuntarySwitches,
  };
}

/** Adds up what several threads, or several visits of one, have used. */
export function addTimes(times: readonly ThreadTimes[]): ThreadTimes {
  return times.reduce(
    (all, each) => ({
      cpuNs: all.cpuNs + each.cpuNs,
      runQueueNs: all.runQueueNs === null || each.runQueueNs === null ? null : all.runQueueNs + each.runQueueNs,
      voluntarySwitches: all.voluntarySwitches + each.voluntarySwitches,
      involuntarySwitches: all.involuntarySwitches + each.involuntarySwitches,
    }),
    { cpuNs: 0, runQueueNs: 0, voluntarySwitches: 0, involuntarySwitches: 0 },
  );
}

/** In nanoseconds from `schedstat`; without it in ticks of 10 ms from `stat`, and no wait. */
function cpuTimes(): Pick<ThreadTimes, 'cpuNs' | 'runQueueNs'> {
  const schedstat = read('schedstat');
  if (schedstat !== undefined) {
    const [cpuNs, runQueueNs] = schedstat.split(' ').map(Number);
    return { cpuNs: cpuNs!, runQueueNs: runQueueNs! };
  }
  // Fields are counted after the name in parentheses, which may hold blanks: state is the third of all.
  const fields = read('stat')?.split(') ').at(-1)?.split(' ') ?? [];
  return { cpuNs: (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_NS, runQueueNs: null };
}

/** A thread's files, opened once: opening one takes longer than reading it. */
const descriptors = new Map<string, number>();
const text = Buffer.alloc(1 << 13);

function read(file: string): string | undefined {
  try {
    const descriptor = descriptors.get(file) ?? openSync(`/proc/thread-self/${file}`, 'r');
    descriptors.set(file, descriptor);
    return text.toString('latin1', 0, readSync(descriptor, text, 0, text.length, 0));
  } catch {
    return undefined;
  }
}
