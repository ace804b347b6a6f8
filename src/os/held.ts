// What a process holds: descriptors, threads and memory.
import { readdirSync, readFileSync } from 'node:fs';

export interface Held {
  readonly descriptors: number;
  readonly threads: number;
  readonly residentBytes: number;
}

/** The runtime may start threads of its own meanwhile, for its pool and the garbage collector. */
export const THREADS_OF_THE_RUNTIME = 2;

export function heldBy(pid: number = process.pid): Held {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const number = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1]);
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  return { descriptors, threads: number('Threads'), residentBytes: number('VmRSS') * 1024 };
}
