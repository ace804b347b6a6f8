// One round: a fresh process that takes the turns of the plan, two visits to every cell.
import { type Cell, CellFailure } from '../../src/session/cell.js';
import { cellKey, type Plan, type PlannedCell, roundOrder, slicesOf } from '../plan/plan.js';
import { ramBytes } from '../plan/ram-flag.js';
import { capacityCell, capacityOf, LEAST_REACHED, LOADED_SLICE_FACTOR, reachedLoad } from './offered-load.js';
import { type PeerPlan, Peers } from './peers.js';
import { precopyTurn } from './precopy-turn.js';
import { ProcessKilled, RoundClient } from './round-client.js';
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

/** What the rounds of a run share. */
export interface RoundContext {
  readonly plan: Plan;
  readonly signal: AbortSignal;
  /** Amount of work of a slice, by cell: found once a run. */
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
      if (signal.aborted) break;
      context.turn(planned);
      if (failures.has(id)) continue;
      try {
        const options = {
          slices: slicesOf(planned, plan),
          sliceMs: plan.sliceMs,
          amount: amounts.get(id),
          cold: !warm.has(id),
        };
        const turn = await processes.turn(cell, options);
        warm.add(id);
        amounts.set(id, turn.amount);
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

/** Of an open loop's hand-overs, once it is known that the process cannot keep pace. */
const MISSED_SHARE = 0.1;

/** The process of a round and its receivers: started when a turn needs them, ended together. */
class RoundProcesses {
  private readonly plan: Plan;
  private readonly peerPlan: PeerPlan;
  private client: RoundClient | undefined;
  private peers: Peers | undefined;
  /** Of this process, in jobs a second, by the closed loop that measured it. */
  private readonly capacities = new Map<string, number>();
  /** Open loops that could not keep pace: their later turns are cut short, since they are invalid already. */
  private readonly missed = new Set<string>();

  constructor(plan: Plan) {
    this.plan = plan;
    this.peerPlan = {
      ramBytes: ramBytes(plan.ram),
      channels: Math.max(...plan.cells.map(({ cell }) => cell.channels)),
    };
  }

  /** Offers an open loop its share of what the same design reaches in this process. Rejects with CellFailure. */
  async turn(cell: Cell, options: TurnOptions): Promise<Turn> {
    if (cell.load === undefined) return this.plainTurn(cell, options);
    const loop = capacityCell(cell);
    const key = cellKey(loop);
    if (!this.capacities.has(key)) {
      const { slices } = await this.plainTurn(loop, { ...options, amount: undefined, cold: true });
      this.capacities.set(key, capacityOf(slices));
    }
    const offeredPerSecond = cell.load * this.capacities.get(key)!;
    const sliceMs = options.sliceMs * LOADED_SLICE_FACTOR;
    const share = this.missed.has(cellKey(cell)) ? MISSED_SHARE : 1;
    const amount = Math.max(1, Math.round((share * offeredPerSecond * sliceMs) / 1e3));
    const turn = await this.plainTurn({ ...cell, offeredPerSecond }, { ...options, sliceMs, amount, cold: false });
    if (reachedLoad(turn.slices)! < LEAST_REACHED / 2) this.missed.add(cellKey(cell));
    return turn;
  }

  /** A turn over the transport of the cell; what a receiver was sent must have come. Rejects with CellFailure. */
  private async plainTurn(cell: Cell, options: TurnOptions): Promise<Turn> {
    this.client ??= await RoundClient.start(this.plan.fleet, this.plan.listed);
    this.peers ??= new Peers(this.client, this.peerPlan);
    if (cell.workload === 'precopy') return precopyTurn(this.client, cell, this.peerPlan);
    const peer = await this.peers.for(cell);
    peer?.prepare(cell);
    const turn = await takeTurn(this.client, cell, { ...options, ...(peer ? { peer: peer.name } : {}) });
    await peer?.check(turn.report);
    return turn;
  }

  /** Why a receiver was killed from outside, if one was. */
  async killedReceiver(): Promise<string | undefined> {
    return this.peers?.killed();
  }

  async end(): Promise<void> {
    const { client, peers } = this;
    this.client = undefined;
    this.peers = undefined;
    await Promise.all([client?.kill(), peers?.stop()]);
  }
}
