// One transfer of the whole RAM over connections that are open: its throughput and its price in CPU time.
import type { Cell } from '../../src/session/cell.js';
import type { Child } from './child.js';

export interface Transferred {
  readonly mibPerSecond: number;
  /** CPU seconds of the provider and the senders for each GiB. */
  readonly cpuSecondsPerGib: number;
}

/** Opens the cell on the connections called `peer`, sends the RAM once and closes it. Rejects with CellFailure. */
export async function oneLine(client: Child, cell: Cell, peer: string): Promise<Transferred> {
  await client.open(cell, peer);
  const { pages, durationNs } = await client.slice(1);
  const report = await client.close();
  const bytes = pages * cell.pageSize;
  return {
    mibPerSecond: (bytes / 2 ** 20 / durationNs) * 1e9,
    cpuSecondsPerGib: ((report.providerCpuNs + report.sendersCpuNs) / 1e9 / bytes) * 2 ** 30,
  };
}
