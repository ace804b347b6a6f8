// The CPUs that this process may use, and pinning a thread to one of them.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The CPUs this process may use, from the kernel. */
export function allowedCpus(): number[] {
  return parseCpuList(/^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0');
}

/** `0-1,4`, as the kernel writes lists of CPUs, gives 0, 1, 4. */
export function parseCpuList(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last! - first! + 1 }, (_, index) => first! + index);
  });
}

interface Pinning {
  readonly cpus: string;
  readonly threadId: number;
  readonly done: (pinned: boolean) => void;
}

/** One line of output for each list of CPUs and thread. */
const PIN_ALL = 'while [ $# -gt 1 ]; do taskset -cp "$1" "$2" >&2 && echo pinned || echo failed; shift 2; done';
let waiting: Pinning[] = [];

/** Pins a thread of any process of ours to one CPU, or frees it to use all. Resolves false where taskset fails. */
export function pin(threadId: number, cpu: number | undefined, cpus: readonly number[]): Promise<boolean> {
  return new Promise((done) => {
    // Those of a cell are asked for together: a process to start for each of 16 threads would take half a second.
    if (waiting.length === 0) setImmediate(pinAll);
    waiting.push({ cpus: cpu === undefined ? cpus.join(',') : String(cpu), threadId, done });
  });
}

function pinAll(): void {
  const all = waiting;
  waiting = [];
  const pairs = all.flatMap((each) => [each.cpus, String(each.threadId)]);
  execFile('sh', ['-c', PIN_ALL, 'pin', ...pairs], (_, output) => {
    const outcomes = output.split('\n');
    for (const [at, { done }] of all.entries()) done(outcomes[at] === 'pinned');
  });
}
