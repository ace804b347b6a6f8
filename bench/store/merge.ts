// Shards of one plan joined into the run that they are parts of.

import { createHash } from 'node:crypto';
import { UsageError } from '../base/usage-error.js';
import type { Plan } from '../plan/planned.js';
import { type PlanFlags, planOf } from '../plan/run-plan.js';
import { planHash } from '../plan/shard.js';
import type { Result } from '../result/document.js';
import { comparisonsOf, slopesOf } from '../result/make-result.js';

export interface MergeOptions {
  /** Joins shards of several machines all the same; the result is of no machine then. */
  readonly acrossMachines?: boolean;
  /** Joins what is there when shards are missing. */
  readonly partial?: boolean;
}

/** A run with its file's name, for errors. */
export interface Part {
  readonly path: string;
  readonly result: Result;
}

/** The key of a run that several machines made: no other run is compared with it. */
const SEVERAL_MACHINES = 'several-machines';

/** Throws UsageError, which names the file and the field, for parts that are not of one run. */
export async function mergeShards(parts: readonly Part[], options: MergeOptions): Promise<Result> {
  const ordered = parts.toSorted((x, y) => indexOf(x) - indexOf(y));
  const first = ordered[0]!;
  for (const part of ordered) requireAlike(first, part, options);
  requireAll(ordered, options);
  const plan = await planOfWhole(first);
  const { result } = first;
  const results = ordered.map((part) => part.result);
  const byId = new Map(results.flatMap(({ cells }) => cells.map((cell) => [cell.id, cell])));
  const cells = plan.cells.flatMap(({ id }) => byId.get(id) ?? []);
  const keys = [...new Set(results.map(({ machine }) => machine.key))];
  const { shard: _, ...run } = result.run;
  const { shard: __, ...flags } = run.flags!;
  const ids = results.map(({ run }) => run.id);
  return {
    ...result,
    run: {
      ...run,
      // The same shards make the same run.
      id: createHash('sha256').update(ids.join()).digest('hex').slice(0, 8),
      command: 'multifd-bench merge',
      startedAt: results.map((each) => each.run.startedAt).toSorted()[0]!,
      finishedAt: results
        .map((each) => each.run.finishedAt)
        .toSorted()
        .at(-1)!,
      complete: results.length === result.run.shard!.of && results.every((each) => each.run.complete),
      flags,
      merged: ids,
    },
    machine: keys.length === 1 ? result.machine : { ...result.machine, key: SEVERAL_MACHINES },
    warnings: [
      ...new Set(results.flatMap(({ warnings }) => warnings)),
      ...(keys.length > 1 ? [`made on ${keys.join(', ')}: cells of different shards are of different machines`] : []),
    ],
    cells,
    comparisons: comparisonsOf(plan, cells),
    ...slopesOf(plan, cells),
  };
}

function indexOf({ path, result: { run } }: Part): number {
  if (run.shard) return run.shard.index;
  throw new UsageError(`${path}: run.shard: not there; it was not made with --shard`);
}

/** What all shards must have in common, by the name of the field. */
function sharedFields(
  { machine, node, commit, code, run }: Result,
  { acrossMachines }: MergeOptions,
): Record<string, unknown> {
  const { of, plan } = run.shard!;
  const { rounds, seed, slices, sliceMs, turnFactor, keepAwake } = run;
  return {
    'run.shard.plan': plan,
    'run.shard.of': of,
    ...{ 'run.seed': seed, 'run.rounds': rounds, 'run.slices': slices, 'run.sliceMs': sliceMs },
    ...{ 'run.turnFactor': turnFactor, 'run.keepAwake': keepAwake },
    'node.version': node.version,
    'commit.sha': commit?.sha ?? 'none',
    'code.harness': code.harness,
    'code.variants': JSON.stringify(code.variants),
    ...(acrossMachines ? {} : { 'machine.key': machine.key }),
  };
}

function requireAlike(first: Part, part: Part, options: MergeOptions): void {
  const [expected, got] = [first, part].map(({ result }) => sharedFields(result, options)) as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  const field = Object.keys(expected).find((name) => expected[name] !== got[name]);
  if (field === undefined) return;
  const hint = field === 'machine.key' ? '; --across-machines joins them anyway' : '';
  throw new UsageError(
    `${part.path}: ${field}: got ${got[field]}, takes ${expected[field]} as in ${first.path}${hint}`,
  );
}

function requireAll(ordered: readonly Part[], { partial }: MergeOptions): void {
  const twice = ordered.find((part, at) => at > 0 && indexOf(part) === indexOf(ordered[at - 1]!));
  if (twice) {
    const other = ordered.find((part) => indexOf(part) === indexOf(twice))!;
    throw new UsageError(`merge: ${other.path} and ${twice.path} are both shard ${indexOf(twice)}`);
  }
  const { of } = ordered[0]!.result.run.shard!;
  const missing = Array.from({ length: of }, (_, at) => at + 1).filter(
    (index) => !ordered.some((part) => indexOf(part) === index),
  );
  if (missing.length === 0 || partial) return;
  throw new UsageError(`merge: shard ${missing.join(', ')} of ${of} missing; --partial joins the others`);
}

/** The plan that was split, made anew from its flags: it has the order of the cells, and what is compared. */
async function planOfWhole({ path, result }: Part): Promise<Plan> {
  const { shard: _, ...flags } = result.run.flags! as PlanFlags;
  const { plan } = await planOf(flags);
  const made = planHash({ ...plan, rounds: plan.rounds });
  if (made !== result.run.shard!.plan) {
    throw new UsageError(
      `${path}: run.shard.plan: got ${result.run.shard!.plan}, takes ${made}: this build plans otherwise; merge with the build that measured`,
    );
  }
  return plan;
}
