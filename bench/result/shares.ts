// Where the time of the next round goes: to the rows under study that are not yet decided as finely as they are to be.
import type { Measured } from '../measure/measure.js';
import { groupOfCells, isMeasured, type Plan } from '../plan/planned.js';
import { TARGET_DIFFERENCE } from '../stats/verdict.js';
import { groupOf, isSideBySide } from './comparisons.js';
import type { ResultComparison } from './document.js';
import { comparisonsOf, resultCells } from './make-result.js';

/** What a row keeps that is decided: each process adds to its interval, however little time it has there. */
const DECIDED = 0.4;
/** More than so many times its time no row gets. */
const MOST = 3;
/** A difference so large is known well enough long before. */
const LARGE = Math.log(1.3);
/** Intervals of fewer processes say little about what the next ones need. */
const LEAST_ROUNDS = 4;

/**
 * The share of its time that each group of cells is to have in the next round. It rests on how wide intervals are and not
 * on which way they point, and no group is left out of a process: nothing stops because it looks good.
 */
export function sharesOf(plan: Plan, measured: Measured): (group: string) => number {
  if (measured.finishedRounds < LEAST_ROUNDS) return () => 1;
  const cells = resultCells(plan, measured);
  const comparisons = comparisonsOf(plan, cells).filter(({ b }) => plan.studied.includes(b));
  const open = new Map<string, boolean>();
  for (const planned of plan.cells.filter(isMeasured)) {
    const { id, cell } = planned;
    const own = comparisons.filter(
      (row) => row.b === cell.variant && row.cell === groupOf({ id, variant: cell.variant }),
    );
    const result = cells.find((each) => each.id === id)!;
    // A row that is not made from mirrors is as wide as the processes make it.
    const paired = own.filter(({ metric }) => isSideBySide(result, metric));
    const group = groupOfCells(planned, plan);
    if (paired.length > 0) open.set(group, open.get(group) === true || !paired.every(isDecided));
  }
  const undecided = [...open.values()].filter(Boolean).length;
  if (undecided === 0) return () => 1;
  const more = Math.min(MOST, (open.size - DECIDED * (open.size - undecided)) / undecided);
  return (group) => {
    const isOpen = open.get(group);
    return isOpen === undefined ? 1 : isOpen ? more : DECIDED;
  };
}

function isDecided({ ratio, resolvable, verdict }: ResultComparison): boolean {
  const large = Math.abs(Math.log(ratio)) > LARGE && (verdict === 'faster' || verdict === 'slower');
  return large || resolvable <= TARGET_DIFFERENCE;
}
