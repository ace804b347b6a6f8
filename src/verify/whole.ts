// Covers every execution of a scenario: by its states where they merge, by the orders that matter where these are few.
import type { Execution } from './execution.js';
import { Exhaustive, type ExhaustiveOptions } from './exhaustive.js';
import { Hunt } from './hunt.js';
import { Orders } from './orders.js';
import type { Search, SearchResult } from './search.js';

/** States searched first; then each search gets so many times more, in turn. Executions are longer than a state takes. */
const FIRST_STATES = 20_000;
const FIRST_EXECUTIONS = 10_000;
const MORE = 8;

/**
 * Which search is shorter is not known beforehand: n threads that add to a word have 2^n states and n! orders, and hash
 * tables that seldom collide have few orders and states without end. So both are tried, with bounds that grow.
 */
export class Whole implements Search {
  private readonly options: ExhaustiveOptions;

  constructor(options: ExhaustiveOptions) {
    this.options = options;
  }

  run(execution: Execution, found: (path: number[]) => boolean): SearchResult {
    const { mostStates, onProgress } = this.options;
    let stopped = false;
    const find = (path: number[]): boolean => {
      stopped ||= !found(path);
      return !stopped;
    };
    // Monitors look at every state, and merging has to be held against itself: both are for the search of states.
    const first = new Exhaustive({ ...this.options, mostStates: Math.min(FIRST_STATES, mostStates) }).run(
      execution,
      find,
    );
    if (first.complete || stopped) return first;
    // Of loops that never come back to where they were no circle of states shows what is wrong.
    if (!execution.scenario.invariant) new Hunt().run(execution, find);
    if (stopped || mostStates <= FIRST_STATES) return first;
    const isSuited = !execution.scenario.invariant && !this.options.raw;
    if (!isSuited && !this.options.raw) execution.mergeMemories();
    let orders: Orders | null = null;
    let states = FIRST_STATES;
    for (let executions = FIRST_EXECUTIONS; ; executions *= MORE, states *= MORE) {
      const most = isSuited ? Math.min(states, mostStates) : mostStates;
      const result = new Exhaustive({ ...this.options, mostStates: most }).run(execution, find);
      if (result.complete || stopped || most === mostStates) return result;
      if (!orders) {
        execution.start();
        orders = new Orders(execution);
      }
      const outcome = orders.visit(executions, find);
      onProgress?.(orders.steps);
      if (outcome === 'more') continue;
      if (outcome === 'unsuited') {
        execution.mergeMemories();
        return new Exhaustive(this.options).run(execution, find);
      }
      return { states: orders.steps, schedules: orders.executions, complete: outcome === 'all' };
    }
  }
}

/** Covers the executions with a number of preemptions; where there are many states, threads are what they remember. */
export class Within implements Search {
  private readonly options: ExhaustiveOptions;

  constructor(options: ExhaustiveOptions) {
    this.options = options;
  }

  run(execution: Execution, found: (path: number[]) => boolean): SearchResult {
    const { mostStates } = this.options;
    let stopped = false;
    const few = new Exhaustive({ ...this.options, mostStates: Math.min(FIRST_STATES, mostStates) });
    const first = few.run(execution, (path) => {
      stopped ||= !found(path);
      return !stopped;
    });
    if (stopped || first.states <= FIRST_STATES) return first;
    execution.mergeMemories();
    return new Exhaustive(this.options).run(execution, found);
  }
}
