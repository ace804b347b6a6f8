// Faults of connecting: an address where nobody listens, and a process that can open no more descriptors.

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import type { Address } from '../os/address.js';
import type { Fault } from './fault.js';

/** Nobody listens on it but a service of the first days, where it is not refused by a firewall either. */
const CLOSED_PORT = 1;

/** What starting `prlimit` takes, to raise the limit again: where descriptors are dense, no lower number is free. */
const ROOM_FOR_A_CHILD = 16;

/** Where channel `channel` connects to. */
export function faultyAddress(faults: readonly Fault[], channel: number, address: Address): Address {
  if (!faults.some((each) => each.kind === 'refuse' && each.channel === channel)) return address;
  return 'path' in address ? { path: `${address.path}.refused` } : { host: address.host, port: CLOSED_PORT };
}

/**
 * Lowers the limit of this process's descriptors to a few over those that are open, and opens what is left, so that the
 * kernel says EMFILE. Returns what undoes it. Throws where `prlimit` (util-linux) is missing.
 */
export function exhaustDescriptors(): () => void {
  const soft = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))![1]!;
  const highest = Math.max(...readdirSync('/proc/self/fd').map(Number));
  limitDescriptors(String(highest + 1 + ROOM_FOR_A_CHILD));
  const opened: number[] = [];
  try {
    for (;;) opened.push(openSync('/dev/null', 'r'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EMFILE') throw error;
  }
  return () => {
    for (const descriptor of opened) closeSync(descriptor);
    limitDescriptors(soft);
  };
}

/** The soft limit alone: it can be raised again. */
function limitDescriptors(limit: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--nofile=${limit}:`], { stdio: 'ignore' });
}
