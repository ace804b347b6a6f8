// Another commit's build beside this one, in the same rounds; what differs is measured again before it is said.

import { measureRounds, type Progress, type Stopped } from '../measure/measure.js';
import type { Side } from '../plan/catalogue.js';
import type { Plan } from '../plan/planned.js';
import {
  type BuildCell,
  type BuildComparison,
  buildCells,
  compareBuilds,
  confirm,
  isChange,
} from '../result/compare-builds.js';
import { type Builds, partOf, planOfBuilds } from './builds-plan.js';

export interface AgainstOptions {
  readonly builds: Builds;
  /** How comparisons name the two. */
  readonly names: Readonly<Record<Side, string>>;
  /** Which comparisons to make, by cell and metric. */
  readonly wanted: (cell: string, metric: string) => boolean;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Told before what differs is measured again. */
  readonly confirming: (plan: Plan, cells: number) => void;
}

export interface AgainstOutcome {
  readonly cells: readonly BuildCell[];
  readonly comparisons: readonly BuildComparison[];
  readonly rounds: number;
  readonly stopped: Stopped;
}

/** Seeds of the two measurements are this far apart. */
const CONFIRMING_SEED = 1_000_003;

/** Measures both builds by a plan made for one. Rejects with UsageError for a design that a build cannot have. */
export async function measureAgainst(single: Plan, options: AgainstOptions): Promise<AgainstOutcome> {
  const { names, signal, progress } = options;
  const plan = planOfBuilds(single, options.builds);
  const measured = await measureRounds(plan, { progress, signal });
  const cells = buildCells(plan, measured);
  const { finishedRounds: rounds, stopped } = measured;
  const comparisons = compareBuilds(plan, cells, names, options.wanted);
  const changes = new Set(comparisons.filter(isChange).map(({ cell, metric }) => `${cell} ${metric}`));
  if (changes.size === 0) return { cells, comparisons, rounds, stopped };
  if (stopped !== 'rounds') return { cells, comparisons: confirm(comparisons, []), rounds, stopped };
  const changed = new Set(comparisons.filter(isChange).map(({ cell }) => cell));
  const part = partOf(plan, changed, plan.seed + CONFIRMING_SEED);
  options.confirming(part, changed.size);
  const again = await measureRounds(part, { progress, signal });
  const doubtful = (cell: string, metric: string) => changes.has(`${cell} ${metric}`);
  const second = compareBuilds(part, buildCells(part, again), names, doubtful);
  return { cells, comparisons: confirm(comparisons, second), rounds, stopped: again.stopped };
}
