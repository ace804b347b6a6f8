// Threads that run for ever and get nowhere: how it is reported, and the shortest way there.
import { Canonical } from './canonical.js';
import type { Verdict } from './component.js';
import type { Execution } from './execution.js';
import { type Problem, simple } from './problem.js';
import { MOST_THREADS, MOST_TRANSITIONS } from './scenario.js';
import { describeSite } from './source.js';
import { StateSet } from './state-set.js';

/** States looked at for a shorter way to a livelock, and for a way out of what seems to be one. */
const MOST_STATES = 50_000;

export function livelock(execution: Execution, transitions: Int32Array, count: number, how: Verdict): Problem {
  const spinning = new Set<string>();
  for (let i = 0; i < count; i++) {
    const thread = transitions[i]! % MOST_THREADS;
    spinning.add(`${execution.scenario.threads[thread]!.name} at ${describeSite(execution.pending(thread).site)}`);
  }
  const what =
    how === 'closed'
      ? 'whoever can run only repeats itself'
      : 'threads that take turns keep each other from getting on, as often as they try';
  return simple('livelock', `${what}: ${[...spinning].join(', ')}`);
}

/** Whether no end can be reached from the machine's state, nor anything wrong: tried for so many states. */
export function neverEnds(execution: Execution, canonical: Canonical): boolean {
  let ends = false;
  const looked = breadthFirst(execution, canonical, (count) => {
    ends = count === 0;
    return ends;
  });
  return looked.isWhole && !ends;
}

/** The shortest schedule to the state that `schedule` leads to; `schedule` itself where that would take too long. */
export function shortestTo(execution: Execution, schedule: readonly number[]): readonly number[] {
  execution.start();
  for (const transition of schedule) execution.step(transition);
  const canonical = new Canonical(execution.machine);
  canonical.hash();
  const { low, high } = canonical;
  execution.start();
  const { path } = breadthFirst(execution, canonical, () => canonical.low === low && canonical.high === high);
  return path && path.length < schedule.length ? path : schedule;
}

interface Looked {
  /** To the first state that was asked for. */
  readonly path: number[] | undefined;
  /** Whether every state was looked at that can be reached without one that was asked for or is wrong. */
  readonly isWhole: boolean;
}

/** Looks at states nearest first, from the machine's own, until `isIt`; it gets the number of the state's transitions. */
function breadthFirst(execution: Execution, canonical: Canonical, isIt: (count: number) => boolean): Looked {
  const { machine } = execution;
  const seen = new StateSet();
  const states = [machine.state.slice()];
  const parents = [-1];
  const taken = [-1];
  const transitions = new Int32Array(MOST_TRANSITIONS);
  let isWhole = true;
  canonical.hash();
  seen.find(canonical.low, canonical.high);
  const pathTo = (state: number): number[] => {
    const path: number[] = [];
    for (let at = state; parents[at]! >= 0; at = parents[at]!) path.push(taken[at]!);
    return path.reverse();
  };
  for (let at = 0; at < states.length; at++) {
    machine.state.set(states[at]!);
    const count = execution.enabled(transitions);
    canonical.hash();
    if (isIt(count)) return { path: pathTo(at), isWhole };
    if (states.length > MOST_STATES) return { path: undefined, isWhole: false };
    const possible = transitions.slice(0, count);
    for (const transition of possible) {
      machine.state.set(states[at]!);
      execution.problem = null;
      execution.step(transition);
      if (execution.problem) {
        isWhole = false;
        continue;
      }
      canonical.hash();
      if (seen.find(canonical.low, canonical.high) >= 0) continue;
      states.push(machine.state.slice());
      parents.push(at);
      taken.push(transition);
    }
  }
  execution.problem = null;
  return { path: undefined, isWhole };
}
