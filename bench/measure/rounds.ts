// The rounds of a run: each a fresh process that visits its cells in a random order, every design twice (A B B A).
import { CellFailure } from '../../src/session/cell.js';
import { type Plan, type PlannedCell, roundOrder } from '../plan/plan.js';
import { RoundClient } from './round-client.js';
import { type Visit, visit } from './visit.js';

/** A visit with its place in the run. */
export interface RecordedVisit extends Visit {
  readonly cellId: string;
  /** From 0; one fresh process each. */
  readonly round: number;
  /** How many cells its round had visited before. */
  readonly position: number;
}

export interface Failure {
  readonly cellId: string;
  readonly round: number;
  readonly reason: string;
  readonly dump: readonly string[];
}

export interface Measured {
  readonly visits: readonly RecordedVisit[];
  readonly failures: readonly Failure[];
  readonly finishedRounds: number;
}

/** Told before each visit: where the run is. */
export type Progress = (at: { round: number; done: number; total: number; cell: PlannedCell }) => void;

/** Measures a plan. When `signal` aborts, the round under way is dropped and what was finished is returned. */
export async function measureRounds(plan: Plan, progress: Progress, signal: AbortSignal): Promise<Measured> {
  const amounts = new Map<string, number>();
  const failures = new Map<string, Failure>();
  const visits: RecordedVisit[] = [];
  let done = 0;
  let finishedRounds = 0;
  for (let round = 0; round < plan.rounds && !signal.aborted; round++) {
    const order = roundOrder(plan, round);
    const total = order.length * plan.rounds;
    const inRound: RecordedVisit[] = [];
    let client: RoundClient | undefined;
    const kill = () => void client?.kill();
    signal.addEventListener('abort', kill);
    try {
      for (const [position, planned] of order.entries()) {
        const { id, cell } = planned;
        if (signal.aborted) break;
        progress({ round, done: done++, total, cell: planned });
        // A cell that failed is not tried again: it would fail again, and a hang costs its whole watchdog time.
        if (failures.has(id)) continue;
        try {
          client ??= await RoundClient.start(plan.fleet, plan.listed);
          const [measured, amount] = await visit(client, cell, { ...plan, amount: amounts.get(id) });
          amounts.set(id, amount);
          inRound.push({ cellId: id, round, position, ...measured });
        } catch (cause) {
          if (signal.aborted) break;
          if (!(cause instanceof CellFailure)) throw cause;
          failures.set(id, { cellId: id, round, reason: cause.message, dump: cause.dump });
          // Its threads may be anywhere: a fleet in which a cell failed goes with its process.
          await client?.kill();
          client = undefined;
        }
      }
    } finally {
      signal.removeEventListener('abort', kill);
      await client?.kill();
    }
    if (signal.aborted) break;
    visits.push(...inRound);
    finishedRounds++;
  }
  return { visits, failures: [...failures.values()], finishedRounds };
}
