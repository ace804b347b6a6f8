// Another commit's build beside this one, in the same rounds; what differs is measured again before it is said.

import { counted, processes } from '../base/quantities.js';
import { badValue } from '../base/usage-error.js';
import { measureRounds, type Progress, type Stopped } from '../measure/measure.js';
import type { Side } from '../plan/catalogue.js';
import { estimateMs } from '../plan/order.js';
import type { Plan } from '../plan/planned.js';
import { type PlanFlags, planOf } from '../plan/run-plan.js';
import { STUDIED_PAIR } from '../plan/tables.js';
import {
  type BuildCell,
  type BuildComparison,
  buildCells,
  compareBuilds,
  confirm,
  isChange,
} from '../result/compare-builds.js';
import { LEAST_PROCESSES } from '../stats/verdict.js';
import type { Commit } from '../system/commit.js';
import { PROJECT } from '../system/project.js';
import { type LayoutFlags, requireWanted } from '../tables/layout-flags.js';
import { ProgressLine } from '../terminal/progress.js';
import { buildOf } from './build.js';
import { partOf, planOfBuilds } from './builds-plan.js';

interface BothOptions {
  /** Which comparisons to make, by cell and metric. */
  readonly wanted: (cell: string, metric: string) => boolean;
  readonly signal: AbortSignal;
  /** How comparisons name the two; default the other commit's sha, and `this build`. */
  readonly names?: Readonly<Record<Side, string>>;
}

export interface AgainstOutcome {
  readonly cells: readonly BuildCell[];
  readonly comparisons: readonly BuildComparison[];
  readonly rounds: number;
  readonly stopped: Stopped;
}

/** Seeds of the two measurements are this far apart. */
const CONFIRMING_SEED = 1_000_003;

/** The cells that the flags ask for, of the pair under study unless others are named, in processes enough for a verdict. */
export async function planOfBoth(
  flags: PlanFlags & Pick<LayoutFlags, 'filter'>,
  wanted: BothOptions['wanted'],
): Promise<Plan> {
  const { plan } = await planOf({ ...flags, variants: flags.variants ?? STUDIED_PAIR.join(',') });
  const metricsOf = (table: string) => plan.tables.find(({ id }) => id === table)!.metrics;
  const cells = plan.cells.filter(({ id, table }) => metricsOf(table).some((metric) => wanted(id, metric)));
  requireWanted(flags, plan.cells, ({ table }) => metricsOf(table));
  if (cells.length === 0) throw badValue('--filter', flags.filter ?? '', 'terms that hold for a cell');
  const rounds = flags.rounds === undefined ? Math.max(plan.rounds, LEAST_PROCESSES) : plan.rounds;
  return { ...plan, cells, rounds };
}

/**
 * Builds the other commit, measures both builds by a plan made for one, and measures what differs again. Rejects with
 * UsageError for a design that a build cannot have.
 */
export async function measureBoth(
  single: Plan,
  other: Commit,
  { wanted, signal, names = { a: other.sha.slice(0, 12), b: 'this build' } }: BothOptions,
): Promise<AgainstOutcome> {
  const line = new ProgressLine();
  const say = (text: string) => {
    line.end();
    process.stderr.write(`${text}\n`);
  };
  const measure = async (plan: Plan) => {
    const estimate = estimateMs(plan);
    const seconds = Math.ceil(estimate / 1000);
    say(
      `${counted(plan.cells.length / 2, 'cell')} of both builds in ${processes(plan.rounds)}: about ${seconds} s (seed ${plan.seed})`,
    );
    const progress: Progress = ({ round, done, total, cell: { cell } }) => {
      const what = `${cell.workload} ${cell.variant}, ${cell.channels} ch`;
      line.show({ round, rounds: plan.rounds, done, total, what, estimateMs: estimate });
    };
    return measureRounds(plan, { progress, signal });
  };
  try {
    const folder = await buildOf(other, { signal, say });
    const plan = planOfBuilds(single, { a: folder, b: PROJECT });
    const measured = await measure(plan);
    const cells = buildCells(plan, measured);
    const { finishedRounds: rounds, stopped } = measured;
    const comparisons = compareBuilds(plan, cells, names, wanted);
    const changes = new Set(comparisons.filter(isChange).map(({ cell, metric }) => `${cell} ${metric}`));
    if (changes.size === 0) return { cells, comparisons, rounds, stopped };
    if (stopped !== 'rounds') return { cells, comparisons: confirm(comparisons, []), rounds, stopped };
    const changed = new Set(comparisons.filter(isChange).map(({ cell }) => cell));
    const part = partOf(plan, changed, plan.seed + CONFIRMING_SEED);
    say('measuring again what differs');
    const again = await measure(part);
    const doubtful = (cell: string, metric: string) => changes.has(`${cell} ${metric}`);
    const second = compareBuilds(part, buildCells(part, again), names, doubtful);
    return { cells, comparisons: confirm(comparisons, second), rounds, stopped: again.stopped };
  } finally {
    line.end();
  }
}
