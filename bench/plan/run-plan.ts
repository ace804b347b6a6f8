// From flags to a plan: the profile, the matrix that axis flags describe, and what applies to all of it.

import { randomBytes } from 'node:crypto';
import { DEFAULT_VARIANTS } from '../../variants/index.js';
import { parseNanoseconds } from '../base/quantities.js';
import { badValue, UsageError, wholeNumber } from '../base/usage-error.js';
import { usableCores } from '../system/machine.js';
import { axes, parseAxis } from './axes.js';
import { loadVariants } from './catalogue.js';
import type { OneShotFlags } from './one-shot.js';
import { makePlan } from './plan.js';
import type { Plan } from './planned.js';
import { parseRam } from './ram-flag.js';
import { parseShard, shardOf } from './shard.js';
import { customTable, DEFAULT_TABLES, RIGOROUS_TABLES, STUDIED_PAIR, slopeTables, type TableSpec } from './tables.js';

/** The flags that make a plan: a saved run keeps them, so that it can be resumed. */
export interface PlanFlags extends OneShotFlags {
  readonly workload?: string;
  readonly requesters?: string;
  readonly dose?: string;
  readonly load?: string;
  readonly syncLoad?: string;
  readonly providerWork?: string;
  readonly senderWork?: string;
  readonly scan?: string;
  readonly ram?: string;
  readonly rounds?: string;
  readonly precision?: string;
  readonly budget?: string;
  readonly seed?: string;
  readonly layout?: string;
  /** False is `--no-elide`: the same as `off`. Older runs saved true as well. */
  readonly elide?: string | boolean;
  readonly forceSpin?: boolean;
  readonly quick?: boolean;
  readonly rigorous?: boolean;
  readonly shard?: string;
}

/** How much a profile measures. The default fits 90 s on 2 cores, quick 20 s. */
const PROFILES = {
  quick: { rounds: 3, slices: 2, sliceMs: 5, turnFactor: 1 / 3, besideEvery: 1 },
  default: { rounds: 7, slices: 3, sliceMs: 13, turnFactor: 1, besideEvery: 3 },
  rigorous: { rounds: 12, slices: 3, sliceMs: 15, turnFactor: 3, besideEvery: 1 },
} as const;

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
  const seed =
    flags.seed === undefined ? randomBytes(2).readUInt16LE() : wholeNumber('--seed', flags.seed, 0, 2 ** 32 - 1);
  const doses = flags.dose === undefined ? undefined : parseAxis(axes.dose, flags.dose);
  const listed = await loadVariants(flags.variants ?? (doses ? STUDIED_PAIR : DEFAULT_VARIANTS).join(','));
  const limited = limits.precision !== undefined || limits.budgetNs !== undefined;
  const shard = flags.shard === undefined ? undefined : parseShard(flags.shard);
  if (shard && flags.seed === undefined) throw new UsageError('--shard: needs --seed N, the same in all shards');
  const everywhere = everywhereOf(flags);
  const whole = makePlan({
    tables: tablesOf(flags, matrixOf(flags), everywhere, doses),
    listed,
    everywhere,
    sameWaits: flags.providerWait === undefined && flags.senderWait === undefined,
    forceSpin: flags.forceSpin === true,
    ...profile,
    // Who asks for designs by name studies them; else it is the pair, and the others stand beside it.
    studied: flags.variants === undefined ? STUDIED_PAIR : listed.map(({ variant }) => variant.name),
    rounds:
      flags.rounds !== undefined
        ? wholeNumber('--rounds', flags.rounds, 1, 1000)
        : limited
          ? MOST_ROUNDS
          : Math.max(profile.rounds, doses && !flags.quick ? DOSE_ROUNDS : 0),
    seed,
    ram: parseRam(flags.ram, seed),
    cpus: usableCores(),
  });
  const plan = shard ? shardOf(whole, shard) : whole;
  if (plan.cells.every(({ skipped }) => skipped !== undefined)) {
    throw new UsageError(`nothing to measure: ${plan.cells[0]?.skipped ?? 'no variant'}`);
  }
  return { plan, limits };
}

function tablesOf(
  flags: PlanFlags,
  asked: TableSpec['axes'],
  everywhere: TableSpec['axes'],
  doses: TableSpec['axes']['dose'],
): readonly TableSpec[] {
  const waits = [flags.wait, flags.providerWait, flags.senderWait].some((wait) => wait !== undefined);
  if (doses) return slopeTables(doses, asked, waits);
  if (Object.keys(asked).length > 0) return [customTable({ ...asked, ...everywhere })];
  return flags.rigorous ? RIGOROUS_TABLES : DEFAULT_TABLES;
}

/** The axes that make a matrix of the user's own. */
function matrixOf(flags: PlanFlags): TableSpec['axes'] {
  const { workload, channels, requesters, depth, publishEvery, pageSize, batchPages, transport, codec } = flags;
  const { load, syncLoad, scan } = flags;
  const { providerWork: providerWorkNs, senderWork: senderWorkNs } = flags;
  needsWorkload('--load', load, 'hand-off', workload);
  needsWorkload('--sync-load', syncLoad, 'sync', workload);
  const shape = { workload, channels, requesters, depth, publishEvery, pageSize, pagesPerBatch: batchPages };
  return parsed({ ...shape, transport, codec, load, syncLoad, providerWorkNs, senderWorkNs, scan });
}

function needsWorkload(flag: string, value: string | undefined, needed: string, workload: string | undefined): void {
  if (value === undefined || workload?.split(',').some((each) => each.trim() === needed)) return;
  throw new UsageError(
    `${flag}: got "${value}" with the workload ${workload ?? 'throughput'}, takes --workload ${needed}`,
  );
}

/** The axes that apply to the default tables as well. */
function everywhereOf({
  wait,
  providerWait = wait,
  senderWait = wait,
  place,
  layout,
  elide,
}: PlanFlags): TableSpec['axes'] {
  const elides = typeof elide === 'boolean' ? (elide ? 'on' : 'off') : elide;
  return parsed({ providerWait, senderWait, place, rowBytes: layout, elide: elides });
}

function parsed(lists: { readonly [K in keyof typeof axes]?: string | undefined }): TableSpec['axes'] {
  const given = Object.values(axes).filter(({ key }) => lists[key] !== undefined);
  return Object.fromEntries(given.map((axis) => [axis.key, parseAxis(axis as never, lists[axis.key]!)]));
}

function precisionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const percent = Number(/^(\d+(?:\.\d+)?)\s*%?$/.exec(text)?.[1]);
  if (!(percent >= 0.1 && percent <= 100)) throw badValue('--precision', text, '0.1% to 100%, as in 2%');
  return percent / 100;
}

function budgetOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ns = parseNanoseconds(text);
  if (ns === undefined || ns < 1e9 || ns > 24 * 3600e9)
    throw badValue('--budget', text, '1s to 24h, as in 90s or 5min');
  return ns;
}
