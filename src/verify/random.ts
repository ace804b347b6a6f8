// Executions drawn at random: uniform choices, or priorities with few changes (PCT), for what is too large to exhaust.
import { Canonical } from './canonical.js';
import type { Execution } from './execution.js';
import { simple } from './problem.js';
import { OUTGROWN } from './rules.js';
import { MOST_THREADS, MOST_TRANSITIONS } from './scenario.js';
import type { Search, SearchResult } from './search.js';
import { StateSet } from './state-set.js';

export interface RandomOptions {
  readonly schedules: number;
  readonly seed: number;
  /** PCT: how many ordering constraints a bug may need. 0: uniform choices. */
  readonly depth: number;
  /** An execution longer than this is a livelock if it goes through the same states again and again, else cut off. */
  readonly mostSteps: number;
}

/** Steps that a thread may take in a row before PCT takes it for a spinning one and puts it last. */
const PATIENCE = 100;
/** Steps that tell a livelock from a long execution, and how often each of its states must come by. */
const WATCHED = 4000;
const RETURNS = 8;

/**
 * PCT (Burckhardt et al., ASPLOS 2010): the enabled thread of highest priority runs; at depth - 1 random steps the
 * running thread becomes the lowest. A thread that repeats itself is demoted too, or it would starve whom it waits for.
 */
export class RandomSearch implements Search {
  private readonly options: RandomOptions;
  private random: number;
  private readonly transitions = new Int32Array(MOST_TRANSITIONS);
  private readonly priorities = new Int32Array(MOST_THREADS);
  private readonly changes: Int32Array;
  private lowest = 0;
  private longest = 50;

  constructor(options: RandomOptions) {
    this.options = options;
    this.random = options.seed | 0 || 1;
    this.changes = new Int32Array(Math.max(0, options.depth - 1));
  }

  run(execution: Execution, found: (path: number[]) => boolean): SearchResult {
    let schedules = 0;
    while (schedules < this.options.schedules) {
      const path: number[] = [];
      try {
        this.once(execution, path);
      } catch (error) {
        if (error !== OUTGROWN) throw error;
        continue;
      }
      schedules++;
      if (execution.problem && !found(path)) break;
    }
    return { states: 0, schedules, complete: false };
  }

  private once(execution: Execution, path: number[]): void {
    const { transitions } = this;
    execution.start();
    if (this.options.depth > 0) this.drawPriorities(execution.threads);
    let last = -1;
    let inARow = 0;
    while (!execution.problem) {
      const count = execution.enabled(transitions);
      if (count === 0) {
        execution.finish();
        break;
      }
      if (path.length === this.options.mostSteps) {
        this.goOn(execution, path);
        break;
      }
      const transition = transitions[this.options.depth > 0 ? this.byPriority(count, path.length) : this.below(count)]!;
      const thread = transition % MOST_THREADS;
      inARow = thread === last ? inARow + 1 : 0;
      last = thread;
      path.push(transition);
      execution.step(transition);
      if (execution.repeats || inARow >= PATIENCE) {
        this.priorities[thread] = this.lowest--;
        inARow = 0;
      }
      execution.checkInvariant();
    }
    this.longest = Math.max(this.longest, path.length);
  }

  /** After a long execution: draws each step, and sees whether the states are ever the same few. */
  private goOn(execution: Execution, path: number[]): void {
    const canonical = new Canonical(execution.machine);
    const seen = new StateSet();
    for (let watched = 0; watched < WATCHED; watched++) {
      const count = execution.enabled(this.transitions);
      if (count === 0) {
        execution.finish();
        return;
      }
      path.push(this.transitions[this.below(count)]!);
      execution.step(path.at(-1)!);
      if (execution.problem) return;
      canonical.hash();
      seen.find(canonical.low, canonical.high);
    }
    if (seen.size * RETURNS <= WATCHED) {
      const what = `no end after ${path.length} steps, the last ${WATCHED} through ${seen.size} states`;
      execution.problem = simple('livelock', what, 'no end');
    } else execution.cuts.add(`executions are followed for ${path.length} steps`);
  }

  private drawPriorities(threads: number): void {
    for (let i = 0; i < threads; i++) {
      const j = this.below(i + 1);
      this.priorities[i] = this.priorities[j]!;
      this.priorities[j] = i + 1;
    }
    for (let i = 0; i < this.changes.length; i++) this.changes[i] = this.below(this.longest);
    this.lowest = 0;
  }

  private byPriority(count: number, step: number): number {
    let best = this.highest(count);
    for (const change of this.changes) {
      if (change !== step) continue;
      this.priorities[this.transitions[best]! % MOST_THREADS] = this.lowest--;
      best = this.highest(count);
    }
    const thread = this.transitions[best]! % MOST_THREADS;
    let choices = 0;
    for (let i = 0; i < count; i++) if (this.transitions[i]! % MOST_THREADS === thread) choices++;
    // A thread's choices stand side by side.
    return choices === 1 ? best : best + this.below(choices);
  }

  /** Index of the first transition of the enabled thread with the highest priority. */
  private highest(count: number): number {
    let best = 0;
    for (let i = 1; i < count; i++) {
      const rival = this.priorities[this.transitions[i]! % MOST_THREADS]!;
      if (rival > this.priorities[this.transitions[best]! % MOST_THREADS]!) best = i;
    }
    return best;
  }

  /** A whole number from 0 to `limit` - 1 (xorshift32). */
  private below(limit: number): number {
    if (limit === 1) return 0;
    let x = this.random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.random = x;
    // Scaled instead of a remainder, which takes a division.
    return Math.floor((x >>> 0) * (limit / 2 ** 32));
  }
}
