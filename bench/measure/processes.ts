// The processes of a round: one, or one for each build that takes part, so that their turns can alternate.

import { basename } from 'node:path';
import { NO_SHARED_MEMORY } from '../../src/memory/shared-memory.js';
import { type Cell, CellFailure, type VisitReport } from '../../src/session/cell.js';
import { UsageError } from '../base/usage-error.js';
import type { Build } from '../plan/catalogue.js';
import { spins } from '../plan/order.js';
import { cellKey, LOADED_SLICE_FACTOR, listedOf, type Plan } from '../plan/planned.js';
import { ramBytes } from '../plan/ram-flag.js';
import { Child, type Runtime } from './child.js';
import { type LivePart, measureLive } from './live.js';
import { failing, type LiveEnd, type LiveOptions } from './live-turns.js';
import { capacityCell, capacityOf, LEAST_REACHED, reachedLoad } from './offered-load.js';
import { type PeerPlan, Peers, writesToPeer } from './peers.js';
import { precopyTurn } from './precopy-turn.js';
import { type Turn, type TurnOptions, takeTurn } from './turn.js';

/** A cell that is to be opened beside others. */
export type LivePlace = Omit<LiveEnd, 'client' | 'peer'>;

/** All that a round has running: started when a turn needs it, ended together. */
export class Processes {
  private readonly plan: Plan;
  /** By the folder of the build; this build's own where nothing else is asked for. */
  private readonly byBuild = new Map<string, BuildProcess>();

  constructor(plan: Plan) {
    this.plan = plan;
  }

  /** Rejects with CellFailure. */
  async turn(cell: Cell, options: TurnOptions): Promise<Turn> {
    const { build } = listedOf(cell, this.plan.listed);
    return this.processOf(build).turn(build ? { ...cell, variant: build.variant } : cell, options);
  }

  /** Opens cells side by side and measures them against each other. Rejects with LiveFailure. */
  async live(cells: readonly LivePlace[], options: LiveOptions): Promise<LivePart[]> {
    const places = cells.map((place, at) => {
      const { build } = listedOf(place.cell, this.plan.listed);
      const named = build ? { ...place.cell, variant: build.variant } : place.cell;
      const cell = spins(place.cell, this.plan) ? { ...named, rests: true } : named;
      return { process: this.processOf(build), place: { ...place, cell }, at };
    });
    for (const { process, at } of places) await failing(at, process.begin());
    // Their receivers start side by side: that takes as long as one.
    const ends = await Promise.all(places.map(({ process, place, at }) => failing(at, process.endFor(place))));
    const parts = await measureLive(ends, options);
    for (const [at, { report }] of parts.entries()) places[at]!.process.requireWhole(report);
    return parts;
  }

  /** Starts what cells need that will stand side by side, unless they are of other builds. Rejects with CellFailure. */
  async begin(cells: readonly Cell[]): Promise<void> {
    const isOurs = cells.every((cell) => listedOf(cell, this.plan.listed).build === undefined);
    if (isOurs) await this.processOf(undefined).beginWith(cells);
  }

  private processOf(build: Build | undefined): BuildProcess {
    const key = build?.folder ?? '';
    const process = this.byBuild.get(key) ?? new BuildProcess(this.plan, build);
    this.byBuild.set(key, process);
    return process;
  }

  /** Why a receiver was killed from outside, if one was. */
  async killedReceiver(): Promise<string | undefined> {
    const reasons = await Promise.all([...this.byBuild.values()].map((process) => process.killedReceiver()));
    return reasons.find((reason) => reason !== undefined);
  }

  async end(): Promise<void> {
    const all = [...this.byBuild.values()];
    this.byBuild.clear();
    await Promise.all(all.map((process) => process.end()));
  }
}

/** Fields of a report that older builds, which number their protocol alike, do not have. */
const REPORTED = ['threads', 'jobsPerChannel', 'pinned'] as const;

/** Of an open loop's hand-overs, once it is known that the process cannot keep pace. */
const MISSED_SHARE = 0.1;

/** The process of one build and its receivers: started when a turn needs them, ended together. */
class BuildProcess {
  private readonly runtime: Runtime;
  private readonly plan: Plan;
  private readonly peerPlan: PeerPlan;
  private client: Promise<Child> | undefined;
  /** The client once it has started. */
  private started: Child | undefined;
  private peers: Peers | undefined;
  /** Of this process, in jobs a second, by the closed loop that measured it. */
  private readonly capacities = new Map<string, number>();
  /** Also ends the client while it is being started, when nobody else knows of it. */
  private readonly ending = new AbortController();
  /** Open loops that could not keep pace: their later turns are cut short, since they are invalid already. */
  private readonly missed = new Set<string>();

  constructor(plan: Plan, build: Build | undefined) {
    this.plan = plan;
    this.runtime = { signal: this.ending.signal, ...(build && { build: build.folder }) };
    this.peerPlan = {
      ramBytes: ramBytes(plan.ram),
      channels: Math.max(...plan.cells.map(({ cell }) => (writesToPeer(cell) ? cell.channels : 1))),
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
    const { client, peers } = await this.begin();
    if (cell.workload === 'precopy') return precopyTurn(client, cell, this.peerPlan);
    const peer = await peers.for(cell);
    peer?.prepare(cell);
    const turn = await takeTurn(client, cell, { ...options, ...(peer ? { peer: peer.name } : {}) });
    this.requireWhole(turn.report);
    await peer?.check(turn.report);
    return turn;
  }

  /** Where a cell can be opened beside others: a process has lanes, which other builds may not know. */
  async endFor(place: LivePlace): Promise<LiveEnd> {
    const { client, peers } = await this.begin();
    const lane = this.runtime.build === undefined ? place.lane : 0;
    const peer = await peers.for(place.cell, lane);
    return { ...place, client, lane, peer };
  }

  /** Throws UsageError for a report of a build that leaves something out. */
  requireWhole(report: VisitReport): void {
    const missing = REPORTED.find((name) => report[name] === undefined);
    if (missing !== undefined) throw this.tooOld(`its reports have no ${missing}`);
  }

  /** Starts the process where it is not there yet. */
  async begin(): Promise<{ client: Child; peers: Peers }> {
    this.client ??= this.start();
    this.peers ??= new Peers(this.client, this.peerPlan);
    const { client, peers } = this;
    return { client: await client, peers };
  }

  /** Starts the process and the receivers of cells that will stand side by side, all at once. */
  async beginWith(cells: readonly Cell[]): Promise<void> {
    const beginning = this.begin();
    await Promise.all([beginning, ...cells.map((cell, lane) => this.peers!.for(cell, lane))]);
  }

  private async start(): Promise<Child> {
    const client = await this.startClient();
    if (this.ending.signal.aborted) {
      await client.kill();
      throw new CellFailure('the round is over');
    }
    this.started = client;
    return client;
  }

  private async startClient(): Promise<Child> {
    try {
      return await Child.start(this.plan.fleet, this.plan.listed, this.runtime);
    } catch (cause) {
      const isOurs = this.runtime.build === undefined || !(cause instanceof CellFailure);
      // No build has memory where this one has none, and none answers that was ended.
      if (isOurs || this.ending.signal.aborted || cause.message.startsWith(NO_SHARED_MEMORY)) throw cause;
      throw this.tooOld(cause.message);
    }
  }

  /** What another build says cannot be understood: no cell of it could be measured. */
  private tooOld(why: string): UsageError {
    return new UsageError(
      `the build ${basename(this.runtime.build ?? '')} is too old or too new to be driven by this one: ${why}`,
    );
  }

  /** Why a receiver was killed from outside, if one was. */
  async killedReceiver(): Promise<string | undefined> {
    return this.peers?.killed();
  }

  async end(): Promise<void> {
    this.ending.abort();
    const { started, peers } = this;
    this.client = undefined;
    this.started = undefined;
    this.peers = undefined;
    await Promise.all([started?.kill(), peers?.stop()]);
  }
}
