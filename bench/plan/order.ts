// The order of a round: which cells stand side by side and take turns of a millisecond, and which take long turns.
import { Random } from '../../src/random.js';
import type { Cell } from '../../src/session/cell.js';
import { transports } from '../../src/transport/index.js';
import { LEAST_PROCESSES } from '../stats/verdict.js';
import { hasWaiters } from './ablations.js';
import {
  groupOfCells,
  isMeasured,
  LOADED_SLICE_FACTOR,
  listedOf,
  type Plan,
  type PlannedCell,
  senderThreads,
  variantOf,
} from './planned.js';
import { ALWAYS_JUDGED } from './tables.js';

/** A turn of its own: a cell, and which of its two visits the turn counts for. */
export interface LongTurn {
  readonly planned: PlannedCell;
  readonly visit: 0 | 1;
}

/** Cells that are open at the same time; the others are compared with the first. */
export interface LiveSet {
  readonly cells: readonly PlannedCell[];
  /** So many of the last ones only stand beside those under study. */
  readonly beside: number;
  /** Of a turn. */
  readonly turnMs: number;
  /** Openings in a round, spread over its time: an even number, half of them for each of two visits. */
  readonly openings: number;
  /** Of one opening. */
  readonly forMs: number;
}

/** Cells that are compared with each other: they differ in the design, its dose or its ablations (or share a table). */
export interface Group {
  readonly key: string;
  /** The first cell is in each of them, and its own values come from the first. */
  readonly sets: readonly LiveSet[];
  /** Of cells that cannot stand side by side: mirrored (A B B A), each some tens of milliseconds. */
  readonly turns: readonly LongTurn[];
}

/** What the comparisons are with, where it is among them. */
const BASELINE = 'mutex';
/** Threads that cells side by side have together, unless two of them need more: a thread takes memory. */
const LEAST_THREADS = 16;
/** Cells side by side whose channels end in a process: each has one, which takes longer to start than a set to measure. */
const MOST_RECEIVERS = 2;
/** Designs that only stand beside those under study, in sets of their own: so long each, where that is not longer than theirs. */
const BESIDE_MS = 20;
/** A visit is measured in parts of about so long, at moments spread over the round: a machine is another one every few seconds. */
const PART_MS = 220;
const MOST_PARTS = 3;

/** The groups of a round, at random. `share` says how much of a group's time it is to have. */
export function roundGroups(plan: Plan, round: number, share: (key: string) => number = () => 1): Group[] {
  const random = new Random(plan.seed + round);
  const groups = new Map<string, PlannedCell[]>();
  for (const planned of plan.cells) {
    if (!isMeasured(planned) || sitsOut(planned, plan, round)) continue;
    const key = groupOfCells(planned, plan);
    groups.set(key, [...(groups.get(key) ?? []), planned]);
  }
  return random.shuffle([...groups]).flatMap(([key, cells]): Group[] => {
    const live = cells.filter((planned) => isLive(planned, plan));
    const rest = cells.filter((planned) => !isLive(planned, plan));
    const part = share(key);
    const sets = part === 0 || live.length === 0 ? [] : setsOf(live, plan, part);
    const turns = longTurns(rest, plan, random);
    return sets.length + turns.length === 0 ? [] : [{ key, sets, turns }];
  });
}

/** Rounds of a plan count these: the openings of a set, or a long turn. */
export function stepsOf({ sets, turns }: Group): number {
  return sets.reduce((sum, { openings }) => sum + openings, 0) + turns.length;
}

/**
 * How long the turns of a cell that lives beside others are; measured by `doctor --turns`. In turns of 1 ms atomics seemed
 * to signal two busy channels x4.4 as fast as a mutex, in long turns x1.3: syncs have turns that agree with the long ones.
 */
function turnMsOf(planned: PlannedCell, { turnMs }: Pick<Plan, 'turnMs'>): number {
  const { workload } = planned.cell;
  // Of device state several bursts.
  if (workload === 'device-state') return turnMs ?? 20;
  return turnMs ?? (workload === 'sync' ? 10 : writesToSocket(planned) ? 4 : 1);
}

function writesToSocket({ cell }: PlannedCell): boolean {
  return transports[cell.transport]!.line === 'socket';
}

/**
 * Whether a cell can stand open beside others. An open loop needs long turns for its tail; a precopy is one migration;
 * another build's spinning senders cannot be told to rest; and counts of channels up to 64, all open at once, would have
 * hundreds of threads.
 */
function isLive({ cell }: PlannedCell, { listed, alternate }: Plan): boolean {
  const { workload, load } = cell;
  if (alternate === 'cells') return false;
  if (load !== undefined || !['throughput', 'hand-off', 'sync', 'device-state'].includes(workload)) return false;
  return listedOf(cell, listed).build === undefined || !spins(cell, { listed });
}

/** Whether its senders would look for work, and not sleep, while another cell has its turn. */
export function spins(cell: Cell, { listed }: Pick<Plan, 'listed'>): boolean {
  return cell.senderWait !== 'park' && hasWaiters(variantOf(cell, listed), cell) && senderThreads(cell, listed) > 0;
}

function setsOf(cells: readonly PlannedCell[], plan: Plan, share: number): LiveSet[] {
  const isStudied = ({ cell }: PlannedCell) => plan.studied.includes(cell.variant);
  // What the comparisons are with stands in every set.
  const named = [...plan.studied, BASELINE].map((name) => cells.find(({ cell }) => cell.variant === name));
  const first = named.find(Boolean) ?? cells[0]!;
  const others = cells.filter((planned) => planned !== first);
  const turnMs = turnMsOf(first, plan);
  const beside = others.filter((planned) => !isStudied(planned));
  const visitMs = share * plan.visitMs * weightOf(first);
  const studied = packed(first, others.filter(isStudied), plan).map((set): LiveSet => {
    const guest = beside.at(0);
    const joins = guest !== undefined && others.length > beside.length && hasRoom(set, guest, plan);
    if (joins) beside.shift();
    const parts = Math.min(MOST_PARTS, Math.max(1, Math.round(visitMs / PART_MS)));
    const forMs = (visitMs * set.length) / 2 / parts;
    return { cells: joins ? [...set, guest] : set, beside: joins ? 1 : 0, turnMs, openings: 2 * parts, forMs };
  });
  if (beside.length === 0) return studied;
  const besideMs = Math.min(BESIDE_MS, plan.visitMs / 2);
  const sets = packed(first, beside, plan).map(
    (set): LiveSet => ({ cells: set, beside: 0, turnMs, openings: 2, forMs: besideMs * set.length }),
  );
  return others.some(isStudied) ? [...studied, ...sets] : sets;
}

/** Percentiles and syncs spread more than rates of thousands of batches, and one cell of theirs has several rows. */
function weightOf({ cell: { workload } }: PlannedCell): number {
  return workload === 'hand-off' || workload === 'sync' ? 2 : 1;
}

/** As many in a set as have threads and receivers there, and the first in each of them. */
function packed(first: PlannedCell, others: readonly PlannedCell[], plan: Plan): PlannedCell[][] {
  const sets: PlannedCell[][] = [[first]];
  for (const planned of others) {
    const last = sets.at(-1)!;
    if (last.length === 1 || hasRoom(last, planned, plan)) last.push(planned);
    else sets.push([first, planned]);
  }
  return sets;
}

function hasRoom(set: readonly PlannedCell[], planned: PlannedCell, { listed, fleet }: Plan): boolean {
  const threads = [...set, planned].reduce((sum, { cell }) => sum + senderThreads(cell, listed), 0);
  const most = Math.max(LEAST_THREADS, 2 * fleet.senders);
  return threads <= most && set.length < (writesToSocket(planned) ? MOST_RECEIVERS : Infinity);
}

function longTurns(cells: readonly PlannedCell[], plan: Plan, random: Random): LongTurn[] {
  const most = Math.max(0, ...cells.map((planned) => turnsOf(planned, plan)));
  return Array.from({ length: most }, (_, mirror) => {
    const there = random.shuffle(cells.filter((planned) => turnsOf(planned, plan) > mirror));
    const first = (mirror % 2) as 0 | 1;
    const second = (1 - first) as 0 | 1;
    return [
      ...there.map((planned): LongTurn => ({ planned, visit: first })),
      ...there.toReversed().map((planned): LongTurn => ({ planned, visit: second })),
    ];
  }).flat();
}

function sitsOut({ cell }: PlannedCell, { studied, besideEvery }: Plan, round: number): boolean {
  const judged = ALWAYS_JUDGED.includes(cell.variant) && round < LEAST_PROCESSES;
  return !studied.includes(cell.variant) && !judged && round % besideEvery !== 0;
}

/** Long turns that make one visit to a cell: many for the designs under study, one for those that stand beside them. */
function turnsOf({ cell, table }: PlannedCell, { studied, tables, turnFactor }: Plan): number {
  if (cell.workload === 'precopy' || !studied.includes(cell.variant)) return 1;
  return Math.max(1, Math.round(tables.find(({ id }) => id === table)!.turns * turnFactor));
}

/** Timed slices of a long turn: one for the designs that only stand beside those under study, where one is enough. */
export function slicesOf({ cell }: PlannedCell, { slices, studied }: Plan): number {
  // Percentiles need samples, whoever they are of.
  return studied.includes(cell.variant) || cell.workload === 'hand-off' ? slices : 1;
}

const PROCESS_START_MS = 1400;
/** More of it where cells write to receivers. */
const RECEIVERS_START_MS = 1300;
/** Of a set, at its first opening in a process, and the part of what it is measured for. */
const WARM_UP_MS = 130;
const WARM_UP_SHARE = 0.4;
/** What a long turn costs beside its slices, and an opening of cells side by side beside its turns. */
const TURN_OVERHEAD_MS = 8;
const OPENING_OVERHEAD_MS = 80;
/** A slice has as many jobs as the fastest one did in its time: most take longer. */
const SLICE_STRETCH = 1.25;

/** Starting a process takes more than a second: one that has few cells to measure is used for at least so long .. */
const LEAST_USE_MS = 4000;
/** .. by openings that are longer, at most by this. */
const MOST_LONGER = 3;

/** The plan with openings that fill its processes. */
export function withFullProcesses(plan: Plan): Plan {
  const sets = roundGroups(plan, 0).flatMap((group) => group.sets);
  const usedMs = sets.reduce((sum, { openings, forMs }) => sum + openings * forMs, 0);
  if (usedMs === 0 || usedMs >= LEAST_USE_MS) return plan;
  return { ...plan, visitMs: Math.round(plan.visitMs * Math.min(MOST_LONGER, LEAST_USE_MS / usedMs)) };
}

/** How long the plan takes, in milliseconds. */
export function estimateMs(plan: Plan): number {
  const receivers = plan.cells.some((planned) => isMeasured(planned) && writesToSocket(planned));
  let total = plan.rounds * (PROCESS_START_MS + (receivers ? RECEIVERS_START_MS : 0));
  for (let round = 0; round < plan.rounds; round++) {
    for (const { sets, turns } of roundGroups(plan, round)) {
      for (const { openings, forMs } of sets) {
        total += (openings + WARM_UP_SHARE) * forMs + WARM_UP_MS + openings * OPENING_OVERHEAD_MS;
      }
      for (const { planned } of turns) {
        const sliceMs = planned.cell.load === undefined ? plan.sliceMs : plan.sliceMs * LOADED_SLICE_FACTOR;
        total += (slicesOf(planned, plan) + 0.15) * sliceMs * SLICE_STRETCH + TURN_OVERHEAD_MS;
      }
    }
  }
  return total;
}
