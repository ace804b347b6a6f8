// One calibration run: the default tables with a design, the same again under another name, and the same 10 % slower.

import type { Cell } from '../../src/session/cell.js';
import { type Measured, measureRounds, type Progress } from '../measure/rounds.js';
import type { Listed } from '../plan/catalogue.js';
import { makePlan } from '../plan/plan.js';
import type { Plan, PlanOptions } from '../plan/planned.js';
import { compareWithBaseline } from '../result/comparisons.js';
import type { ResultCell, ResultComparison } from '../result/document.js';
import { resultCells } from '../result/make-result.js';

/** How much slower the third one is. */
const BUILT_IN = 0.1;

/** What one run says of one default cell and metric: nothing differs there, and 10 % does. */
export interface CalibratedCell {
  /** The cell's id, but for the variant. */
  readonly cell: string;
  readonly metric: string;
  readonly same: ResultComparison;
  readonly slower: ResultComparison;
}

/** The three names: the design, itself again, itself with the delay. */
function calibrationNames(design: string): readonly [string, string, string] {
  return [design, `${design}-again`, `${design}-slower`];
}

/**
 * The plan of the default run with the three in the place of the pair under study. What is timed of the third takes
 * 10 % longer by spinning, inside the timed region; a round trip by work of its sender, since it is timed stamp by stamp.
 *
 * @param roundTripNs of the design parked at one channel
 */
export function calibrationPlan(options: PlanOptions, design: Listed, roundTripNs: number): Plan {
  const names = calibrationNames(design.variant.name);
  const listed = names.map((name) => ({ ...design, outside: true, variant: { ...design.variant, name } }));
  const adjust = (cell: Cell): Cell => {
    if (cell.variant !== names[2]) return cell;
    if (cell.workload === 'hand-off') return { ...cell, senderWorkNs: Math.round(roundTripNs * BUILT_IN) };
    return { ...cell, stretch: BUILT_IN };
  };
  return makePlan({ ...options, listed, studied: names, adjust });
}

/** Measures one such plan; undefined when it was interrupted. Throws Error when a cell failed. */
export async function calibrateOnce(
  plan: Plan,
  design: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly CalibratedCell[] | undefined> {
  const measured = await measureRounds(plan, { progress, signal });
  if (measured.stopped !== 'rounds') return undefined;
  const failure = measured.failures[0];
  if (failure) throw new Error(`calibrate: ${failure.cellId}: ${failure.reason}`);
  return calibratedCells(plan, design, measured);
}

/** Both comparisons of each cell and metric, each as in the default run: alone against the design, Holm over its row. */
function calibratedCells(plan: Plan, design: string, measured: Measured): CalibratedCell[] {
  const cells = resultCells(plan, measured);
  const [, again, slower] = calibrationNames(design);
  return plan.tables.flatMap(({ id, metrics }) => {
    const own = cells.filter(({ table }) => table === id);
    return metrics.flatMap((metric) => {
      const against = (name: string) => comparedWith(own, design, name, metric);
      const delayed = against(slower);
      return against(again).flatMap((same) => {
        const match = delayed.find(({ cell }) => cell === same.cell);
        return match ? [{ cell: same.cell, metric, same, slower: match }] : [];
      });
    });
  });
}

function comparedWith(cells: readonly ResultCell[], design: string, name: string, metric: string) {
  const pair = cells.filter(({ variant }) => variant === design || variant === name);
  return compareWithBaseline(pair, metric, [name]);
}
