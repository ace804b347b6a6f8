// One round: a fresh process in which every cell is visited twice, side by side with those that it is compared with.
import { Random } from '../../src/random.js';
import { CellFailure } from '../../src/session/cell.js';
import { type Group, type LiveSet, type LongTurn, roundGroups, slicesOf } from '../plan/order.js';
import { listedOf, type Plan, type PlannedCell } from '../plan/planned.js';
import { ProcessKilled } from './child.js';
import { LiveFailure, type TurnSize } from './live-turns.js';
import { type Opening, pairedVisits } from './paired-visits.js';
import { writesToPeer } from './peers.js';
import { Processes } from './processes.js';
import type { Turn } from './turn.js';
import { summarise, type Visit } from './visit.js';

/** A visit with its place in the run. */
export interface RecordedVisit extends Visit {
  readonly cellId: string;
  /** From 0; one fresh process each. */
  readonly round: number;
  /** Number of its first step in the round: an opening of cells side by side, or a long turn. */
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
  /** Amount of work of a slice of a long turn, by cell: found once a run, and the same for all builds of a design. */
  readonly amounts: Map<string, number>;
  /** Turns of cells side by side, by the set and the cell: found once a run. */
  readonly turns: Map<string, TurnSize>;
  /** By cell; a cell that failed is not tried again: it would fail again, and a hang costs its whole watchdog time. */
  readonly failures: Map<string, Failure>;
  /** What a group of cells is to have of its time. */
  readonly share?: (group: string) => number;
  /** Called before each step. */
  readonly step: (cell: PlannedCell) => void;
}

/** How a round ended. Unless it is finished its visits count for nothing. */
export interface RoundEnd {
  readonly end: 'finished' | 'interrupted' | 'killed';
  readonly visits: readonly RecordedVisit[];
  /** Nanoseconds inside timed slices. */
  readonly timedNs: number;
}

/** Takes round number `round`. A cell's failure is recorded; any other error is thrown. */
export async function takeRound(round: number, context: RoundContext): Promise<RoundEnd> {
  const running = new Round(round, context);
  return running.take();
}

/** A set in the course of a round. */
interface Standing {
  readonly position: number;
  /** Of the first opening; they are turned round for each next one. */
  readonly lanes: readonly number[];
  readonly openings: Opening[];
}

class Round {
  private readonly number: number;
  private readonly context: RoundContext;
  private readonly processes: Processes;
  private readonly random: Random;
  private readonly visits: RecordedVisit[] = [];
  private readonly standing = new Map<LiveSet, Standing>();
  private readonly taken = new Map<string, { planned: PlannedCell; position: number; turns: Turn[] }>();
  /** Cells that the process has run, whose code is compiled there. */
  private readonly warm = new Set<string>();
  private timedNs = 0;
  private position = 0;
  private killed = false;

  constructor(number: number, context: RoundContext) {
    this.number = number;
    this.context = context;
    this.processes = new Processes(context.plan);
    this.random = new Random(context.plan.seed + number);
  }

  async take(): Promise<RoundEnd> {
    const { plan, signal, share } = this.context;
    const kill = () => void this.processes.end();
    signal.addEventListener('abort', kill);
    try {
      const groups = roundGroups(plan, this.number, share);
      for (const { turns } of groups) for (const turn of turns) if (this.goesOn) await this.longTurn(turn);
      await this.openAll(groups);
    } finally {
      signal.removeEventListener('abort', kill);
      await this.processes.end();
    }
    const { timedNs } = this;
    if (this.killed) return { end: 'killed', visits: [], timedNs };
    if (signal.aborted) return { end: 'interrupted', visits: [], timedNs };
    for (const [set, standing] of this.standing) this.recordSet(set, standing);
    for (const { planned, position, turns } of this.taken.values()) {
      this.record(planned, position, [summarise(planned.cell, turns)]);
    }
    const finished = this.visits.filter(({ cellId }) => !this.context.failures.has(cellId));
    return { end: 'finished', visits: finished, timedNs };
  }

  /**
   * Each set is opened once in a pass, so that its openings are spread over the round: what a machine does for seconds, and
   * how long a sleeper takes to wake then, is in one of them.
   */
  private async openAll(groups: readonly Group[]): Promise<void> {
    const sets = groups.flatMap((group) => group.sets);
    // A receiver of packed pages serves one opening, and is started with it.
    const writing = sets.find(({ cells: [first] }) => writesToPeer(first!.cell) && first!.cell.codec === 'none');
    if (writing) await this.begin(writing);
    const passes = Math.max(0, ...groups.flatMap(({ sets }) => sets.map(({ openings }) => openings)));
    for (let pass = 0; pass < passes; pass++) {
      for (const { sets } of this.random.shuffle([...groups])) {
        for (const set of sets) {
          if (pass >= set.openings) continue;
          while (this.goesOn && !(await this.open(set, pass)));
        }
      }
    }
  }

  /** What cannot be had fails again where its cell is opened, and is that cell's failure; what was killed is not tried again. */
  private async begin({ cells }: LiveSet): Promise<void> {
    try {
      await this.processes.begin(cells.map(({ cell }) => cell));
    } catch (cause) {
      if (cause instanceof ProcessKilled) await this.failed(cells[0]!, cause);
    }
  }

  private get goesOn(): boolean {
    return !this.killed && !this.context.signal.aborted;
  }

  /** Opens the cells of a set side by side. False when one of them failed: the others are measured again. */
  private async open(set: LiveSet, pass: number): Promise<boolean> {
    const { turnMs, forMs } = set;
    const { turns, step } = this.context;
    const cells = this.left(set);
    if (cells.length === 0 || (cells.length === 1 && set.cells.length > 1 && this.stands(cells[0]!, set))) return true;
    const standing = this.standing.get(set) ?? {
      position: this.position,
      lanes: this.random.shuffle([...set.cells.keys()]),
      openings: [],
    };
    this.standing.set(set, standing);
    step(cells[0]!);
    this.position++;
    const least = set.cells.length - set.beside;
    try {
      const places = cells.map((planned) => {
        const at = set.cells.indexOf(planned);
        const lane = standing.lanes[at]!;
        return {
          cell: planned.cell,
          // Which cell is opened first, and on which threads, is drawn, and turned round for the next opening.
          lane: pass % 2 === 0 ? lane : set.cells.length - 1 - lane,
          cold: !this.warm.has(planned.id),
          turn: turns.get(turnKey(set, planned)),
          beside: at >= least,
        };
      });
      const mayLengthen = this.context.plan.turnMs === undefined;
      const parts = await this.processes.live(places, { turnMs, mayLengthen, forMs, random: this.random });
      standing.openings.push({ cells: cells.map(({ cell }) => cell), parts });
      for (const { id } of cells) this.warm.add(id);
      for (const [at, planned] of cells.entries()) turns.set(turnKey(set, planned), parts[at]!.next);
      this.timedNs += parts.flatMap(({ mirrors }) => mirrors.flat()).reduce((sum, slice) => sum + slice.durationNs, 0);
      return true;
    } catch (cause) {
      if (!(cause instanceof LiveFailure)) throw cause;
      await this.failed(cells[cause.at]!, cause.cause);
      return false;
    }
  }

  /** The cells of a set that have not failed. */
  private left({ cells }: LiveSet): readonly PlannedCell[] {
    return cells.filter(({ id }) => !this.context.failures.has(id));
  }

  /** Whether a cell is measured in another set as well. */
  private stands(planned: PlannedCell, set: LiveSet): boolean {
    return [...this.standing.keys()].some((other) => other !== set && other.cells.includes(planned));
  }

  private recordSet(set: LiveSet, { position, openings }: Standing): void {
    const cells = this.left(set);
    const whole = openings.map((opening): Opening => {
      const kept = cells.map(({ cell }) => opening.cells.indexOf(cell));
      return { cells: kept.map((at) => opening.cells[at]!), parts: kept.map((at) => opening.parts[at]!) };
    });
    if (cells.length === 0 || whole.length < 2) return;
    // The first cell is in every set: its own values come from the first one.
    const known = this.visits.find(({ cellId }) => cellId === cells[0]!.id)?.turns;
    for (const [at, visits] of pairedVisits(whole, known).entries()) {
      if (at > 0 || known === undefined) this.record(cells[at]!, position, visits);
    }
  }

  private async longTurn({ planned, visit }: LongTurn): Promise<void> {
    const { plan, amounts, failures, step } = this.context;
    const { id, cell } = planned;
    const { build } = listedOf(cell, plan.listed);
    const amountKey = build ? id.replace(` ${cell.variant} `, ` ${build.variant} `) : id;
    const position = this.position++;
    step(planned);
    if (failures.has(id)) return;
    try {
      const turn = await this.processes.turn(cell, {
        slices: slicesOf(planned, plan),
        sliceMs: plan.sliceMs,
        amount: amounts.get(amountKey),
        cold: !this.warm.has(id),
      });
      this.warm.add(id);
      amounts.set(amountKey, turn.amount);
      this.timedNs += turn.slices.reduce((sum, { durationNs }) => sum + durationNs, 0);
      const key = `${visit} ${id}`;
      const entry = this.taken.get(key) ?? { planned, position, turns: [] };
      entry.turns.push(turn);
      this.taken.set(key, entry);
    } catch (cause) {
      if (!(cause instanceof CellFailure)) throw cause;
      await this.failed(planned, cause);
    }
  }

  private async failed({ id }: PlannedCell, cause: CellFailure): Promise<void> {
    if (this.context.signal.aborted) return;
    const killed = cause instanceof ProcessKilled ? cause.message : await this.processes.killedReceiver();
    const reason = killed ?? cause.message;
    this.context.failures.set(id, { cellId: id, round: this.number, reason, dump: cause.dump });
    // Somebody, or a kernel short of memory, ends our processes: going on would only cost more of them.
    if (killed !== undefined) this.killed = true;
    // Its threads may be anywhere: a fleet in which a cell failed goes with its process.
    await this.processes.end();
    this.warm.clear();
  }

  private record({ id }: PlannedCell, position: number, visits: readonly Visit[]): void {
    for (const visit of visits) this.visits.push({ cellId: id, round: this.number, position, ...visit });
  }
}

/** Cells side by side have turns that suit each other: what one has depends on the others. */
function turnKey({ cells }: LiveSet, { id }: PlannedCell): string {
  return `${cells.map((other) => other.id).join(', ')}: ${id}`;
}
