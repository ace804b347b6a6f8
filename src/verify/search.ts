// What all search strategies have in common.
import type { Execution } from './execution.js';

export interface SearchResult {
  /** Different states visited; 0 for strategies that do not tell states apart. */
  readonly states: number;
  /** Executions followed to an end. */
  readonly schedules: number;
  /** Whether every execution of the scenario is covered; never for a search with bounds of its own. */
  readonly complete: boolean;
}

export interface Search {
  /**
   * Runs the scenario. `found` gets the transitions up to each problem, which is in `execution.problem`, and returns
   * whether to go on.
   */
  run(execution: Execution, found: (path: number[]) => boolean): SearchResult;
}
