// The confirming rerun of a gate over saved runs: the suspect cells of both builds in the same rounds.
import type { Interrupts } from '../base/interrupts.js';
import type { Plan } from '../plan/planned.js';
import { type PlanFlags, planOf } from '../plan/run-plan.js';
import { LEAST_PROCESSES } from '../stats/verdict.js';
import { readStored } from '../store/read.js';
import { commitOf } from '../system/git.js';
import { measureBoth } from './against.js';
import type { Judging } from './gate-flags.js';
import { confirmRows } from './gate-rerun.js';
import type { GateRow } from './gate-row.js';
import type { History } from './history.js';

/** Measures the suspect cells of both builds in the same rounds; the plan is that of the candidate's saved run. */
export async function rerun(
  rows: readonly GateRow[],
  history: History,
  { thresholds }: Judging,
  interrupts: Interrupts,
) {
  const baselines = new Set(
    rows.flatMap(({ status, baseline }) => (status === 'suspect' && baseline ? [baseline] : [])),
  );
  let judged = [...rows];
  for (const baseline of baselines) {
    const suspects = rows.filter((row) => row.status === 'suspect' && row.baseline === baseline);
    const ids = new Set(suspects.map(({ cell }) => cell));
    const { run } = readStored(history.commits.at(-1)!.runs.at(-1)!.file.path);
    const { plan } = await planOf((run.flags ?? {}) as PlanFlags);
    const cells = plan.cells.filter(({ id }) => ids.has(id));
    if (cells.length === 0) continue;
    const part: Plan = { ...plan, cells, rounds: Math.max(plan.rounds, LEAST_PROCESSES) };
    process.stderr.write(`measuring ${cells.length} suspect cells beside ${baseline.slice(0, 12)}\n`);
    const wanted = (cell: string, metric: string) => suspects.some((row) => row.cell === cell && row.metric === metric);
    const { comparisons } = await measureBoth(part, commitOf(baseline, 'gate'), {
      ...{ wanted, signal: interrupts.signal },
    });
    judged = confirmRows(judged, comparisons, thresholds);
  }
  return judged;
}
