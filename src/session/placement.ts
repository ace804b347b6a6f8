// Which CPU each thread runs on: pinned by thread id with taskset, because Node has no call for it.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Cell, Placement } from './cell.js';

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

/** The CPU of a thread: provider on the first, sender i on the one after it in turn; undefined leaves it free. */
export function cpuFor(placement: Placement, role: 'provider' | 'sender', index: number, cpus: readonly number[]) {
  if (placement === 'none') return undefined;
  if (placement === 'same') return cpus[0]!;
  return cpus[(role === 'provider' ? index : index + 1) % cpus.length]!;
}

/** True where the threads of a cell exceed the CPUs, so that one that looks takes the CPU of one that works. */
export function isCrowded({ channels, requesters, place }: Cell): boolean {
  return place === 'same' || channels + requesters > allowedCpus().length;
}

/** Pins a thread of any process of ours to one CPU, or frees it to use all. Resolves false where taskset fails. */
export function pin(threadId: number, cpu: number | undefined, cpus: readonly number[]): Promise<boolean> {
  const list = cpu === undefined ? cpus.join(',') : String(cpu);
  return new Promise((resolve) => {
    execFile('taskset', ['-cp', list, String(threadId)], (error) => resolve(error === null));
  });
}
