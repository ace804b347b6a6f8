// What is known of a set of states that reach each other: whether threads can go round in it for ever.
import type { Execution } from './execution.js';
import { MOST_THREADS } from './scenario.js';

/** `closed`: no way leads out. `fair`: each thread gets its turn, and nobody gets on. */
export type Verdict = 'fine' | 'closed' | 'fair';

/**
 * A set of threads is a number with their bits. All threads of a scenario are to end, so a cycle that can be gone round
 * for ever is wrong if the scheduler is fair in it: every thread that could run takes steps. Two kinds are not wrong.
 * A thread that only waits for another has no way out of the cycle of its own: whoever could let it out has one, and is
 * not kept from it by the others. And where a thread has the choice (what a hint returns, whether a wait times out),
 * it does not choose the same for ever.
 */
export class Component {
  /** Some transition was left out for a bound of the search. */
  pruned = false;
  /** Threads with steps from state to state of the set, and with steps out of it. */
  private inner = 0;
  private outer = 0;
  /** Threads that could run in every state. */
  private always = -1;
  private hasChoice = false;
  private hasEnd = false;

  /** A set of one state, with its transitions. */
  begin(transitions: Int32Array, count: number): void {
    let threads = 0;
    this.hasChoice = false;
    for (let i = 0; i < count; i++) {
      const bit = 1 << (transitions[i]! % MOST_THREADS);
      if ((threads & bit) !== 0) this.hasChoice = true;
      threads |= bit;
    }
    this.pruned = false;
    this.inner = 0;
    this.outer = 0;
    this.always = threads;
    this.hasEnd = count === 0;
  }

  /** A step of `thread` to a state of the set; out of it; and to a state whose set turned out to be this one. */
  stay(thread: number): void {
    this.inner |= 1 << thread;
  }

  leave(thread: number): void {
    this.outer |= 1 << thread;
  }

  take(other: Component, thread: number): void {
    this.inner |= other.inner | (1 << thread);
    this.outer |= other.outer;
    this.always &= other.always;
    this.pruned ||= other.pruned;
    this.hasChoice ||= other.hasChoice;
    this.hasEnd ||= other.hasEnd;
  }

  /** Of a set that is whole, with the execution in one of its states. */
  judge(execution: Execution, size: number): Verdict {
    // Who is not followed further might let the others out.
    if (execution.machine.promises.areOpen(execution.machine.state)) return 'fine';
    if (this.hasEnd || (size === 1 && this.inner === 0) || execution.isCut()) return 'fine';
    if (this.outer === 0) return 'closed';
    if (this.hasChoice || this.pruned) return 'fine';
    let waiting = 0;
    for (let thread = 0; thread < execution.threads; thread++)
      if (execution.hasNotEnded(thread)) waiting |= 1 << thread;
    const isFair = (waiting & this.always & ~this.inner) === 0;
    const isNobodyWaiting = (this.inner & ~this.outer) === 0 && (this.inner & (this.inner - 1)) !== 0;
    return isFair && isNobodyWaiting ? 'fair' : 'fine';
  }
}
