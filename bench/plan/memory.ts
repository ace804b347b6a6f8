// Whether a plan fits into memory: refused before it starts, with the sum.

import { type Cell, shapeOf } from '../../src/session/cell.js';
import { Control } from '../../src/session/control.js';
import { transports } from '../../src/transport/index.js';
import { showBytes } from '../base/quantities.js';
import { UsageError } from '../base/usage-error.js';
import { Kernel } from '../system/kernel.js';
import type { Listed } from './catalogue.js';
import { isMeasured, type Plan, senderThreads } from './planned.js';
import { ramBytes } from './ram-flag.js';

/** Measured: a worker thread of Node takes about 8.5 MiB. */
const THREAD_BYTES = 8.5 * 2 ** 20;

/** Throws UsageError, with the sum, when a round of the plan would not fit into memory. */
export function refuseWhatDoesNotFit({ cells, fleet, listed, ram }: Plan): void {
  const measured = cells.filter(isMeasured).map(({ cell }) => cell);
  const received = measured.some(({ transport }) => transports[transport]!.line === 'socket');
  requireMemory({
    RAM: ramBytes(ram),
    "the receiver's RAM": received ? ramBytes(ram) : 0,
    'control words': Math.max(0, ...measured.map((cell) => controlBytes(cell, listed))),
    // Two designs stand open side by side, each with its senders and its receiver's threads.
    threads: (2 * fleet.senders * (received ? 2 : 1) + fleet.requesters + 1) * THREAD_BYTES,
  });
}

/** Throws UsageError, with the sum, when so many bytes are not to be had. */
export function requireMemory(parts: Readonly<Record<string, number>>): void {
  const given = Object.entries(parts).filter(([, bytes]) => bytes > 0);
  const needed = given.reduce((sum, [, bytes]) => sum + bytes, 0);
  const available = availableBytes();
  if (needed <= available) return;
  const sum = given.map(([name, bytes]) => `${name} ${mib(bytes)}`).join(' + ');
  throw new UsageError(
    `too little memory: ${sum} = ${mib(needed)} needed, ${mib(available)} available; take a smaller image`,
  );
}

/** What the threads and shared words of one cell take on the sending side, without the RAM. */
export function cellBytes(cell: Cell, listed: readonly Listed[]): number {
  return (senderThreads(cell, listed) + cell.requesters) * THREAD_BYTES + controlBytes(cell, listed);
}

function controlBytes(cell: Cell, listed: readonly Listed[]): number {
  const { variant } = listed.find((each) => each.variant.name === cell.variant)!;
  // Buffers that writers copy a batch into count as well.
  return Control.bytes(cell, variant) + shapeOf(cell).channels * cell.pagesPerBatch * cell.pageSize;
}

/** What the kernel would give without swapping, and what the cgroups leave of it. */
export function availableBytes(kernel = new Kernel()): number {
  const text = /^MemAvailable:\s+(\d+) kB$/m.exec(kernel.read('proc/meminfo') ?? '')?.[1];
  return Math.min(Number(text ?? Number.POSITIVE_INFINITY) * 1024, kernel.groupMemoryBytes());
}

function mib(bytes: number): string {
  return `${showBytes(2 ** 20 * Math.ceil(bytes / 2 ** 20))
    .replace(/m$/, ' MiB')
    .replace(/g$/, ' GiB')}`;
}
