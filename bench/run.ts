// A run from code: what `multifd-bench run` plans, measures and saves, without its printing and its signals.

import { randomBytes } from 'node:crypto';
import { measureRounds, type Progress } from './measure/rounds.js';
import { estimateMs } from './plan/plan.js';
import type { Plan } from './plan/planned.js';
import { type Limits, type PlanFlags, planOf } from './plan/run-plan.js';
import type { Result } from './result/document.js';
import { enoughFor } from './result/enough.js';
import { makeResult } from './result/make-result.js';
import { warningsOf } from './result/warnings.js';
import { describeCommit } from './system/commit.js';
import { describeMachine } from './system/machine.js';
import { WORKPLACE } from './system/project.js';
import { renderTables as render } from './tables/comparison-table.js';

export interface PlannedRun {
  /** How long it takes, in milliseconds; a limit on precision or budget may end it sooner. */
  readonly estimateMs: number;
  /** Every cell, with the reason where one is skipped. */
  readonly plan: Plan;
  readonly limits: Limits;
  readonly flags: PlanFlags;
}

/**
 * Plans a run. `flags` are those of `multifd-bench run` in camel case, with the same text: `{ channels: '1,2,4..16' }`.
 * Rejects with UsageError for one that says nothing that can be measured.
 */
export async function planRun(flags: PlanFlags = {}): Promise<PlannedRun> {
  const { plan, limits } = await planOf(flags);
  return { estimateMs: estimateMs(plan), plan, limits, flags };
}

export interface RunOptions {
  /** Told before each turn: the round from 0, turns done and in all, and the cell. */
  readonly onProgress?: Progress;
  /** When it aborts, the round under way is dropped, and the result says `complete: false`. */
  readonly signal?: AbortSignal;
}

/**
 * Measures what was planned, in fresh child processes: nothing is timed in the process that calls. A cell that fails is
 * a row that says so. Resolves with what `--json` prints; save it with `saveResult`.
 */
export async function runPlan({ plan, limits, flags }: PlannedRun, options: RunOptions = {}): Promise<Result> {
  const { onProgress = () => {}, signal = new AbortController().signal } = options;
  const startedAt = new Date();
  // Before the run itself is what keeps the machine busy.
  const machine = describeMachine();
  const measured = await measureRounds(plan, { progress: onProgress, signal, enough: enoughFor(plan, limits) });
  return makeResult(plan, measured, {
    id: randomBytes(4).toString('hex'),
    command: 'from code',
    startedAt,
    machine,
    keepAwake: false,
    commit: describeCommit(WORKPLACE),
    warnings: warningsOf(measured),
    flags: { ...flags, seed: String(plan.seed) },
    resumed: undefined,
  });
}

/** The tables of a run, as `multifd-bench run` prints them. */
export function renderTables(result: Result, { plan }: PlannedRun): string {
  return render(result, plan.tables);
}
