// Which CPU each thread runs on: pinned by thread id with taskset, because Node has no call for it.
import { allowedCpus } from '../os/cpus.js';
import type { Cell, Placement } from './cell.js';

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
