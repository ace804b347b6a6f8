// Looks for threads that keep each other from getting on, where there are too many states to find a circle of them.
import type { Execution } from './execution.js';
import { simple } from './problem.js';
import { MOST_THREADS, MOST_TRANSITIONS } from './scenario.js';
import type { Search, SearchResult } from './search.js';
import { describeSite } from './source.js';

/**
 * Steps that each takes in turns without falling asleep or ending; after a quarter of them and at last, one of so many
 * turns leads to where it would, alone, within so many steps. So it is not just long: a quarter and these are fewer.
 */
const TURNS_TRIED = 750;
const LOOKED_AT = 6;
const ALONE = 300;
/** Operations of a turn, at most; one thread's first turn may be shorter. */
const LONGEST_TURN = 4;
/** Beginnings that turns are taken after, drawn at random, and how long they are. */
const BEGINNINGS = 40;
const LONGEST_BEGINNING = 24;
const SEED = 11;
/** Turns that are shown. */
const SHOWN = 4;

interface Turns {
  readonly threads: readonly number[];
  readonly length: number;
  /** Steps that each takes before the turns begin. */
  readonly ahead: number;
}

/**
 * Some threads take turns of a few steps, for very long, and none of them ends or sleeps; yet each of them, left alone
 * at some of these places, would. So they do not wait for others: they keep each other from it. A lock that adds to its
 * word before it sleeps on the sum is one that never comes to rest (Drepper's first mutex).
 */
export class Hunt implements Search {
  private random = SEED;
  private readonly transitions = new Int32Array(MOST_TRANSITIONS);
  private readonly from: readonly number[];

  /** `from`: where to begin instead of at the start. */
  constructor(from: readonly number[] = []) {
    this.from = from;
  }

  run(execution: Execution, found: (path: number[]) => boolean): SearchResult {
    const result = { states: 0, schedules: 0, complete: false };
    const all = turnsOf(execution.threads);
    for (let beginning = 0; beginning < BEGINNINGS; beginning++) {
      execution.start();
      const path: number[] = [];
      for (const transition of this.from) this.step(execution, path, transition);
      for (let left = beginning === 0 ? 0 : this.below(LONGEST_BEGINNING); left > 0 && !execution.problem; left--) {
        const count = execution.enabled(this.transitions);
        if (count === 0) break;
        this.step(execution, path, this.transitions[this.below(count)]!);
      }
      if (execution.problem) continue;
      const state = execution.machine.state.slice();
      for (const turns of all) {
        result.schedules++;
        execution.machine.state.set(state);
        const shown = path.slice();
        if (this.goesOn(execution, turns, shown) && !found(shown)) return result;
        execution.problem = null;
      }
    }
    return result;
  }

  /** Sets the execution's problem if the threads go on for ever; `path` gets the first turns. */
  private goesOn(execution: Execution, { threads, length, ahead }: Turns, path: number[]): boolean {
    const begun = path.length;
    const take = (thread: number, steps: number): boolean => {
      for (let left = steps; left > 0; left--) {
        const transition = this.next(execution, thread);
        if (transition < 0) return false;
        this.step(execution, path, transition);
        if (execution.problem) return false;
      }
      return this.next(execution, thread) >= 0;
    };
    for (const thread of threads) if (!take(thread, ahead)) return false;
    // A lock that one of them holds is free after another's turn.
    const early: Int32Array[] = [];
    const late: Int32Array[] = [];
    for (let taken = 0; taken < TURNS_TRIED; taken += length) {
      const looked = taken >= TURNS_TRIED - LOOKED_AT * length ? late : taken >= TURNS_TRIED / 4 ? early : null;
      for (const thread of threads) {
        if (!take(thread, length)) return false;
        if (looked && looked.length < LOOKED_AT * threads.length) looked.push(execution.machine.state.slice());
      }
    }
    const rests = (states: readonly Int32Array[], thread: number): boolean =>
      states.some((state) => {
        execution.machine.state.set(state);
        return this.comesToRest(execution, thread);
      });
    if (![early, late].every((states) => threads.every((thread) => rests(states, thread)))) return false;
    execution.machine.state.set(early[0]!);
    const where = threads.map((thread) => {
      const { site } = execution.pending(thread);
      return `${execution.scenario.threads[thread]!.name} at ${describeSite(site)}`;
    });
    execution.problem = simple(
      'livelock',
      `threads that take turns keep each other from getting on, as often as they try: ${where.join(', ')}`,
      `of ${threads.join()}`,
    );
    path.length = begun + threads.length * (ahead + SHOWN * length);
    return true;
  }

  /** Whether a thread that runs alone ends or falls asleep. */
  private comesToRest(execution: Execution, thread: number): boolean {
    for (let left = ALONE; left > 0; left--) {
      const transition = this.next(execution, thread);
      if (transition < 0) return true;
      execution.step(transition);
      if (execution.problem) return false;
    }
    return false;
  }

  private step(execution: Execution, path: number[], transition: number): void {
    path.push(transition);
    execution.step(transition);
  }

  /** A transition of the thread that is not a timeout; -1 where it sleeps or has ended. */
  private next(execution: Execution, thread: number): number {
    const { machine } = execution;
    if (machine.state[machine.status + thread] !== 0) return -1;
    const count = execution.enabled(this.transitions);
    for (let i = 0; i < count; i++) if (this.transitions[i]! % MOST_THREADS === thread) return this.transitions[i]!;
    return -1;
  }

  private below(limit: number): number {
    this.random = (Math.imul(this.random, 1664525) + 1013904223) | 0;
    return (this.random >>> 8) % limit;
  }
}

/** Pairs of threads, and all of them; with turns of each length, begun together or apart. */
function turnsOf(threads: number): Turns[] {
  const sets: number[][] = [];
  for (let one = 0; one < threads; one++) for (let other = one + 1; other < threads; other++) sets.push([one, other]);
  if (threads > 2) sets.push(Array.from({ length: threads }, (_, i) => i));
  const turns: Turns[] = [];
  for (const set of sets) {
    for (let length = 1; length <= LONGEST_TURN; length++) {
      for (let ahead = 0; ahead < length; ahead++) turns.push({ threads: set, length, ahead });
    }
  }
  return turns;
}
