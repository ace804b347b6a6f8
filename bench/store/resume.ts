// Going on from a saved run: its plan, made anew from its flags, and the visits of its finished rounds.

import { UsageError } from '../base/usage-error.js';
import type { Measured } from '../measure/measure.js';
import type { Plan } from '../plan/planned.js';
import { type Limits, type PlanFlags, planOf } from '../plan/run-plan.js';
import type { Result } from '../result/document.js';
import { decodeLatencies } from '../result/latency-summary.js';
import { harnessHash, variantHash } from '../system/code-hash.js';
import { describeMachine } from '../system/machine.js';
import { readResult } from './read.js';

export interface Resumed {
  /** Of the run that is gone on from. */
  readonly id: string;
  readonly flags: PlanFlags;
  /** Rounds with and without are two experiments. */
  readonly keepAwake: boolean;
  readonly plan: Plan;
  readonly limits: Limits;
  readonly earlier: Pick<Measured, 'visits' | 'finishedRounds'>;
}

/** Reads the run at `path`. Throws UsageError when nothing is left to measure, or what is left could not be compared. */
export async function resume(path: string): Promise<Resumed> {
  let result: Result;
  try {
    result = readResult(path);
  } catch (cause) {
    throw new UsageError(`--resume: ${(cause as Error).message}`);
  }
  const { run, cells } = result;
  if (run.flags === undefined)
    throw new UsageError(`--resume: ${path}: run.flags: not there; it was saved by an older version`);
  const flags = run.flags as PlanFlags;
  const { plan, limits } = await planOf(flags);
  requireSame(path, result, plan);
  if (run.rounds >= plan.rounds && run.complete) {
    throw new UsageError(`--resume: ${path} is complete: ${run.rounds} of ${plan.rounds} rounds`);
  }
  const known = new Set(plan.cells.map(({ id }) => id));
  const visits = cells.flatMap(({ id, pinned, visits, histograms }) =>
    visits.map((visit, at) => ({
      ...{ ...visit, cellId: id, pinned: pinned === true, turns: visit.turns ?? {}, slices: [] },
      // All samples of a cell are stored as one histogram.
      ...(histograms && at === 0 && { latencies: decodeLatencies(histograms) }),
    })),
  );
  const earlier = { visits: visits.filter(({ cellId }) => known.has(cellId)), finishedRounds: run.rounds };
  return { id: run.id, flags, keepAwake: run.keepAwake, plan, limits, earlier };
}

/** Rounds of another machine, Node or build are another experiment. */
function requireSame(path: string, { machine, node, code, cells }: Result, plan: Plan): void {
  const differs = (field: string, was: string, is: string) => {
    if (was !== is) throw new UsageError(`--resume: ${path}: ${field} was ${was} and is ${is}: start a new run`);
  };
  differs('machine.key', machine.key, describeMachine().key);
  differs('node.version', node.version, process.version);
  differs('code.harness', code.harness, harnessHash());
  for (const { variant, source } of plan.listed) {
    differs(`code.variants.${variant.name}`, code.variants[variant.name] ?? 'missing', variantHash(source.module));
  }
  const ids = new Set(cells.map(({ id }) => id));
  differs('number of cells', String(ids.size), String(plan.cells.length));
  const strange = plan.cells.find(({ id }) => !ids.has(id));
  if (strange) throw new UsageError(`--resume: ${path}: cells: ${strange.id} is not among them: start a new run`);
}
