// Visits every state once, depth first: the search that can say "complete", and the same within a number of preemptions.
import { Canonical } from './canonical.js';
import { Component } from './component.js';
import type { Execution } from './execution.js';
import { livelock, neverEnds } from './livelock.js';
import { Persistent } from './persistent.js';
import { MOST_THREADS, MOST_TRANSITIONS } from './scenario.js';
import type { Search, SearchResult } from './search.js';
import { StateSet } from './state-set.js';

export interface ExhaustiveOptions {
  /** Bounds the search; beyond it the result is incomplete. */
  readonly mostStates: number;
  /** Tells states apart by raw clocks, and takes every transition of each. */
  readonly raw?: boolean;
  /** Whether transitions are left out whose order does not matter. Default true. */
  readonly reduces?: boolean;
  /** How often the processor may be taken from a thread that could go on. Default: without bound. */
  readonly preemptions?: number;
  /** A schedule to begin after. */
  readonly from?: readonly number[];
  /** Called now and then with the number of states so far. */
  readonly onProgress?: ((states: number) => void) | undefined;
}

/** States between two calls of `onProgress`. */
const PROGRESS = 1 << 16;
/** Steps of an execution beyond which it is not followed. */
const DEEPEST = 20_000;
/** Steps that make an execution seem to be without an end. */
const SEEMS_ENDLESS = 2000;

/**
 * An execution came back to a state, and not by a thread that went round alone: the threads may keep each other from
 * getting on, which shows in all their steps. Of one alone nothing is lost where all is taken in one state of its round.
 */
const CAME_BACK = Symbol('came back');

/** A state on the path from the start: its snapshot, its transitions, and what Tarjan's algorithm keeps of it. */
class Frame {
  readonly state: Int32Array;
  transitions = new Int32Array(0);
  /** Transitions to take, and those there are: the others stand behind. */
  count = 0;
  all = 0;
  taken = 0;
  number = 0;
  /** The lowest number of a state on the path that this one reaches. */
  low = 0;
  readonly component = new Component();
  /** Threads whose next steps need not be taken: all that can follow them was searched. And those of which that is not so. */
  sleep = 0;
  open = 0;
  /** Who ran last, how many preemptions are spent, and whether it may be left at no cost: for bounded searches. */
  last = -1;
  used = 0;
  isFree = false;

  constructor(size: number) {
    this.state = new Int32Array(size);
  }
}

/**
 * States are merged by their canonical hash. Of each, only those transitions are taken whose order matters (persistent.ts).
 * Tarjan's strongly connected components are found along the way: a set of states that reach only each other and no end is
 * a livelock, and so is one that threads go round for ever though each gets its turn (see component.ts). Within a number of
 * preemptions, states are merged if they agree in who ran last and in the preemptions used as well; leaving a thread that
 * has just gone round a loop is free, or it would spin for ever.
 */
export class Exhaustive implements Search {
  private readonly options: ExhaustiveOptions;

  constructor(options: ExhaustiveOptions) {
    this.options = options;
  }

  run(execution: Execution, found: (path: number[]) => boolean): SearchResult {
    const { preemptions, raw = false, reduces = true } = this.options;
    let stopped = false;
    const find = (path: number[]): boolean => {
      stopped ||= !found(path);
      return !stopped;
    };
    while (reduces && !raw && preemptions === undefined && execution.futures.areKnown && execution.earlyWakes === 0) {
      const { futures } = execution;
      futures.refresh();
      const { version } = futures;
      const result = this.pass(execution, find, new Persistent(execution));
      if (result === CAME_BACK) break;
      if (!futures.areKnown) continue;
      futures.refresh();
      // Where more turned out to be possible, what was left out may have mattered.
      if (stopped || !result.complete || futures.version === version) return result;
    }
    return this.pass(execution, find, null) as SearchResult;
  }

  private pass(
    execution: Execution,
    found: (path: number[]) => boolean,
    persistent: Persistent | null,
  ): SearchResult | typeof CAME_BACK {
    const { preemptions = -1, mostStates, raw = false, from = [] } = this.options;
    execution.start();
    for (const transition of from) execution.step(transition);
    const { machine } = execution;
    const isBounded = preemptions >= 0;
    const canonical = new Canonical(machine, raw, persistent ? execution.futures : null);
    const seen = new StateSet();
    const frames: Frame[] = [];
    const possible = new Int32Array(MOST_TRANSITIONS);
    // 1 where the component of a state is known: it is on no path any more.
    let closed = new Uint8Array(1 << 16);
    const members: number[] = [];
    let depth = 0;
    let schedules = 0;
    const result = (complete: boolean): SearchResult => ({
      states: seen.size,
      schedules,
      complete: complete && !isBounded,
    });
    const path = (): number[] => frames.slice(0, depth).map((frame) => frame.transitions[frame.taken - 1]!);

    /** Enters the current state, if it is new; returns the number of an old one, or -1. */
    const enter = (last: number, used: number, isFree: boolean, sleep: number): number => {
      canonical.hash();
      const mark = isBounded
        ? Math.imul(((last + 1) * (preemptions + 1) + used) * 2 + (isFree ? 2 : 1), 0x9e3779b1 | 0)
        : 0;
      const old = seen.find(canonical.low ^ mark, canonical.high);
      if (old >= 0) return old;
      frames[depth] ??= new Frame(machine.state.length);
      const frame = frames[depth]!;
      frame.number = seen.size - 1;
      frame.low = frame.number;
      frame.taken = 0;
      frame.sleep = sleep;
      frame.open = 0;
      frame.last = last;
      frame.used = used;
      frame.isFree = isFree;
      if (depth >= SEEMS_ENDLESS) execution.compareMemories();
      frame.count = depth >= DEEPEST ? 0 : execution.enabled(possible);
      if (frame.transitions.length < frame.count) frame.transitions = new Int32Array(frame.count);
      frame.all = frame.count;
      if (persistent) frame.count = persistent.choose(possible, frame.count, sleep);
      frame.transitions.set(possible.subarray(0, frame.all));
      frame.component.begin(frame.transitions, frame.count);
      frame.state.set(machine.state);
      members.push(frame.number);
      if (frame.number >= closed.length) closed = grown(closed);
      if (depth >= DEEPEST) execution.cuts.add(`executions are followed for ${DEEPEST} steps`);
      else if (frame.all === 0) {
        schedules++;
        execution.finish();
      }
      execution.checkInvariant();
      depth++;
      return -1;
    };

    /** Takes the topmost state, of which nothing is left, off the path. */
    const leave = (): boolean => {
      const frame = frames[--depth]!;
      const parent = depth > 0 ? frames[depth - 1]! : null;
      const edge = parent ? parent.transitions[parent.taken - 1]! % MOST_THREADS : 0;
      if (frame.low !== frame.number) {
        parent!.low = Math.min(parent!.low, frame.low);
        parent!.component.take(frame.component, edge);
        return true;
      }
      let size = 0;
      for (let member = -1; member !== frame.number; size++) {
        member = members.pop()!;
        closed[member] = 1;
      }
      parent?.component.leave(edge);
      machine.state.set(frame.state);
      const how = frame.component.judge(execution, size);
      if (how === 'fine') return true;
      execution.problem = null;
      if (how === 'closed' && frame.component.pruned && !neverEnds(execution, canonical)) return true;
      machine.state.set(frame.state);
      execution.problem = livelock(execution, frame.transitions, frame.count, how);
      return found(path());
    };

    if (execution.problem && !found([])) return result(false);
    enter(-1, 0, true, 0);
    if (execution.problem && !found([])) return result(false);
    while (depth > 0) {
      const frame = frames[depth - 1]!;
      if (frame.taken === frame.count) {
        if (!leave()) return result(false);
        continue;
      }
      const transition = frame.transitions[frame.taken++]!;
      const thread = transition % MOST_THREADS;
      const cost = isBounded && !frame.isFree && thread !== frame.last && canGoOn(frame) ? 1 : 0;
      if (isBounded && frame.used + cost > preemptions) {
        frame.component.pruned = true;
        continue;
      }
      machine.state.set(frame.state);
      execution.problem = null;
      // Steps of one thread stand together: once another one's turn comes they are all taken, and that thread may sleep.
      const before = frame.taken > 1 ? frame.transitions[frame.taken - 2]! % MOST_THREADS : thread;
      if (before !== thread) frame.sleep |= (1 << before) & ~frame.open;
      const sleep = persistent ? persistent.asleepAfter(thread, frame.sleep) : 0;
      execution.step(transition);
      // A step that is wrong is not followed further: what others do instead of it is.
      if (execution.problem) {
        frame.count = frame.all;
        frame.open |= 1 << thread;
        schedules++;
        frame.component.leave(thread);
        if (!found(path())) return result(false);
        continue;
      }
      const old = enter(thread, frame.used + cost, execution.repeats, sleep);
      if (old >= 0) {
        if (closed[old] === 1) frame.component.leave(thread);
        else {
          if (persistent && !isAlone(frames, depth, old)) return CAME_BACK;
          // It waits for others: they are not left out.
          frame.count = frame.all;
          frame.low = Math.min(frame.low, old);
          frame.component.stay(thread);
        }
      } else if (execution.problem) {
        depth--;
        const wrong = path();
        depth++;
        if (!found(wrong)) return result(false);
      }
      if (old < 0 && seen.size % PROGRESS === 0) this.options.onProgress?.(seen.size);
      if (seen.size > mostStates) return result(false);
    }
    return result(true);
  }
}

/**
 * Whether one thread alone led from the state with number `old` to the last one of the path. Then its steps on the way
 * are not done with before that state is.
 */
function isAlone(frames: readonly Frame[], depth: number, old: number): boolean {
  const thread = runs(frames[depth - 1]!);
  for (let at = depth - 1; at >= 0 && runs(frames[at]!) === thread; at--) {
    frames[at]!.open |= 1 << thread;
    if (frames[at]!.number === old) return true;
  }
  return false;
}

/** The thread that was run last from a state. */
function runs({ transitions, taken }: Frame): number {
  return transitions[taken - 1]! % MOST_THREADS;
}

/** Whether who ran last could run on. */
function canGoOn({ transitions, count, last }: Frame): boolean {
  for (let i = 0; i < count; i++) if (transitions[i]! % MOST_THREADS === last) return true;
  return false;
}

function grown(old: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(old.length * 2);
  larger.set(old);
  return larger;
}
