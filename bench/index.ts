// The suite from code: `multifd-bench`. List the designs, plan and measure a run, save and read results.

export { UsageError } from './base/usage-error.js';
export type { Progress } from './measure/measure.js';
export { type Listed, loadVariants } from './plan/catalogue.js';
export type { PlanFlags } from './plan/run-plan.js';
export type { MetricSummary, Metrics, Result, ResultCell, ResultComparison } from './result/document.js';
export { type PlannedRun, planRun, type RunOptions, renderTables, runPlan } from './run.js';
export type { Verdict } from './stats/verdict.js';
export { type Found, findRuns, type RunFile } from './store/find.js';
export { readResult } from './store/read.js';
export { saveResult } from './store/save.js';
