// The rounds of a run: each a fresh process that takes the turns of its plan, two visits to every cell.
import { type Cell, CellFailure } from '../../src/session/cell.js';
import { type Plan, type PlannedCell, roundOrder } from '../plan/plan.js';
import { ramBytes } from '../plan/ram-flag.js';
import { type PeerPlan, Peers } from './peers.js';
import { precopyTurn } from './precopy-turn.js';
import { RoundClient } from './round-client.js';
import { type Turn, type TurnOptions, takeTurn } from './turn.js';
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

export interface Measured {
  readonly visits: readonly RecordedVisit[];
  readonly failures: readonly Failure[];
  readonly finishedRounds: number;
}

/** Told before each turn: where the run is. */
export type Progress = (at: { round: number; done: number; total: number; cell: PlannedCell }) => void;

/** Measures a plan. When `signal` aborts, the round under way is dropped and what was finished is returned. */
export async function measureRounds(plan: Plan, progress: Progress, signal: AbortSignal): Promise<Measured> {
  const amounts = new Map<string, number>();
  const failures = new Map<string, Failure>();
  const visits: RecordedVisit[] = [];
  const peerPlan = { ramBytes: ramBytes(plan.ram), channels: Math.max(...plan.cells.map(({ cell }) => cell.channels)) };
  let done = 0;
  let finishedRounds = 0;
  for (let round = 0; round < plan.rounds && !signal.aborted; round++) {
    const order = roundOrder(plan, round);
    const total = order.length * plan.rounds;
    const taken = new Map<string, { planned: PlannedCell; position: number; turns: Turn[] }>();
    let client: RoundClient | undefined;
    let peers: Peers | undefined;
    const kill = () => void client?.kill();
    signal.addEventListener('abort', kill);
    try {
      for (const [position, turn] of order.entries()) {
        const { planned, visit } = turn;
        const { id, cell } = planned;
        if (signal.aborted) break;
        progress({ round, done: done++, total, cell: planned });
        // A cell that failed is not tried again: it would fail again, and a hang costs its whole watchdog time.
        if (failures.has(id)) continue;
        try {
          if (!client) {
            client = await RoundClient.start(plan.fleet, plan.listed);
            peers = new Peers(client, peerPlan);
          }
          const done = await turnWithPeer(client, peers!, peerPlan, cell, { ...plan, amount: amounts.get(id) });
          amounts.set(id, done.amount);
          const key = `${visit} ${id}`;
          const entry = taken.get(key) ?? { planned, position, turns: [] };
          entry.turns.push(done);
          taken.set(key, entry);
        } catch (cause) {
          if (signal.aborted) break;
          if (!(cause instanceof CellFailure)) throw cause;
          failures.set(id, { cellId: id, round, reason: cause.message, dump: cause.dump });
          // Its threads may be anywhere: a fleet in which a cell failed goes with its process.
          await Promise.all([client?.kill(), peers?.stop()]);
          client = undefined;
        }
      }
    } finally {
      signal.removeEventListener('abort', kill);
      await Promise.all([client?.kill(), peers?.stop()]);
    }
    if (signal.aborted) break;
    for (const { planned, position, turns } of taken.values()) {
      if (failures.has(planned.id)) continue;
      visits.push({ cellId: planned.id, round, position, ...summarise(planned.cell, turns) });
    }
    finishedRounds++;
  }
  return { visits, failures: [...failures.values()], finishedRounds };
}

/** A turn over the transport of the cell; what a receiver was sent must have come. Rejects with CellFailure. */
async function turnWithPeer(
  client: RoundClient,
  peers: Peers,
  peerPlan: PeerPlan,
  cell: Cell,
  options: TurnOptions,
): Promise<Turn> {
  if (cell.workload === 'precopy') return precopyTurn(client, cell, peerPlan);
  const peer = await peers.for(cell);
  peer?.prepare(cell);
  const turn = await takeTurn(client, cell, { ...options, ...(peer ? { peer: peer.name } : {}) });
  await peer?.check(turn.report);
  return turn;
}
