// One turn of a cell: opened, warmed up, then timed slice by slice through tinybench, closed and checked.

import { Bench } from 'tinybench';
import type { Cell, VisitReport } from '../../src/session/cell.js';
import type { Slice } from '../../src/workloads/slice.js';
import type { Child } from './child.js';

export interface Turn {
  /** In order. */
  readonly slices: readonly Slice[];
  readonly report: VisitReport;
  /** Jobs (or syncs) that a slice of this cell should have, as far as is known after this turn. */
  readonly amount: number;
}

export interface TurnOptions {
  readonly slices: number;
  readonly sliceMs: number;
  /** The amount that an earlier turn of the same cell found. */
  readonly amount: number | undefined;
  /** True in a process that has not run the cell yet: its code is not compiled there. */
  readonly cold: boolean;
  /** The connected receiver, for transports that have one. */
  readonly peer?: string;
}

/** A warm-up slice of a cell that is known: so much of a timed one. */
const WARM_UP_SHARE = 0.15;
/** A cold cell is warm when a warm-up slice is not faster than the one before by more than this .. */
const STILL_RISING = 0.05;
/** .. or after so many. */
const MOST_WARM_UPS = 6;
const FIRST_AMOUNT = 16;
const MOST_GROWTH = 8;

/** Measures one turn. Rejects with CellFailure. */
export async function takeTurn(client: Child, cell: Cell, options: TurnOptions): Promise<Turn> {
  await client.open(cell, options.peer);
  const amount = options.amount ?? (await findAmount(client, options.sliceMs));
  await warmUp(client, Math.ceil(amount * WARM_UP_SHARE), options.cold);
  const slices: Slice[] = [];
  const bench = new Bench({ time: 0, iterations: options.slices, warmup: false, throws: true });
  bench.add(
    cell.variant,
    async () => {
      const asked = performance.now();
      const slice = await client.slice(amount);
      // tinybench sorts its samples: ours are kept apart, in order.
      slices.push(slice);
      return { overriddenDuration: slice.durationNs / 1e6, overriddenIterationCost: performance.now() - asked };
    },
    { async: true },
  );
  await bench.run();
  return { slices, report: await client.close(), amount: Math.max(amount, amountOf(slices, amount, options.sliceMs)) };
}

/** Raises the amount until a slice has about the length it is to have. */
async function findAmount(client: Child, sliceMs: number): Promise<number> {
  let tried = FIRST_AMOUNT;
  for (;;) {
    const { durationNs } = await client.slice(tried);
    const wanted = (tried * sliceMs * 1e6) / durationNs;
    if (wanted <= tried * 1.5) return Math.max(1, Math.round(wanted));
    tried = Math.ceil(Math.min(wanted, tried * MOST_GROWTH));
  }
}

/**
 * What the fastest of some slices would have done in the time. The amount found first may rest on a slice in which
 * something else had the CPU: with slices of a few jobs for the rest of the run, a design would look slower than it is.
 */
function amountOf(slices: readonly Slice[], amount: number, sliceMs: number): number {
  const fastestNs = Math.min(...slices.map(({ durationNs }) => durationNs));
  return Math.round(Math.min((amount * sliceMs * 1e6) / fastestNs, amount * MOST_GROWTH));
}

/** One slice for threads that have only just been opened; in a cold process as many as make it faster. */
async function warmUp(client: Child, amount: number, cold: boolean): Promise<void> {
  let before = (await client.slice(amount)).durationNs;
  for (let done = 1; cold && done < MOST_WARM_UPS; done++) {
    const now = (await client.slice(amount)).durationNs;
    if (now > before * (1 - STILL_RISING)) return;
    before = now;
  }
}
