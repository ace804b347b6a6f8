// A run, stage by stage: flags become a plan, the plan observations, these a result, and the result tables.

import { randomBytes } from 'node:crypto';
import { allowedCpus } from '../src/os/cpus.js';
import { countAccesses } from './measure/counts.js';
import { recordedFloors } from './measure/floors.js';
import { type Measured, measureRounds, type Progress } from './measure/measure.js';
import { estimateMs } from './plan/order.js';
import type { Plan } from './plan/planned.js';
import { type Limits, type PlanFlags, planOf } from './plan/run-plan.js';
import type { Result } from './result/document.js';
import { enoughFor } from './result/enough.js';
import { makeResult } from './result/make-result.js';
import { sharesOf } from './result/shares.js';
import { warningsOf } from './result/warnings.js';
import { resume } from './store/resume.js';
import { describeCommit } from './system/commit.js';
import { watchNeighbours } from './system/confinement.js';
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
  /** The saved run that it goes on from. */
  readonly resumed?: {
    readonly id: string;
    readonly keepAwake: boolean;
    readonly earlier: Pick<Measured, 'visits' | 'finishedRounds'>;
  };
}

/**
 * Plans a run. `flags` are those of `multifd-bench run` in camel case, with the same text: `{ channels: '1,2,4..16' }`.
 * With `file`, a saved run that was interrupted, its flags count. Rejects with UsageError for what cannot be measured.
 */
export async function planRun(flags: PlanFlags = {}, file?: string): Promise<PlannedRun> {
  if (file === undefined) {
    const { plan, limits } = await planOf(flags);
    return { estimateMs: estimateMs(plan), plan, limits, flags };
  }
  const { plan, limits, flags: saved, ...resumed } = await resume(file);
  const left = 1 - resumed.earlier.finishedRounds / plan.rounds;
  return { estimateMs: estimateMs(plan) * left, plan, limits, flags: saved, resumed };
}

export interface RunOptions {
  /** Called before each turn: the round from 0, turns done and in all, and the cell. */
  readonly onProgress?: Progress;
  /** When it aborts, the round under way is dropped, and the result says `complete: false`. */
  readonly signal?: AbortSignal;
}

/** What `multifd-bench run` asks for beside. */
export interface StageOptions extends RunOptions {
  /** How the run was started, for its result. */
  readonly command?: string;
  /** A thread of the idle class keeps each CPU from halting. */
  readonly keepAwake?: boolean;
  /** The floors of the machine are measured before and kept with the result. */
  readonly floors?: boolean;
  /** Called for each cell whose shared accesses are counted before anything is timed; absent, none are. */
  readonly onCounting?: Parameters<typeof countAccesses>[1];
  /** Called after each round with all that was measured. */
  readonly onRound?: (measured: Measured) => void;
}

/** Measures a plan, in fresh child processes, and makes its result. */
export async function measureRun(
  { plan, limits, flags, resumed }: PlannedRun,
  options: StageOptions = {},
): Promise<{ readonly result: Result; readonly measured: Measured }> {
  const { onProgress: progress = () => {}, signal = new AbortController().signal, onCounting, onRound } = options;
  const startedAt = new Date();
  // Who commits meanwhile changes nothing of what is measured.
  const commit = describeCommit(WORKPLACE);
  // Before the run itself is what keeps the machine busy.
  const machine = {
    ...describeMachine(),
    ...(options.floors ? { floors: await recordedFloors(allowedCpus()) } : {}),
  };
  const meanwhile = watchNeighbours();
  const counts = onCounting ? await countAccesses(plan, onCounting, signal) : undefined;
  const isEnough = enoughFor(plan, limits);
  const enough = (measured: Measured) => {
    onRound?.(measured);
    return isEnough(measured);
  };
  const shares = (measured: Measured) => sharesOf(plan, measured);
  const earlier = resumed ? { earlier: resumed.earlier } : {};
  const measured = await measureRounds(plan, { progress, signal, enough, shares, ...earlier });
  const neighbours = meanwhile();
  const result = makeResult(plan, measured, {
    id: randomBytes(4).toString('hex'),
    command: options.command ?? 'from code',
    startedAt,
    machine,
    keepAwake: options.keepAwake === true,
    commit,
    warnings: warningsOf(measured, machine, neighbours),
    neighbours,
    flags: { ...flags, seed: String(plan.seed) },
    resumed: resumed?.id,
    ...(counts ? { counts } : {}),
  });
  return { result, measured };
}

/**
 * Measures what was planned: nothing is timed in the process that calls. A cell that fails is a row that says so.
 * Resolves with what `--json` prints; save it with `saveResult`.
 */
export async function runPlan(planned: PlannedRun, options: RunOptions = {}): Promise<Result> {
  return (await measureRun(planned, options)).result;
}

/** The tables of a run, as `multifd-bench run` prints them. */
export function renderTables(result: Result, { plan }: PlannedRun): string {
  return render(result, plan.tables);
}
