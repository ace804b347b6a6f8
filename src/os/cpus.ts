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

/** Pins a thread of any process of ours to one CPU, or frees it to use all. Resolves false where taskset fails. */
export function pin(threadId: number, cpu: number | undefined, cpus: readonly number[]): Promise<boolean> {
  const list = cpu === undefined ? cpus.join(',') : String(cpu);
  return new Promise((resolve) => {
    execFile('taskset', ['-cp', list, String(threadId)], (error) => resolve(error === null));
  });
}
