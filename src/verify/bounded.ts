// Visits every execution with at most so many preemptions: most bugs need one or two.
import { Canonical } from './canonical.js';
import type { Execution } from './execution.js';
import { MOST_THREADS, MOST_TRANSITIONS } from './scenario.js';
import type { Search, SearchResult } from './search.js';
import { StateSet } from './state-set.js';

/**
 * A preemption takes the processor from a thread that could go on. States are merged if they agree in who ran last and
 * in the preemptions used as well. It finds no livelock: a cycle is simply not entered twice.
 */
export class Bounded implements Search {
  private readonly preemptions: number;
  private readonly mostStates: number;

  constructor(preemptions: number, mostStates: number) {
    this.preemptions = preemptions;
    this.mostStates = mostStates;
  }

  run(execution: Execution, found: (path: number[]) => boolean): SearchResult {
    execution.start();
    const { machine } = execution;
    const canonical = new Canonical(machine);
    const seen = new StateSet();
    const path: number[] = [];
    const snapshots: Int32Array[] = [];
    let schedules = 0;
    let stopped = execution.problem !== null && !found([]);

    const wrong = (): void => {
      schedules++;
      if (!found(path.slice())) stopped = true;
    };

    /** Explores from the current state; `last` ran last, `used` preemptions are spent. */
    const explore = (last: number, used: number): void => {
      canonical.hash();
      const mark = Math.imul((last + 1) * (this.preemptions + 1) + used + 1, 0x9e3779b1 | 0);
      if (seen.find(canonical.low ^ mark, canonical.high) >= 0) return;
      if (seen.size > this.mostStates) stopped = true;
      const transitions = new Int32Array(MOST_TRANSITIONS);
      const count = execution.enabled(transitions);
      if (count === 0) execution.finish();
      execution.checkInvariant();
      if (execution.problem) {
        wrong();
        return;
      }
      if (count === 0) {
        schedules++;
        return;
      }
      const depth = path.length;
      snapshots[depth] ??= new Int32Array(machine.state.length);
      snapshots[depth]!.set(machine.state);
      const couldGoOn = transitions.subarray(0, count).some((transition) => transition % MOST_THREADS === last);
      for (let i = 0; i < count && !stopped; i++) {
        const thread = transitions[i]! % MOST_THREADS;
        const cost = couldGoOn && thread !== last ? 1 : 0;
        if (used + cost > this.preemptions) continue;
        machine.state.set(snapshots[depth]!);
        execution.problem = null;
        execution.step(transitions[i]!);
        path.push(transitions[i]!);
        if (execution.problem) wrong();
        else explore(thread, used + cost);
        path.length = depth;
      }
    };

    if (!stopped) explore(-1, 0);
    return { states: seen.size, schedules, complete: !stopped };
  }
}
