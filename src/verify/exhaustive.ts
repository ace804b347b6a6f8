// Visits every state once, depth first: the search that can say "complete".
import { Canonical } from './canonical.js';
import type { Execution } from './execution.js';
import { MOST_TRANSITIONS } from './scenario.js';
import { livelock, type Search, type SearchResult } from './search.js';
import { StateSet } from './state-set.js';

export interface ExhaustiveOptions {
  /** Bounds the search; beyond it the result is incomplete. */
  readonly mostStates: number;
  /** Tells states apart by raw clocks. */
  readonly raw: boolean;
  /** Called now and then with the number of states so far. */
  readonly onProgress: ((states: number) => void) | undefined;
}

/** States between two calls of `onProgress`. */
const PROGRESS = 1 << 16;

/** A state on the path from the start: its snapshot, its transitions, and what Tarjan's algorithm keeps of it. */
class Frame {
  readonly state: Int32Array;
  transitions = new Int32Array(MOST_TRANSITIONS);
  count = 0;
  taken = 0;
  number = 0;
  /** The lowest number of a state on the path that this one reaches. */
  low = 0;
  /** Whether an execution can leave the cycle that this state is on, or end. */
  leaves = false;

  constructor(size: number) {
    this.state = new Int32Array(size);
  }
}

/**
 * States are merged by their canonical hash. A set of states that reach only each other and no end is a livelock:
 * Tarjan's strongly connected components are found along the way.
 */
export class Exhaustive implements Search {
  private readonly options: ExhaustiveOptions;

  constructor(options: ExhaustiveOptions) {
    this.options = options;
  }

  run(execution: Execution, found: (path: number[]) => boolean): SearchResult {
    execution.start();
    const { machine } = execution;
    const canonical = new Canonical(machine, this.options.raw);
    const seen = new StateSet();
    const frames: Frame[] = [];
    // 1 where the component of a state is known: it is on no path any more.
    let closed = new Uint8Array(1 << 16);
    const component: number[] = [];
    let depth = 0;
    let schedules = 0;
    const result = (complete: boolean): SearchResult => ({ states: seen.size, schedules, complete });
    const path = (): number[] => frames.slice(0, depth).map((frame) => frame.transitions[frame.taken - 1]!);

    /** Enters the current state, if it is new; returns the number of an old one, or -1. */
    const enter = (): number => {
      canonical.hash();
      const old = seen.find(canonical.low, canonical.high);
      if (old >= 0) return old;
      frames[depth] ??= new Frame(machine.state.length);
      const frame = frames[depth]!;
      frame.number = seen.size - 1;
      frame.low = frame.number;
      frame.taken = 0;
      frame.count = execution.enabled(frame.transitions);
      frame.leaves = frame.count === 0;
      frame.state.set(machine.state);
      component.push(frame.number);
      if (frame.number >= closed.length) closed = grown(closed);
      if (frame.count === 0) {
        schedules++;
        execution.finish();
      }
      execution.checkInvariant();
      depth++;
      return -1;
    };

    if (execution.problem && !found([])) return result(false);
    enter();
    if (execution.problem && !found([])) return result(false);
    while (depth > 0) {
      const frame = frames[depth - 1]!;
      if (frame.taken === frame.count) {
        depth--;
        if (frame.low === frame.number) {
          for (let member = -1; member !== frame.number; ) {
            member = component.pop()!;
            closed[member] = 1;
          }
          if (!frame.leaves) {
            machine.state.set(frame.state);
            execution.problem = livelock(execution, frame.transitions, frame.count);
            if (!found(path())) return result(false);
          }
          if (depth > 0) frames[depth - 1]!.leaves = true;
        } else {
          const parent = frames[depth - 1]!;
          parent.low = Math.min(parent.low, frame.low);
          parent.leaves ||= frame.leaves;
        }
        continue;
      }
      machine.state.set(frame.state);
      execution.problem = null;
      execution.step(frame.transitions[frame.taken++]!);
      // A step that is wrong is not followed further.
      if (execution.problem) {
        schedules++;
        frame.leaves = true;
        if (!found(path())) return result(false);
        continue;
      }
      const old = enter();
      if (old >= 0) {
        if (closed[old] === 1) frame.leaves = true;
        else frame.low = Math.min(frame.low, old);
      } else if (execution.problem) {
        depth--;
        const wrong = path();
        depth++;
        if (!found(wrong)) return result(false);
      }
      if (old < 0 && seen.size % PROGRESS === 0) this.options.onProgress?.(seen.size);
      if (seen.size > this.options.mostStates) return result(false);
    }
    return result(true);
  }
}

function grown(old: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(old.length * 2);
  larger.set(old);
  return larger;
}
