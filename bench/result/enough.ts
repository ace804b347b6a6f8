// When a run has measured enough: every design under study compared as precisely as was asked, or no time for a round more.

import type { Measured } from '../measure/measure.js';
import type { Plan } from '../plan/planned.js';
import type { Limits } from '../plan/run-plan.js';
import { median } from '../stats/quantile.js';
import { LEAST_PROCESSES } from '../stats/verdict.js';
import { comparisonsOf, resultCells } from './make-result.js';

/** The rule for `measureRounds`. Neither limit can end a run by what the ratios are, only by how sure they are. */
export function enoughFor(plan: Plan, { precision, budgetNs }: Limits) {
  return (measured: Measured): 'precision' | 'budget' | undefined => {
    if (precision !== undefined && measured.finishedRounds >= LEAST_PROCESSES) {
      if (widest(plan, measured) <= precision) return 'precision';
    }
    const perRound = measured.wholeNs / measured.finishedRounds;
    return budgetNs !== undefined && measured.wholeNs + perRound > budgetNs ? 'budget' : undefined;
  };
}

/** What is known so far, between two rounds: how many of the ratios under study are decided, and the widest interval. */
export function describeKnown(plan: Plan, measured: Measured): string {
  const studied = comparisonsOf(plan, resultCells(plan, measured)).filter(({ b }) => plan.studied.includes(b));
  const widths = studied.map(({ ratio, low, high }) => (high - low) / 2 / ratio).filter(Number.isFinite);
  if (widths.length === 0) return '';
  const decided = studied.filter(({ verdict }) => verdict !== 'unclear' && verdict !== 'too-few').length;
  // Of few processes intervals are wider than anybody wants to know.
  const percent = (share: number) => (share > 1 ? 'over 100 %' : `±${(share * 100).toFixed(0)} %`);
  const middle = median(widths);
  const most = middle > 1 ? '' : `, widest ${percent(Math.max(...widths))}`;
  return `${decided} of ${studied.length} decided, intervals ${percent(middle)}${most}`;
}

/** The widest half-interval of a ratio under study, as a fraction; 0 where nothing is compared. */
function widest(plan: Plan, measured: Measured): number {
  const studied = comparisonsOf(plan, resultCells(plan, measured)).filter(({ b }) =>
    // A comparison of ablations names the value after the design.
    plan.studied.includes(b.split(' ')[0]!),
  );
  return Math.max(0, ...studied.map(({ ratio, low, high }) => (high - low) / 2 / ratio));
}
