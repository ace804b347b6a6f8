// What is searched: the arms (design, waits, placement) and the counts each can be measured at, as a plan of cells.

import type { Cell } from '../../src/session/cell.js';
import { badValue, UsageError, wholeNumber } from '../base/usage-error.js';
import { AXES, axes, MOST_CHANNELS } from '../plan/axes.js';
import { type Axis, flagKey, parseAxis } from '../plan/axis.js';
import type { AxisFlags } from '../plan/axis-fields.js';
import { showWait } from '../plan/axis-values.js';
import { oneValue } from '../plan/one-shot.js';
import { makePlan } from '../plan/plan.js';
import { isMeasured, type Plan, type PlannedCell, senderThreads } from '../plan/planned.js';
import { type PlanFlags, planOf } from '../plan/run-plan.js';
import { STUDIED_PAIR, type TableSpec } from '../plan/tables.js';
import type { Candidate } from './candidate.js';

/** A design with its waits and its placement. */
export interface Arm {
  readonly variant: string;
  readonly wait: { readonly provider: string; readonly sender: string };
  readonly place: string;
}

export interface TuneFlags extends PlanFlags {
  readonly most?: string;
}

export interface Space {
  /** All cells of the search; a round takes some of them. */
  readonly plan: Plan;
  /** In the order of the flags: where several are equal, the first is preferred. */
  readonly arms: readonly Arm[];
  /** For each arm the counts that can be measured, ascending. */
  readonly counts: readonly (readonly number[])[];
  /** The cells of a candidate, by table. */
  cells(candidate: Candidate): Partial<Record<TuneTable, PlannedCell>>;
  /** What could not be measured, and why. */
  readonly skipped: readonly string[];
}

/** `tune` is what is searched; `latency` its open loop; `parts` the ping-pong that tells what a batch costs each side. */
type TuneTable = 'tune' | 'latency' | 'parts';

const DEFAULT_LOAD = '75';
/** Of each turn; the processes are what differs, so there are few of them. */
const PROFILE = { visitMs: 60, slices: 2, sliceMs: 13, turnFactor: 1, besideEvery: 1 } as const;
const TURNS = 2;
/** Axes that say what the user has: one value each. */
export const FIXED = AXES.filter(({ tune }) => tune === 'fixed');

/** Throws UsageError that names the flag. `limited`: a latency limit is to be kept, so latencies are measured as well. */
export async function spaceOf(flags: TuneFlags, limited: boolean): Promise<Space> {
  for (const axis of FIXED) requireOne(axis, flags);
  if (flags.load !== undefined && !limited)
    throw new UsageError('--load requires --p99 (the load at which p99 is measured)');
  const channels = channelsOf(flags);
  const { load: _, ...plain } = flags;
  const variants = flags.variants ?? STUDIED_PAIR.join(',');
  const { plan: base } = await planOf({ ...plain, variants, workload: 'throughput', channels: channels.join(',') });
  const asked = base.tables[0]!.axes;
  const load = parseAxis(axes.load, flags.load ?? DEFAULT_LOAD);
  if (load[0] === undefined)
    throw badValue('--load', flags.load!, 'percent of the capacity, 1 to 100, where counts are compared');
  const one = { depth: [1], requesters: [1], channels: [1], workload: ['hand-off'] } as const;
  const tables: TableSpec[] = [
    table('tune', 'Throughput of the counts that were tried', asked, ['mibPerSecond', 'jobsPerSecond'], TURNS),
    table(
      'parts',
      'Ping-pong: what a batch costs each side',
      { ...asked, publishEvery: [undefined], ...one },
      ['takenNs.p50', 'freedNs.p50', 'handoffNs.p50'],
      1,
    ),
  ];
  if (limited) {
    const loaded = { ...asked, workload: ['hand-off'], load } as const;
    tables.push(
      table(
        'latency',
        `Latency at ${axes.load.show(load[0])} of the capacity`,
        loaded,
        ['handoffNs.p50', 'handoffNs.p99'],
        1,
      ),
    );
  }
  const plan = makePlan({ ...base, ...PROFILE, tables, alternate: 'cells' });
  return spaceFrom(plan);
}

function spaceFrom(plan: Plan): Space {
  const arms: Arm[] = [];
  const counts: number[][] = [];
  const byKey = new Map<string, Partial<Record<TuneTable, PlannedCell>>>();
  const skipped = new Set<string>();
  const indexOf = (cell: Cell) => {
    const arm = armOf(cell);
    const found = arms.findIndex((each) => JSON.stringify(each) === JSON.stringify(arm));
    return found >= 0 ? found : arms.push(arm) - 1;
  };
  const ofTable = (name: TuneTable) => plan.cells.filter(({ table }) => table === name);
  for (const planned of ofTable('tune')) {
    if (planned.skipped !== undefined) skipped.add(`${showArm(armOf(planned.cell))}: ${planned.skipped}`);
    if (!isMeasured(planned)) continue;
    if (senderThreads(planned.cell, plan.listed) === 0) {
      skipped.add(`${planned.cell.variant} has no sender threads: no number of channels to choose`);
      continue;
    }
    const arm = indexOf(planned.cell);
    counts[arm] = [...(counts[arm] ?? []), planned.cell.channels];
    byKey.set(`${arm}/${planned.cell.channels}`, { tune: planned });
  }
  if (arms.length === 0) throw new UsageError(`nothing to measure: ${[...skipped][0] ?? 'no variant'}`);
  for (const planned of [...ofTable('latency'), ...ofTable('parts')].filter(isMeasured)) {
    const arm = arms.findIndex((each) => JSON.stringify(each) === JSON.stringify(armOf(planned.cell)));
    // The ping-pong has one channel and belongs to every count of its arm.
    for (const count of planned.table === 'parts' ? (counts[arm] ?? []) : [planned.cell.channels]) {
      const own = byKey.get(`${arm}/${count}`);
      if (own) own[planned.table as TuneTable] = planned;
    }
  }
  return {
    ...{ plan, arms, counts: counts.map((list) => list.sort((x, y) => x - y)), skipped: [...skipped] },
    cells: ({ arm, channels }) => byKey.get(`${arm}/${channels}`) ?? {},
  };
}

/** The arm of a cell of a plan. */
function armOf({ variant, providerWait, senderWait, place }: Cell): Arm {
  return { variant, wait: { provider: showWait(providerWait), sender: showWait(senderWait) }, place };
}

/** `atomic-barrier, wait park, placement spread`. */
export function showArm({ variant, wait, place }: Arm): string {
  const waits =
    wait.provider === wait.sender ? wait.provider : `${wait.provider} (provider) and ${wait.sender} (senders)`;
  return `${variant}, wait ${waits}, placement ${place}`;
}

function channelsOf({ channels, most }: TuneFlags): readonly number[] {
  if (channels !== undefined && most !== undefined)
    throw new UsageError('--most: not with --channels, which names the counts');
  if (channels !== undefined) return parseAxis(axes.channels, channels).toSorted((x, y) => x - y);
  const last = most === undefined ? MOST_CHANNELS : wholeNumber('--most', most, 2, MOST_CHANNELS);
  return Array.from({ length: last }, (_, at) => at + 1);
}

function requireOne(axis: Axis, flags: TuneFlags): void {
  const text = flags[flagKey(axis) as keyof AxisFlags];
  if (typeof text === 'string') oneValue(axis, text);
}

function table(
  id: TuneTable,
  title: string,
  asked: TableSpec['axes'],
  metrics: TableSpec['metrics'],
  turns: number,
): TableSpec {
  return { id, title, axes: asked, columns: id === 'parts' ? 'metrics' : 'channels', metrics, turns };
}
