// One round: a fresh process that takes the turns of the plan, two visits to every cell.

import { CellFailure } from '../../src/session/cell.js';
import { roundOrder, slicesOf } from '../plan/plan.js';
import { listedOf, type Plan, type PlannedCell } from '../plan/planned.js';
import { ProcessKilled } from './round-client.js';
import { RoundProcesses } from './round-processes.js';
import type { Turn } from './turn.js';
import { summarise, type Visit } from './visit.js';

/** A visit with its place in the run. */
export interface RecordedVisit extends Visit {
  readonly cellId: string;
  /** From 0; one fresh process each. */
  readonly round: number;
  /** Number of its first turn in the round. */
  readonly position: number;
}

export interface Failure {
  readonly cellId: string;
  readonly round: number;
  readonly reason: string;
  readonly dump: readonly string[];
}

/** What the rounds of a run share. */
export interface RoundContext {
  readonly plan: Plan;
  readonly signal: AbortSignal;
  /** Amount of work of a slice, by cell: found once a run, and the same for all builds of a design. */
  readonly amounts: Map<string, number>;
  /** By cell; a cell that failed is not tried again: it would fail again, and a hang costs its whole watchdog time. */
  readonly failures: Map<string, Failure>;
  /** Told before each turn. */
  readonly turn: (cell: PlannedCell) => void;
}

/** How a round ended. Unless it is finished its visits count for nothing. */
export interface RoundEnd {
  readonly end: 'finished' | 'interrupted' | 'killed';
  readonly visits: readonly RecordedVisit[];
  /** Nanoseconds inside timed slices. */
  readonly timedNs: number;
}

/** Takes the turns of round number `round`. A cell's failure is recorded; any other error is thrown. */
export async function takeRound(round: number, context: RoundContext): Promise<RoundEnd> {
  const { plan, signal, amounts, failures } = context;
  const taken = new Map<string, { planned: PlannedCell; position: number; turns: Turn[] }>();
  const warm = new Set<string>();
  const processes = new RoundProcesses(plan);
  const kill = () => void processes.end();
  signal.addEventListener('abort', kill);
  let timedNs = 0;
  try {
    for (const [position, { planned, visit }] of roundOrder(plan, round).entries()) {
      const { id, cell } = planned;
      const { build } = listedOf(cell, plan.listed);
      const amountKey = build ? id.replace(` ${cell.variant} `, ` ${build.variant} `) : id;
      if (signal.aborted) break;
      context.turn(planned);
      if (failures.has(id)) continue;
      try {
        const options = {
          slices: slicesOf(planned, plan),
          sliceMs: plan.sliceMs,
          amount: amounts.get(amountKey),
          cold: !warm.has(id),
        };
        const turn = await processes.turn(cell, options);
        warm.add(id);
        amounts.set(amountKey, turn.amount);
        timedNs += turn.slices.reduce((sum, { durationNs }) => sum + durationNs, 0);
        const key = `${visit} ${id}`;
        const entry = taken.get(key) ?? { planned, position, turns: [] };
        entry.turns.push(turn);
        taken.set(key, entry);
      } catch (cause) {
        if (signal.aborted) break;
        if (!(cause instanceof CellFailure)) throw cause;
        const killed = cause instanceof ProcessKilled ? cause.message : await processes.killedReceiver();
        failures.set(id, { cellId: id, round, reason: killed ?? cause.message, dump: cause.dump });
        // Somebody, or a kernel short of memory, ends our processes: going on would only cost more of them.
        if (killed !== undefined) return { end: 'killed', visits: [], timedNs };
        // Its threads may be anywhere: a fleet in which a cell failed goes with its process.
        await processes.end();
        warm.clear();
      }
    }
  } finally {
    signal.removeEventListener('abort', kill);
    await processes.end();
  }
  if (signal.aborted) return { end: 'interrupted', visits: [], timedNs };
  const finished = [...taken.values()].filter(({ planned }) => !failures.has(planned.id));
  const visits = finished.map(({ planned, position, turns }) => ({
    cellId: planned.id,
    round,
    position,
    ...summarise(planned.cell, turns),
  }));
  return { end: 'finished', visits, timedNs };
}
