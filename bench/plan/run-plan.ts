// From flags to a plan: the profile, the matrix that axis flags describe, and what applies to all of it.

import { DEFAULT_VARIANTS } from '../../variants/index.js';
import { parseNanoseconds } from '../base/quantities.js';
import { badValue, seedOf, UsageError, wholeNumber } from '../base/usage-error.js';
import { usableCores } from '../system/machine.js';
import { AXES, axes, requireWait } from './axes.js';
import { type Axis, type AxisScope, flagKey, parseAxis } from './axis.js';
import type { AxisValues } from './axis-fields.js';
import { loadVariants } from './catalogue.js';
import type { OneShotFlags } from './one-shot.js';
import { withFullProcesses } from './order.js';
import { makePlan } from './plan.js';
import type { Plan } from './planned.js';
import { parseRam } from './ram-flag.js';
import { parseShard, shardOf } from './shard.js';
import { customTable, DEFAULT_TABLES, RIGOROUS_TABLES, STUDIED_PAIR, slopeTables, type TableSpec } from './tables.js';
import { partOf, UPSTREAM_SHAPES, UPSTREAM_TABLES } from './upstream-tables.js';

/** The flags that make a plan: a saved run keeps them, so that it can be resumed. */
export interface PlanFlags extends Omit<OneShotFlags, 'elide'> {
  readonly ram?: string;
  readonly rounds?: string;
  readonly precision?: string;
  readonly budget?: string;
  readonly seed?: string;
  /** False is `--no-elide`: the same as `off`. Older runs saved true as well. */
  readonly elide?: string | boolean;
  readonly forceSpin?: boolean;
  readonly quick?: boolean;
  readonly rigorous?: boolean;
  readonly shard?: string;
  readonly turn?: string;
  /** The name of a set of tables. */
  readonly table?: string;
}

/** How much a profile measures. The default is to take 90 s on 2 cores, and took 140 s on shared ones. */
const PROFILES = {
  quick: { rounds: 3, visitMs: 60, slices: 2, sliceMs: 5, turnFactor: 1 / 3, besideEvery: 3 },
  default: { rounds: 7, visitMs: 220, slices: 3, sliceMs: 13, turnFactor: 1, besideEvery: 8 },
  rigorous: { rounds: 20, visitMs: 500, slices: 3, sliceMs: 15, turnFactor: 3, besideEvery: 2 },
} as const;

/** What `--table` names: tables, designs, and the fewest rounds that they are for. */
const SETS: Readonly<Record<string, { tables: readonly TableSpec[]; variants: readonly string[]; rounds: number }>> = {
  upstream: { tables: UPSTREAM_TABLES, variants: UPSTREAM_SHAPES, rounds: 12 },
};

/** Rounds of a dose: a minute of them knows the price of a lock pair to 2 ns. */
const DOSE_ROUNDS = 10;

/** The most rounds of a run that stops at a precision or a budget. */
const MOST_ROUNDS = 200;

/** When a run is over before its last round. */
export interface Limits {
  /** Half-width of the ratio's interval, as a fraction, of every design under study in every table. */
  readonly precision: number | undefined;
  readonly budgetNs: number | undefined;
}

/** Throws UsageError for a flag that says nothing that can be measured. */
export async function planOf(flags: PlanFlags): Promise<{ plan: Plan; limits: Limits }> {
  const profile = PROFILES[flags.quick ? 'quick' : flags.rigorous ? 'rigorous' : 'default'];
  const limits = { precision: precisionOf(flags.precision), budgetNs: budgetOf(flags.budget) };
  const seed = seedOf(flags.seed);
  const doses = flags.dose === undefined ? undefined : parseAxis(axes.dose, flags.dose);
  const set = setOf(flags);
  const named = flags.variants ?? set?.variants.join(',');
  const listed = await loadVariants(named ?? (doses ? STUDIED_PAIR : DEFAULT_VARIANTS).join(','));
  const limited = limits.precision !== undefined || limits.budgetNs !== undefined;
  const shard = flags.shard === undefined ? undefined : parseShard(flags.shard);
  if (shard && flags.seed === undefined) throw new UsageError('--shard: needs --seed N, the same in all shards');
  const everywhere = askedAxes(flags, 'everywhere');
  const made = makePlan({
    tables: set
      ? partOfSet(flags, set.tables, askedAxes(flags, 'matrix'))
      : tablesOf(flags, askedAxes(flags, 'matrix'), everywhere, doses),
    listed,
    everywhere,
    sameWaits: flags.providerWait === undefined && flags.senderWait === undefined,
    forceSpin: flags.forceSpin === true,
    ...profile,
    // Who asks for designs by name studies them; else it is the pair, and the others stand beside it.
    studied: named === undefined ? STUDIED_PAIR : listed.map(({ variant }) => variant.name),
    rounds:
      flags.rounds !== undefined
        ? wholeNumber('--rounds', flags.rounds, 1, 1000)
        : limited
          ? MOST_ROUNDS
          : Math.max(profile.rounds, flags.quick ? 0 : (set?.rounds ?? (doses ? DOSE_ROUNDS : 0))),
    ...turnOf(flags.turn),
    seed,
    ram: parseRam(flags.ram, seed),
    cpus: usableCores(),
  });
  // In a budget more processes tell more than longer ones.
  const whole = flags.quick || limits.budgetNs !== undefined ? made : withFullProcesses(made);
  const plan = shard ? shardOf(whole, shard) : whole;
  if (plan.cells.every(({ skipped }) => skipped !== undefined)) {
    throw new UsageError(`nothing to measure: ${plan.cells[0]?.skipped ?? 'no variant'}`);
  }
  return { plan, limits };
}

/** Throws UsageError for a name that there is not, and beside flags that make tables of their own. */
function setOf({ table, dose, workload }: PlanFlags) {
  if (table === undefined) return undefined;
  const set = Object.hasOwn(SETS, table) ? SETS[table] : undefined;
  if (!set) throw badValue('--table', table, Object.keys(SETS).join(', '));
  for (const [flag, value] of Object.entries({ '--dose': dose, '--workload': workload })) {
    if (value !== undefined) throw new UsageError(`${flag}: --table ${table} has its own, got ${value}`);
  }
  return set;
}

function partOfSet({ table }: PlanFlags, tables: readonly TableSpec[], asked: AxisValues): readonly TableSpec[] {
  const part = partOf(tables, asked);
  for (const [key, values] of Object.entries(asked) as [keyof AxisValues, readonly unknown[]][]) {
    const kept: readonly unknown[] = part.flatMap(({ axes }) => (axes[key] ?? []) as readonly unknown[]);
    const left = values.find((value) => !kept.includes(value));
    if (part.length > 0 && left === undefined) continue;
    const has = [...new Set(tables.flatMap(({ axes }) => (axes[key] ?? []) as readonly unknown[]))];
    throw new UsageError(`${axes[key].flag}: --table ${table} has ${has.join(', ')}, got ${values.join(', ')}`);
  }
  return part;
}

function tablesOf(
  flags: PlanFlags,
  asked: AxisValues,
  everywhere: AxisValues,
  doses: AxisValues['dose'],
): readonly TableSpec[] {
  const waits = [flags.wait, flags.providerWait, flags.senderWait].some((wait) => wait !== undefined);
  if (doses) return slopeTables(doses, asked, waits);
  if (Object.keys(asked).length > 0) return [customTable({ ...asked, ...everywhere })];
  return flags.rigorous ? RIGOROUS_TABLES : DEFAULT_TABLES;
}

/** Values of the axes of one scope that the flags ask for. */
function askedAxes(flags: PlanFlags, scope: AxisScope): AxisValues {
  const { wait, elide } = flags;
  requireWait(wait);
  const texts: Readonly<Record<string, unknown>> = {
    ...flags,
    providerWait: flags.providerWait ?? wait,
    senderWait: flags.senderWait ?? wait,
    elide: typeof elide === 'boolean' ? axes.elide.show(elide) : elide,
  };
  const values: Record<string, unknown> = {};
  for (const axis of AXES) {
    const text = texts[flagKey(axis)];
    if (axis.scope !== scope || typeof text !== 'string') continue;
    requireWorkload(axis, text, flags.workload);
    values[axis.key] = parseAxis(axis, text);
  }
  return values;
}

/** An axis of one workload says nothing without it. */
function requireWorkload({ flag, only }: Axis, text: string, workload: string | undefined): void {
  if (only === undefined || workload?.split(',').some((each) => each.trim() === only)) return;
  throw new UsageError(
    `${flag}: got "${text}" with the workload ${workload ?? 'throughput'}, takes --workload ${only}`,
  );
}

function turnOf(text: string | undefined): { turnMs?: number } {
  if (text === undefined) return {};
  const ns = parseNanoseconds(text);
  if (ns === undefined || ns < 1e5 || ns > 1e9) throw badValue('--turn', text, '0.1ms to 1s, as in 1ms');
  return { turnMs: ns / 1e6 };
}

function precisionOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : percentOfFlag('--precision', text, '2%');
}

/** The fraction that a flag got. Throws UsageError for one without its unit, or outside 0.1 to 100 %. */
export function percentOfFlag(flag: string, text: string, example: string): number {
  // Without its unit a 2 would be a share, or minutes, to somebody: the budget does not take one either.
  const percent = Number(/^(\d+(?:\.\d+)?)\s*%$/.exec(text)?.[1]);
  if (!(percent >= 0.1 && percent <= 100))
    throw badValue(flag, text, `percent with its unit, 0.1% to 100%, as in ${example}`);
  return percent / 100;
}

/** In nanoseconds. */
export function budgetOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ns = parseNanoseconds(text);
  if (ns === undefined || ns < 1e9 || ns > 24 * 3600e9)
    throw badValue('--budget', text, '1s to 24h, as in 90s or 5min');
  return ns;
}
