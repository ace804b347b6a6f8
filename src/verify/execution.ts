// One execution of a scenario: which transitions are possible, taking one, and what is wrong with it.
import { awaken, wasAwakened } from './announced.js';
import { Choices, CURRENT, EARLY, ONLY } from './choices.js';
import { Futures } from './futures.js';
import { bodyOf } from './guarded.js';
import { HintSites } from './hint-sites.js';
import { ASLEEP, Machine, TIMED_OUT, WOKEN } from './machine.js';
import type { Mutation } from './mutation.js';
import {
  CHECKPOINT,
  CUT,
  HINT,
  isScheduled,
  NOTIFY,
  type Operation,
  RETURN,
  SLEEP,
  SPIN,
  TASK,
  THROW,
  WAKE,
} from './operation.js';
import { deadlock, exception, type Problem, plainSpin, raceProblem, simple } from './problem.js';
import { Program, type ProgramOptions } from './program.js';
import { MOST_PROMISED } from './promises.js';
import { asked, initialWords, OUTGROWN, ScenarioError } from './rules.js';
import { type Hints, MOST_THREADS, type Scenario } from './scenario.js';
import { simulatedWords } from './views.js';
import { addWakesOfOne } from './wakes-of-one.js';
import { Watched } from './watched.js';
import { WordTable } from './word-table.js';

const ENDED = -1;
/** The sleeper that a wake is for, where it is for all of them; -1 is nobody. */
const EVERYBODY = -2;
/** Plain accesses in a row before a thread counts as lost in a loop of them. */
const PLAIN_FUEL = 5000;

export interface ExecutionOptions {
  readonly hints?: Hints;
  /** Whether a wait with a timeout may time out at any moment ('explore', the default) or never does. */
  readonly timeouts?: 'explore' | 'ignore';
  /**
   * How many sleeping waits of an execution may return 'ok' though nobody notified them, as a late notify for an
   * earlier round makes them do: whoever waits without a loop is found. Default 0.
   */
  readonly earlyWakes?: number;
  readonly mutation?: Mutation | null;
  readonly onSite?: ProgramOptions['onSite'];
  readonly looksLeft?: ProgramOptions['looksLeft'];
}

/** Called for every operation that is executed, with its result. */
export type Observer = (thread: number, operation: Operation, result: number) => void;

export class Execution {
  readonly scenario: Scenario;
  readonly threads: number;
  readonly hints: HintSites;
  machine: Machine;
  /** The first thing wrong since `start`. */
  problem: Problem | null = null;
  observer: Observer | null = null;
  steps = 0;
  /** Where threads were not followed further: with one of these, no search is complete. */
  readonly cuts = new Set<string>();
  /** Whether the last step ended a round of a loop: the thread has just repeated itself. */
  repeats = false;
  readonly futures: Futures;
  private readonly table = new WordTable();
  private readonly programs: Program[];
  private readonly initial: Int32Array;
  private readonly view: Int32Array;
  private readonly watched: Watched;
  private readonly choices: Choices;
  readonly earlyWakes: number;

  constructor(scenario: Scenario, options: ExecutionOptions = {}) {
    if (scenario.threads.length > MOST_THREADS) throw new ScenarioError(`scenario: at most ${MOST_THREADS} threads`);
    this.scenario = scenario;
    this.threads = scenario.threads.length;
    this.hints = new HintSites(options.hints ?? scenario.hints ?? { mode: 'weak' }, ONLY);
    this.choices = new Choices(this.hints, options.timeouts !== 'ignore');
    this.earlyWakes = options.earlyWakes ?? 0;
    this.initial = initialWords(scenario);
    this.view = this.initial.slice();
    this.watched = new Watched(scenario, this.initial);
    const { mutation = null, onSite = null, looksLeft = new Map() } = options;
    const { counters = [] } = scenario;
    const shared = { table: this.table, mutation, hints: this.hints, counters, onSite, looksLeft };
    this.futures = new Futures(this.threads, this.table, this.watched);
    const words = simulatedWords(scenario.words);
    const { threads: places } = this.futures;
    this.programs = scenario.threads.map((thread, i) => new Program(bodyOf(thread, words), shared, places[i]!));
    this.machine = new Machine(this.threads, this.table, this.initial);
  }

  /** Goes to the initial state, with a machine that fits all that is known of the program. */
  start(): void {
    if (this.table.version !== this.machine.version) this.machine = new Machine(this.threads, this.table, this.initial);
    this.problem = null;
    if (this.table.promised.some(({ length }) => length > MOST_PROMISED))
      this.cuts.add(`plain reads are promised ${MOST_PROMISED} values of a word that are still to come`);
    this.machine.reset(this.earlyWakes);
    for (let thread = 0; thread < this.threads; thread++) this.settle(thread, 0);
  }

  /** An execution seems endless: loops end where threads remember the same. Begins anew the first time. */
  compareMemories(): void {
    if (this.programs.map((program) => program.compareMemories()).includes(true)) throw OUTGROWN;
  }

  /** There are many states: threads are the same where they remember the same. Begins anew the first time. */
  mergeMemories(): void {
    if (this.programs.map((program) => program.mergeMemories()).includes(true)) throw OUTGROWN;
  }

  /** What the thread does next. */
  pending(thread: number): Operation {
    return this.programs[thread]!.operations[this.machine.state[this.machine.node + thread]!]!;
  }

  /** Collects the possible transitions into `out`; returns how many. */
  enabled(out: Int32Array): number {
    let count = 0;
    if (this.machine.promises.exist && this.machine.promises.areHopeless(this.machine.state)) return 0;
    for (let thread = 0; thread < this.threads; thread++) {
      if (!this.hasNotEnded(thread)) continue;
      const operation = this.pending(thread);
      if (operation.kind === CUT) continue;
      if (operation.kind === WAKE && operation.a === 1) count = addWakesOfOne(this, thread, operation.slot, out, count);
      else count = this.choices.add(this.machine, thread, operation, out, count);
    }
    return count;
  }

  /** Takes a transition: one scheduled operation of a thread and the plain accesses that follow it. */
  step(transition: number): void {
    this.take(transition);
    if (this.machine.promises.exist) this.problem ??= this.machine.promises.due(this.machine.state) as Problem | null;
  }

  private take(transition: number): void {
    const { machine } = this;
    const thread = transition % MOST_THREADS;
    const choice = (transition - thread) / MOST_THREADS;
    const operation = this.pending(thread);
    this.steps++;
    this.repeats = false;
    if (machine.state[machine.status + thread]! > 0) {
      this.wakeAlone(thread, operation, choice === EARLY ? WOKEN : TIMED_OUT);
      return;
    }
    if (operation.kind === SLEEP && choice === 1) {
      this.advance(thread, 1);
      return;
    }
    const result = this.execute(thread, operation, choice);
    if (result === ASLEEP) return;
    if (operation.kind === NOTIFY) {
      for (let i = 0; i < result; i++)
        if (machine.waiters.isThread(machine.woken[i]!)) this.advance(machine.woken[i]!, WOKEN);
    } else if (operation.kind === WAKE) {
      this.wake(thread, operation.slot, operation.a === 1 ? choice - 1 : EVERYBODY);
    }
    this.advance(thread, result);
  }

  /** At a state without transitions: who is stuck, or what is wrong with the end. */
  finish(): void {
    const { machine } = this;
    if (this.problem || machine.promises.areOpen(machine.state)) return;
    const results: unknown[] = [];
    for (let thread = 0; thread < this.threads; thread++) {
      if (machine.state[machine.status + thread] !== ENDED) {
        if (!this.isCut()) this.report(deadlock(this));
        return;
      }
      results.push(this.pending(thread).value);
    }
    const wrong = asked(this.scenario, 'final', machine.spread(this.view), results);
    if (wrong !== undefined) this.report(simple('final-state', wrong));
  }

  /** Checks the scenario's invariant in the current state. */
  checkInvariant(): void {
    if (this.problem || !this.scenario.invariant) return;
    const broken = asked(this.scenario, 'invariant', this.watched.show(this.machine.spread(this.view)));
    if (broken !== undefined) this.report(simple('invariant', broken));
  }

  isNotified(slot: number): boolean {
    return this.programs.some((program) => program.notifies(slot));
  }

  /** Whether a thread stands where it is not followed further. */
  isCut(): boolean {
    return this.programs.some((_, thread) => this.hasNotEnded(thread) && this.pending(thread).kind === CUT);
  }

  hasNotEnded(thread: number): boolean {
    return this.machine.state[this.machine.status + thread] !== ENDED;
  }

  private execute(thread: number, operation: Operation, choice: number): number {
    const { machine } = this;
    const isHint = operation.kind === HINT;
    const chosen = isHint ? this.choices.entry(operation, choice) : operation.kind === TASK ? choice : CURRENT;
    const executed = machine.execute(thread, operation, chosen);
    const result = isHint ? this.choices.value(operation, choice, executed) : executed;
    this.observer?.(thread, operation, result);
    if (machine.race) {
      this.report(raceProblem(this, machine.race));
      machine.race = null;
    }
    if (machine.misuse !== null) {
      this.report(simple('misuse', `${this.scenario.threads[thread]!.name}: ${machine.misuse}`, operation.site.key));
      machine.misuse = null;
    }
    return result;
  }

  /** Ends a wait that nobody has notified. */
  private wakeAlone(thread: number, wait: Operation, result: number): void {
    const { machine } = this;
    machine.leave(thread);
    if (result === WOKEN) machine.state[machine.earlyWakes]!--;
    this.observer?.(thread, wait, result);
    this.advance(thread, result);
  }

  /**
   * Wakes the threads that told the event, and sends those who sleep back to their condition if it may have changed: all
   * of them, or `only` one. Who is not asleep yet finds the epoch changed, whoever it is that the notify wakes.
   */
  private wake(waker: number, event: number, only: number): void {
    for (let other = 0; other < this.threads; other++) {
      if (other === waker || this.machine.state[this.machine.status + other] === ENDED) continue;
      const operation = this.pending(other);
      if (operation.event !== event) continue;
      if (operation.kind !== SLEEP) awaken(this.machine.state, this.machine.announced + other);
      else if ((only === EVERYBODY || only === other) && this.machine.hasChanged(operation)) this.advance(other, 1);
    }
  }

  private advance(thread: number, result: number): void {
    const node = this.machine.state[this.machine.node + thread]!;
    this.settle(thread, this.next(thread, node, result));
  }

  private next(thread: number, node: number, result: number): number {
    const program = this.programs[thread]!;
    const next = program.next(node, result);
    if (program.closes(node, next)) this.repeats = true;
    if (this.table.version !== this.machine.version) throw OUTGROWN;
    return next;
  }

  /** Puts a thread at a node and runs on to its next scheduled operation. */
  private settle(thread: number, start: number): void {
    const { machine } = this;
    const { operations } = this.programs[thread]!;
    let node = start;
    for (let fuel = PLAIN_FUEL; ; fuel--) {
      const operation = operations[node]!;
      if (operation.event < 0 || operation.announces) machine.state[machine.announced + thread] = 0;
      if (operation.kind === SLEEP) {
        if (!wasAwakened(machine.state, machine.announced + thread) || !machine.hasChanged(operation)) break;
        machine.state[machine.announced + thread] = 0;
        node = this.next(thread, node, 1);
        continue;
      }
      if (isScheduled(operation.kind)) break;
      if (operation.kind === CUT) {
        this.cuts.add(operation.value as string);
        break;
      }
      if (operation.kind === RETURN || operation.kind === THROW || operation.kind === SPIN) {
        machine.state[machine.status + thread] = ENDED;
        machine.state[machine.node + thread] = node;
        if (operation.kind === THROW) this.report(exception(this, thread, operation));
        if (operation.kind === SPIN) this.report(plainSpin(this, thread, operation));
        return;
      }
      const result = operation.kind === CHECKPOINT ? 0 : this.execute(thread, operation, -1);
      const after = this.next(thread, node, result);
      if (fuel === 0) {
        this.report(plainSpin(this, thread, operation));
        break;
      }
      node = after;
    }
    machine.state[machine.node + thread] = node;
  }

  private report(problem: Problem): void {
    if (!this.machine.promises.hold(this.machine.state, problem)) this.problem ??= problem;
  }
}
