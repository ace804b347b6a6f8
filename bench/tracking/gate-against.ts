// A gate without saved runs: another commit's build and this one in the same rounds.

import type { Interrupts } from '../base/interrupts.js';
import { storeOf } from '../store/store-flags.js';
import { describeCommit } from '../system/commit.js';
import { commitOf, requireCheckout } from '../system/git.js';
import { PROJECT } from '../system/project.js';
import { measureBoth, planOfBoth } from './against.js';
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
  const { thresholds, wanted } = judging;
  const judged = (cell: string, metric: string) => wanted(cell, metric) && thresholds(cell, metric) !== undefined;
  const plan = await planOfBoth(flags, judged);
  const outcome = await measureBoth(plan, other, { wanted: judged, signal: interrupts.signal });
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
