// One calibration run: the default tables with a design, the same again under another name, and the same a little slower.

import type { Cell } from '../../src/session/cell.js';
import { type Measured, measureRounds, type Progress } from '../measure/measure.js';
import type { Listed } from '../plan/catalogue.js';
import { makePlan } from '../plan/plan.js';
import type { Plan, PlanOptions } from '../plan/planned.js';
import { betterOf, compareWithBaseline } from '../result/comparisons.js';
import type { ResultCell, ResultComparison } from '../result/document.js';
import { resultCells } from '../result/make-result.js';
import { sharesOf } from '../result/shares.js';
import { TARGET_DIFFERENCE } from '../stats/verdict.js';

/** How much slower the third one is, unless another delay is asked for. */
export const BUILT_IN = TARGET_DIFFERENCE;

/** What one run says of one default cell and metric: of a design beside itself, and beside itself with a known delay. */
export interface CalibratedCell {
  /** The cell's id, but for the variant. */
  readonly cell: string;
  readonly metric: string;
  readonly same: ResultComparison;
  readonly slower: ResultComparison;
  /** How much longer `slower` took, as a fraction. */
  readonly seen: number;
  /** Whether the interval of `slower` holds the ratio that was built in. */
  readonly covered: boolean;
  /** What the same run would have said of `DIFFERENCES`: the copy's times, counted as longer afterwards. */
  readonly differences: readonly Difference[];
}

/** One difference, as a fraction: whether it would have been called, and whether its row says that it detects as much. */
interface Difference {
  readonly share: number;
  readonly found: boolean;
  readonly isDetectable: boolean;
}

const DIFFERENCES = [0.01, 0.02, 0.03, 0.05, 0.1];

/** The three names: the design, itself again, itself with the delay. */
function calibrationNames(design: string): readonly [string, string, string] {
  return [design, `${design}-again`, `${design}-slower`];
}

/**
 * The plan of the default run with the three in the place of the pair under study. What is timed of the third
 * counts as longer by a share of itself.
 */
export function calibrationPlan(options: PlanOptions, design: Listed, delay = BUILT_IN): Plan {
  const names = calibrationNames(design.variant.name);
  const { module } = design.source;
  // Each is loaded anew: its code is compiled apart and lies elsewhere, as that of two designs does.
  const listed = names.map((name) => ({
    ...design,
    outside: true,
    source: { ...design.source, module: `${module}?${name}` },
    variant: { ...design.variant, name },
  }));
  const adjust = (cell: Cell): Cell => (cell.variant === names[2] ? { ...cell, stretch: delay } : cell);
  return makePlan({ ...options, listed, studied: names, adjust });
}

/** Measures one such plan; undefined when it was interrupted. Throws Error when a cell failed. */
export async function calibrateOnce(
  plan: Plan,
  { design, delay = BUILT_IN }: { readonly design: string; readonly delay?: number },
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly CalibratedCell[] | undefined> {
  const measured = await measureRounds(plan, { progress, signal, shares: (sofar) => sharesOf(plan, sofar) });
  if (measured.stopped !== 'rounds') return undefined;
  const failure = measured.failures[0];
  if (failure) throw new Error(`calibrate: ${failure.cellId}: ${failure.reason}`);
  return calibratedCells(plan, design, measured, delay);
}

/** Both comparisons of each cell and metric, each as in the default run: alone against the design, Holm over its row. */
export function calibratedCells(plan: Plan, design: string, measured: Measured, delay = BUILT_IN): CalibratedCell[] {
  const cells = resultCells(plan, measured);
  const [, again, slower] = calibrationNames(design);
  return plan.tables.flatMap(({ id, metrics }) => {
    const own = cells.filter(({ table }) => table === id);
    return metrics.flatMap((metric) => {
      const against = (name: string) => comparedWith(own, design, name, metric);
      const delayed = against(slower);
      const isRate = betterOf(metric) === 'higher';
      const ratioOf = (share: number) => (isRate ? 1 / (1 + share) : 1 + share);
      const built = ratioOf(delay);
      const shifted = DIFFERENCES.map((share) => {
        const longer = own.map((cell) => (cell.variant === again ? times(cell, metric, ratioOf(share)) : cell));
        return { share, comparisons: comparedWith(longer, design, again, metric) };
      });
      return against(again).flatMap((same, at) => {
        const match = delayed.find(({ cell }) => cell === same.cell);
        if (!match) return [];
        const differences = shifted.map(({ share, comparisons }): Difference => {
          const { verdict, resolvable } = comparisons[at]!;
          return { share, found: verdict === 'slower', isDetectable: resolvable <= share };
        });
        const seen = (isRate ? 1 / match.ratio : match.ratio) - 1;
        const covered = match.low <= built && built <= match.high;
        return [{ cell: same.cell, metric, same, slower: match, seen, covered, differences }];
      });
    });
  });
}

/** The cell with one metric of its visits that many times as large. */
function times(cell: ResultCell, metric: string, factor: number): ResultCell {
  const visits = cell.visits.map((visit) => ({
    ...visit,
    values: { ...visit.values, [metric]: visit.values[metric]! * factor },
    turns: { ...visit.turns, [metric]: (visit.turns?.[metric] ?? []).map((value) => value * factor) },
  }));
  return { ...cell, visits };
}

function comparedWith(cells: readonly ResultCell[], design: string, name: string, metric: string) {
  const pair = cells.filter(({ variant }) => variant === design || variant === name);
  // Named first, the design is what the other is judged against.
  return compareWithBaseline(pair, metric, [design, name]);
}
