// What all search strategies have in common.
import type { Execution } from './execution.js';
import { type Problem, simple } from './problem.js';
import { MOST_THREADS } from './scenario.js';
import { describeSite } from './source.js';

export interface SearchResult {
  /** Different states visited; 0 for strategies that do not tell states apart. */
  readonly states: number;
  /** Executions followed to an end. */
  readonly schedules: number;
  /** Whether everything within the strategy's bounds was visited. */
  readonly complete: boolean;
}

export interface Search {
  /**
   * Runs the scenario. `found` gets the transitions up to each problem, which is in `execution.problem`, and returns
   * whether to go on.
   */
  run(execution: Execution, found: (path: number[]) => boolean): SearchResult;
}

export function livelock(execution: Execution, transitions: Int32Array, count: number): Problem {
  const spinning = new Set<string>();
  for (let i = 0; i < count; i++) {
    const thread = transitions[i]! % MOST_THREADS;
    spinning.add(`${execution.scenario.threads[thread]!.name} at ${describeSite(execution.pending(thread).site)}`);
  }
  return simple('livelock', `whoever can run only repeats itself: ${[...spinning].join(', ')}`);
}
