// A gate without saved runs: another commit's build and this one in the same rounds.

import type { Interrupts } from '../base/interrupts.js';
import { badValue } from '../base/usage-error.js';
import type { Progress } from '../measure/measure.js';
import { estimateMs } from '../plan/order.js';
import type { Plan } from '../plan/planned.js';
import { planOf } from '../plan/run-plan.js';
import { STUDIED_PAIR } from '../plan/tables.js';
import type { BuildComparison } from '../result/compare-builds.js';
import { LEAST_PROCESSES } from '../stats/verdict.js';
import { storeOf } from '../store/store-flags.js';
import { type Commit, describeCommit } from '../system/commit.js';
import { commitOf, requireCheckout } from '../system/git.js';
import { PROJECT } from '../system/project.js';
import { requireWanted } from '../tables/layout-flags.js';
import { ProgressLine } from '../terminal/progress.js';
import { measureAgainst } from './against.js';
import { buildOf } from './build.js';
import type { GateFlags, Judging } from './gate-flags.js';
import { judgeComparisons } from './gate-rerun.js';
import type { GateReport } from './gate-text.js';

export type Judged = Omit<GateReport, 'exitCode'>;

export async function gateAgainst(
  revision: string,
  flags: GateFlags,
  judging: Judging,
  interrupts: Interrupts,
): Promise<Judged> {
  requireCheckout('gate');
  const other = commitOf(revision, '--against');
  const { plan } = await planOf({ ...flags, variants: flags.variants ?? STUDIED_PAIR.join(',') });
  const metricsOf = (table: string) => plan.tables.find(({ id }) => id === table)!.metrics;
  const { thresholds, wanted } = judging;
  const judged = (cell: string, metric: string) => wanted(cell, metric) && thresholds(cell, metric) !== undefined;
  const cells = plan.cells.filter(({ id, table }) => metricsOf(table).some((metric) => judged(id, metric)));
  requireWanted(flags, plan.cells, ({ table }) => metricsOf(table));
  if (cells.length === 0) throw badValue('--filter', flags.filter ?? '', 'terms that hold for a cell');
  const part: Plan = {
    ...plan,
    cells,
    rounds: flags.rounds === undefined ? Math.max(plan.rounds, LEAST_PROCESSES) : plan.rounds,
  };
  const outcome = await measureBoth(part, other, judged, interrupts);
  const here = describeCommit(PROJECT);
  return {
    candidate: here ? `${here.sha.slice(0, 12)}${here.dirty ? ' + changes' : ''}` : 'this build',
    baseline: other.sha.startsWith(revision) ? other.sha.slice(0, 12) : `${revision} (${other.sha.slice(0, 12)})`,
    machineKey: storeOf(flags).machineKey,
    ...(plan.shard ? { shard: { index: plan.shard.index, of: plan.shard.of } } : {}),
    rows: judgeComparisons(outcome.comparisons, outcome.cells, thresholds, other.sha),
    warnings: outcome.cells
      .filter(({ status, sameAs }) => status === 'failed' && sameAs === undefined)
      .map(({ id, build, reason }) => `${id} failed in ${build === 'a' ? revision : 'this build'}: ${reason}`),
  };
}

/** Measures the plan's cells of another commit's build and of this one; what differs is measured twice. */
export async function measureBoth(
  plan: Plan,
  other: Commit,
  wanted: (cell: string, metric: string) => boolean,
  interrupts: Interrupts,
): Promise<{ comparisons: readonly BuildComparison[]; cells: Awaited<ReturnType<typeof measureAgainst>>['cells'] }> {
  const line = new ProgressLine();
  const say = (text: string) => process.stderr.write(`${text}\n`);
  try {
    const folder = await buildOf(other, { signal: interrupts.signal, say });
    const estimate = 2 * estimateMs(plan);
    say(
      `${plan.cells.length} cells of both builds in ${plan.rounds} processes: about ${Math.ceil(estimate / 1000)} s (seed ${plan.seed})`,
    );
    const progress: Progress = ({ round, done, total, cell: { cell } }) => {
      const what = `${cell.workload} ${cell.variant}, ${cell.channels} ch`;
      line.show({ round, rounds: plan.rounds, done, total, what, estimateMs: estimate });
    };
    return await measureAgainst(plan, {
      builds: { a: folder, b: PROJECT },
      names: { a: other.sha.slice(0, 12), b: 'this build' },
      ...{ wanted, signal: interrupts.signal, progress },
      confirming: (_, cells) => {
        line.end();
        say(`measuring ${cells} cell${cells > 1 ? 's' : ''} again that differ`);
      },
    });
  } finally {
    line.end();
  }
}
