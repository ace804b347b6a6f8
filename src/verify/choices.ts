// What a thread can do next: whether it is blocked, and among how many continuations it has the choice.

import type { HintSites } from './hint-sites.js';
import { KEPT } from './history.js';
import type { Machine } from './machine.js';
import { HINT, LOCK, type Operation, SLEEP, TAKE, TASK } from './operation.js';
import { MOST_THREADS } from './scenario.js';

/** Tells the machine that a hint reads the current value. */
export const CURRENT = -1;

/** A hint's only choice in mode `sc`. */
export const ONLY = MOST_THREADS - 1;
/** A sleeper's choice to wake without a notify, beside that of timing out. */
export const EARLY = 1;

/** Transitions are thread + choice * MOST_THREADS. Hints have several choices, and so have sleepers and event loops. */
export class Choices {
  private readonly hints: HintSites;
  private readonly timeouts: boolean;
  private readonly entries = new Int32Array(KEPT);

  constructor(hints: HintSites, timeouts: boolean) {
    this.hints = hints;
    this.timeouts = timeouts;
  }

  /** Appends the transitions of a thread that has not ended to `out`, which holds `count`; returns how many it holds now. */
  add(machine: Machine, thread: number, operation: Operation, out: Int32Array, count: number): number {
    if (machine.state[machine.status + thread]! > 0) {
      return this.addSleeper(machine, thread, operation, out, count);
    } else if (operation.kind === HINT) {
      return this.addHint(machine, thread, operation, out, count);
    } else if (operation.kind === TASK) {
      return this.addTasks(machine, thread, operation, out, count);
    } else if (operation.kind === TAKE || operation.kind === LOCK) {
      if (!machine.canEnter(operation)) return count;
    } else if (operation.kind === SLEEP) {
      if (!machine.isClosed(operation.slot)) return count;
      // Closed: its condition was looked at before the close; or, if that changed something, it is looked at again.
      if (machine.hasChanged(operation)) {
        out[count] = thread + MOST_THREADS;
        out[count + 1] = thread;
        return count + 2;
      }
    }
    out[count] = thread;
    return count + 1;
  }

  /** The history entry that a hint's choice reads, for the machine. */
  entry({ modifier }: Operation, choice: number): number {
    return this.hints.modes[modifier] === 'weak' ? choice : CURRENT;
  }

  /** What a hint returns, of which the machine says `read`. */
  value({ modifier }: Operation, choice: number, read: number): number {
    return this.hints.modes[modifier] === 'havoc' ? this.hints.domains[modifier]![choice]! : read;
  }

  private addSleeper(machine: Machine, thread: number, wait: Operation, out: Int32Array, start: number): number {
    let count = start;
    if (this.timeouts && wait.b === 1) out[count++] = thread;
    if (machine.state[machine.earlyWakes]! > 0) out[count++] = thread + EARLY * MOST_THREADS;
    return count;
  }

  /** A message of any of the queues may be the next task, and so may any promise that is due. */
  private addTasks(machine: Machine, thread: number, { reads }: Operation, out: Int32Array, start: number): number {
    let count = start;
    for (let source = 0; source < reads!.length; source++)
      if (machine.queues.isDue(machine.state, thread, reads![source]!, this.timeouts))
        out[count++] = thread + source * MOST_THREADS;
    return count;
  }

  private addHint(machine: Machine, thread: number, hint: Operation, out: Int32Array, start: number): number {
    let count = start;
    const mode = this.hints.modes[hint.modifier];
    if (mode === 'sc') {
      out[count++] = thread + ONLY * MOST_THREADS;
    } else if (mode === 'weak') {
      const found = machine.history.candidates(machine.state, thread, hint.slot, this.entries);
      for (let i = 0; i < found; i++) out[count++] = thread + this.entries[i]! * MOST_THREADS;
      if (!machine.promises.exist) return count;
      const known: number[] = [];
      for (let i = 0; i < found; i++) known.push(machine.history.value(machine.state, hint.slot, this.entries[i]!));
      count = machine.promises.add(thread, hint.slot, known, out, count);
    } else {
      const values = this.hints.domains[hint.modifier]!.length;
      for (let choice = 0; choice < values; choice++) out[count++] = thread + choice * MOST_THREADS;
    }
    return count;
  }
}
