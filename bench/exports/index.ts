// The suite from code: `multifd-bench`. List the designs, plan and measure a run, save and read results.
export type { Progress } from '../measure/rounds.js';
export { type Listed, loadVariants } from '../plan/catalogue.js';
export type { PlanFlags } from '../plan/run-plan.js';
export { UsageError } from '../plan/usage-error.js';
export type { Verdict } from '../stats/verdict.js';
export type { ResultComparison } from '../store/comparisons.js';
export { type Found, findRuns, type RunFile } from '../store/find.js';
export { readResult } from '../store/read.js';
export type { MetricSummary, Metrics, Result, ResultCell } from '../store/result.js';
export { saveResult } from '../store/save.js';
export { type PlannedRun, planRun, type RunOptions, renderTables, runPlan } from './run.js';
