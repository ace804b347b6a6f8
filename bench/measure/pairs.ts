// A design against the ceiling, the same gathered writes in a plain loop: interleaved pairs over the same connections.
import type { Cell } from '../../src/session/cell.js';
import { median, medianInterval } from '../stats/quantile.js';
import type { Child } from './child.js';
import { oneLine } from './transfer.js';

/** Throughput of the design as a share of the ceiling's: median over pairs, with its interval. */
export interface Pairs {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
  readonly ratios: readonly number[];
  readonly ceilingMibPerSecond: number;
}

/** Sends the RAM by turns with and without the hand-off, which goes first changing from pair to pair. */
export async function measurePairs(client: Child, cell: Cell, peer: string, pairs: number): Promise<Pairs> {
  const plain: Cell = { ...cell, variant: 'ceiling', workload: 'ceiling', depth: 1 };
  const ratios: number[] = [];
  const ceilings: number[] = [];
  // The first pair warms both loops up and counts for nothing.
  for (let pair = -1; pair < pairs; pair++) {
    const order = pair % 2 === 0 ? [cell, plain] : [plain, cell];
    const speeds = new Map<Cell, number>();
    for (const each of order) speeds.set(each, (await oneLine(client, each, peer)).mibPerSecond);
    if (pair < 0) continue;
    ratios.push(speeds.get(cell)! / speeds.get(plain)!);
    ceilings.push(speeds.get(plain)!);
  }
  const { estimate, low, high } = medianInterval(ratios);
  return { median: estimate, low, high, pairs, ratios, ceilingMibPerSecond: median(ceilings) };
}
