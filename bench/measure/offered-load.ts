// Open loops: what share of its capacity a design is offered, and whether the provider kept up with it.

import type { Cell } from '../../src/session/cell.js';
import type { Slice } from '../../src/workloads/slice.js';
import { median } from '../stats/quantile.js';

/** A load that was missed by more is not the load that the latencies belong to. */
export const LEAST_REACHED = 0.95;

/** The closed loop that a cell's capacity is measured with: the same design, untimed, all channels busy. */
export function capacityCell(cell: Cell): Cell {
  const { load: _, offeredPerSecond: __, ...rest } = cell;
  return { ...rest, workload: 'throughput' };
}

/** Jobs a second, in the middle of the slices of that loop. */
export function capacityOf(slices: readonly Slice[]): number {
  return median(slices.map(({ jobs, durationNs }) => (jobs * 1e9) / durationNs));
}

/** Pace that was reached to pace that was offered, over all slices of a visit; undefined for a closed loop. */
export function reachedLoad(slices: readonly Slice[]): number | undefined {
  const paces = slices.flatMap(({ pace }) => (pace ? [pace] : []));
  if (paces.length === 0) return undefined;
  const sum = (value: (pace: (typeof paces)[number]) => number) => paces.reduce((all, pace) => all + value(pace), 0);
  return Math.min(1, sum(({ offeredNs }) => offeredNs) / sum(({ takenNs }) => takenNs));
}
