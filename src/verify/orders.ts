// Visits one execution of each set that differ only in the order of independent operations: optimal partial-order reduction.
import type { Execution } from './execution.js';
import type { Machine } from './machine.js';
import { COMPARE_EXCHANGE, LOAD, MODIFY, type Operation, STEP, STORE } from './operation.js';
import { LOW } from './ranges.js';
import { MOST_TRANSITIONS } from './scenario.js';
import { type Access, areDependent, insert, isWeakInitial, type WakeUp } from './wake-ups.js';

/** What came of it: all orders visited; a budget used up; a finding was enough; operations whose order is not known to matter. */
export type Outcome = 'all' | 'more' | 'stopped' | 'unsuited';

/** An operation of the execution so far: the state before it, what it did, and what happens before it. */
interface Event {
  readonly state: Int32Array;
  access: Access;
  transition: number;
  /** How many events of each thread happen before it; its own number among its thread's, from 1. */
  readonly clock: Int32Array;
  own: number;
  /** Events that it could change places with, and is not ordered against by another. */
  races: number[];
  /** What each thread asleep here would do: all that follows was visited already. By thread; null for who is awake. */
  readonly sleep: (Access | null)[];
  /** Sequences that are still to be visited from here; the first is under way. */
  ways: WakeUp[];
}

/** Each step is compared with those before it: so often for an execution, that of a long one takes no longer. */
const COMPARED = 4000;

/**
 * Abdulla, Aronis, Jonsson, Sagonas: Source Sets, J. ACM 64(4), 2017, algorithm 2. Where two operations on a word could
 * have come the other way round, the shortest sequence that shows it is put down at the place where they part.
 * For programs of atomic and plain accesses without loops that wait: blocking and hints are for the search of states.
 */
export class Orders {
  /** Executions followed to an end, and steps taken. */
  executions = 0;
  steps = 0;
  private readonly execution: Execution;
  private readonly machine: Machine;
  private readonly events: Event[] = [];
  private readonly possible = new Int32Array(MOST_TRANSITIONS);
  private depth = 0;
  private compared = 0;

  /** The execution is at its start. */
  constructor(execution: Execution) {
    this.execution = execution;
    this.machine = execution.machine;
    this.enter([], () => null);
  }

  /** Goes on until `mostExecutions` were followed in all, or as much was done as short ones take. `found` as in Search. */
  visit(mostExecutions: number, found: (path: number[]) => boolean): Outcome {
    const { execution, events } = this;
    while (this.depth > 0) {
      if (this.executions >= mostExecutions || this.compared > mostExecutions * COMPARED) return 'more';
      const event = events[this.depth - 1]!;
      const [way] = event.ways;
      if (!way) {
        this.depth--;
        if (this.depth > 0) this.sleepAfter(events[this.depth - 1]!);
        continue;
      }
      this.machine.state.set(event.state);
      execution.problem = null;
      const outcome = this.take(event, way, found);
      if (outcome !== null) return outcome;
    }
    return 'all';
  }

  /** Takes the first step of a way, and what follows; null to go on. */
  private take(event: Event, way: WakeUp, found: (path: number[]) => boolean): Outcome | null {
    const { execution } = this;
    const { thread } = way.access;
    const operation = execution.pending(thread);
    if (!isSuited(operation)) return 'unsuited';
    event.transition = thread;
    event.access = this.accessOf(thread, operation);
    this.order(event);
    execution.step(thread);
    this.steps++;
    if (execution.repeats || execution.cuts.size > 0) return 'unsuited';
    // What is wrong is told, and the execution followed all the same: what others do later shows other orders.
    if (execution.problem && !found(this.path())) return 'stopped';
    execution.problem = null;
    const { access, sleep } = event;
    if (this.enter(way.next, (other) => this.staysAsleep(sleep[other]!, access))) return null;
    this.depth--;
    this.executions++;
    execution.finish();
    this.lookAtRaces();
    if (execution.problem && !found(this.path())) return 'stopped';
    this.sleepAfter(event);
    return null;
  }

  /** Enters the machine's state; returns whether there is a way on. */
  private enter(ways: WakeUp[], sleepOf: (thread: number) => Access | null): boolean {
    const { execution, machine, events, possible } = this;
    const count = execution.enabled(possible);
    events[this.depth] ??= blank(machine.state.length, execution.threads);
    const event = events[this.depth++]!;
    event.state.set(machine.state);
    for (let thread = 0; thread < execution.threads; thread++) event.sleep[thread] = sleepOf(thread);
    event.ways = ways;
    if (count === 0) return false;
    if (ways.length === 0) {
      for (let i = 0; i < count && ways.length === 0; i++) {
        const thread = possible[i]!;
        if (!event.sleep[thread]) ways.push({ access: this.accessOf(thread, execution.pending(thread)), next: [] });
      }
    }
    return true;
  }

  private staysAsleep(asleep: Access | null, access: Access): Access | null {
    return asleep && !areDependent(this.machine, asleep, access) ? asleep : null;
  }

  /** The way under way is done: whoever took its first step sleeps from now on. */
  private sleepAfter(event: Event): void {
    event.ways.shift();
    event.sleep[event.access.thread] = event.access;
  }

  private path(): number[] {
    return this.events.slice(0, this.depth).map(({ transition }) => transition);
  }

  /** Finds what happens before the event on top, and what it races with. */
  private order(event: Event): void {
    const { events } = this;
    this.compared += this.depth;
    const { clock, access } = event;
    clock.fill(0);
    event.races = [];
    event.own = 1;
    const at = this.depth - 1;
    for (let i = at - 1; i >= 0; i--) {
      if (events[i]!.access.thread !== access.thread) continue;
      join(clock, events[i]!);
      event.own = events[i]!.own + 1;
      break;
    }
    for (let i = at - 1; i >= 0; i--) {
      const other = events[i]!;
      if (other.access.thread === access.thread || clock[other.access.thread]! >= other.own) continue;
      if (!areDependent(this.machine, other.access, access)) continue;
      event.races.push(i);
      join(clock, other);
    }
  }

  /**
   * For each race, the sequence that turns it round is to be visited from where the two part. Races that were looked at
   * before are looked at again: what follows them is another now.
   */
  private lookAtRaces(): void {
    const { events, machine, depth } = this;
    for (let at = 0; at < depth; at++) {
      const later = events[at]!;
      for (const first of later.races) {
        const earlier = events[first]!;
        const { thread } = earlier.access;
        const sequence: Access[] = [];
        for (let i = first + 1; i < depth; i++) {
          const between = events[i]!;
          if (between.access.thread !== thread && between.clock[thread]! < earlier.own) sequence.push(between.access);
        }
        sequence.push(this.turnedRound(later.access, earlier));
        if (earlier.sleep.some((asleep) => asleep && isWeakInitial(machine, asleep, sequence) >= -1)) continue;
        insert(machine, earlier.ways, sequence);
      }
    }
  }

  /** An access that raced with an earlier one, as it would be before it: a compare-exchange finds the value from before. */
  private turnedRound(access: Access, earlier: Event): Access {
    const { expected, slot } = access;
    if (expected === undefined) return access;
    return { ...access, isWrite: earlier.access.slot !== slot || earlier.state[slot] === expected };
  }

  /** A compare-exchange that fails only reads. */
  private accessOf(thread: number, { kind, slot, a }: Operation): Access {
    if (kind === COMPARE_EXCHANGE) return { thread, slot, isWrite: this.machine.state[slot] === a, expected: a };
    return { thread, slot, isWrite: kind !== LOAD && kind !== STEP, expected: undefined };
  }
}

function blank(size: number, threads: number): Event {
  return {
    state: new Int32Array(size),
    access: { thread: -1, slot: -1, isWrite: false, expected: undefined },
    transition: -1,
    clock: new Int32Array(threads),
    own: 0,
    races: [],
    sleep: new Array<Access | null>(threads).fill(null),
    ways: [],
  };
}

/** 64 bits are read and written by several operations at once. */
function isSuited({ kind, range }: Operation): boolean {
  if (range >= LOW) return false;
  return kind === LOAD || kind === STORE || kind === MODIFY || kind === COMPARE_EXCHANGE || kind === STEP;
}

function join(clock: Int32Array, { clock: other, access, own }: Event): void {
  for (let i = 0; i < clock.length; i++) if (other[i]! > clock[i]!) clock[i] = other[i]!;
  if (own > clock[access.thread]!) clock[access.thread] = own;
}
