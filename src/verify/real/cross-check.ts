// Follows the checker's schedules with real worker threads on real memory, and compares every result.
import { Worker } from 'node:worker_threads';
import { follow } from '../counterexample.js';
import { Execution } from '../execution.js';
import { ASLEEP as SIMULATED_SLEEP } from '../machine.js';
import { isScheduled, NOTIFY, operationName, STORE, WAIT } from '../operation.js';
import type { Scenario } from '../scenario.js';
import {
  ABORT,
  ASLEEP,
  ENDED,
  GIVEN,
  GRANTS,
  PATIENCE_MS,
  RESULT,
  ROW,
  STANDS,
  STOPS,
  WORD,
  type WorkerData,
} from './protocol.js';

/** A scenario that can be made in another thread: the URL of a module, the name of a function in it, its arguments. */
export interface Remote {
  readonly module: string;
  readonly factory: string;
  readonly arguments: readonly unknown[];
}

interface Event {
  readonly thread: number;
  readonly kind: number;
  readonly word: number;
  readonly result: number;
  /** Threads that a notify woke. */
  readonly woken: readonly number[];
  readonly name: string;
}

/** Workers of one scenario, kept over many schedules. */
export class RealThreads {
  readonly scenario: Scenario;
  private readonly workers: Worker[] = [];
  private readonly control: Int32Array;
  private readonly memory: Int32Array;
  private readonly execution: Execution;

  private constructor(scenario: Scenario, remote: Remote) {
    this.scenario = scenario;
    const count = scenario.threads.length;
    this.control = new Int32Array(new SharedArrayBuffer(count * ROW * 4));
    this.memory = new Int32Array(new SharedArrayBuffer(scenario.words * 4));
    this.execution = new Execution(scenario, { hints: { mode: 'sc' }, timeouts: 'ignore' });
    for (let thread = 0; thread < count; thread++) {
      const data: WorkerData = {
        ...remote,
        thread,
        control: this.control.buffer as SharedArrayBuffer,
        memory: this.memory.buffer as SharedArrayBuffer,
      };
      this.workers.push(new Worker(new URL('./worker.js', import.meta.url), { workerData: data, execArgv: [] }));
    }
  }

  static async start(scenario: Scenario, remote: Remote): Promise<RealThreads> {
    const threads = new RealThreads(scenario, remote);
    await Promise.all(
      threads.workers.map(
        (worker) =>
          new Promise<void>((resolve, reject) => {
            worker.once('message', () => resolve());
            worker.once('error', reject);
          }),
      ),
    );
    for (const thread of threads.workers.keys()) threads.await(thread, 0);
    return threads;
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  /**
   * Follows one schedule to its end on simulated and on real memory. Returns where they differ, or undefined, and
   * whether threads were left asleep.
   */
  compare(schedule: readonly number[]): { difference: string | undefined; stuck: boolean; operations: number } {
    const events = this.simulate(schedule);
    const difference = this.perform(events) ?? this.compareEnds();
    const stuck = this.workers.some((_, thread) => this.at(thread, STANDS) !== ENDED);
    for (const thread of this.workers.keys()) this.abort(thread);
    return { difference, stuck, operations: events.length };
  }

  private simulate(schedule: readonly number[]): Event[] {
    const { execution } = this;
    // Once without looking: it may begin anew when it learns how words are used.
    follow(execution, schedule);
    const events: Event[] = [];
    execution.observer = (thread, { kind, modifier, word }, result) => {
      if (!isScheduled(kind)) return;
      const woken = kind === NOTIFY ? [...execution.machine.woken.subarray(0, result)] : [];
      events.push({ thread, kind, word, result, woken, name: operationName(kind, modifier) });
    };
    follow(execution, schedule);
    execution.observer = null;
    return events;
  }

  private perform(events: readonly Event[]): string | undefined {
    this.memory.fill(0);
    this.scenario.init?.(this.memory);
    for (const thread of this.workers.keys()) this.grant(thread, 0);
    for (const [step, event] of events.entries()) {
      const { thread, kind, word, result } = event;
      const where = `step ${step + 1}, ${this.scenario.threads[thread]!.name}`;
      if (this.at(thread, STANDS) !== kind || this.at(thread, WORD) !== word)
        return `${where}: ${event.name} of word ${word} on simulated memory, kind ${this.at(thread, STANDS)} of word ${this.at(thread, WORD)} on real`;
      this.grant(thread, kind === NOTIFY ? result : 0);
      if (kind === WAIT && result === SIMULATED_SLEEP) {
        if (this.at(thread, STANDS) !== ASLEEP) return `${where}: asleep on simulated memory, not on real`;
        continue;
      }
      // A store's result is its operand; the word's value shows at the end.
      if (kind !== STORE && this.at(thread, RESULT) !== result && this.at(thread, STANDS) !== ENDED)
        return `${where}: ${event.name} gave ${result} on simulated memory, ${this.at(thread, RESULT)} on real`;
      for (const other of event.woken) this.grant(other, 1);
    }
    return undefined;
  }

  /** Words, and who has ended, after the last step. */
  private compareEnds(): string | undefined {
    const { machine } = this.execution;
    const words = machine.spread(this.memory.slice());
    const wrong = words.findIndex((value, word) => value !== this.memory[word]);
    if (wrong >= 0) return `word ${wrong} is ${words[wrong]} on simulated memory, ${this.memory[wrong]} on real`;
    for (const [thread, { name }] of this.scenario.threads.entries()) {
      const ended = !this.execution.hasNotEnded(thread);
      if (ended !== (this.at(thread, STANDS) === ENDED)) return `${name} has ${ended ? '' : 'not '}ended`;
      const { value } = this.execution.pending(thread);
      if (ended && typeof value === 'number' && this.at(thread, RESULT) !== value)
        return `${name} returned ${value} on simulated memory, ${this.at(thread, RESULT)} on real`;
    }
    return undefined;
  }

  /** Lets a thread go on to its next stop. */
  private grant(thread: number, given: number): void {
    const row = thread * ROW;
    const stops = Atomics.load(this.control, row + STOPS);
    this.control[row + GIVEN] = given;
    Atomics.add(this.control, row + GRANTS, 1);
    Atomics.notify(this.control, row + GRANTS);
    this.await(thread, stops);
  }

  private abort(thread: number): void {
    if (this.at(thread, STANDS) !== ENDED) this.grant(thread, ABORT);
  }

  private await(thread: number, stops: number): void {
    const word = thread * ROW + STOPS;
    while (Atomics.load(this.control, word) === stops) {
      if (Atomics.wait(this.control, word, stops, PATIENCE_MS) === 'timed-out')
        throw new Error(`cross-check: ${this.scenario.threads[thread]!.name} did not come to its next operation`);
    }
  }

  private at(thread: number, what: number): number {
    return this.control[thread * ROW + what]!;
  }
}
