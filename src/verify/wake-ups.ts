// Sequences of accesses that are still to be visited from a state, as a tree: what follows what.
import type { Machine } from './machine.js';

export interface Access {
  readonly thread: number;
  /** The machine's; -1 for a step that touches nothing. */
  readonly slot: number;
  readonly isWrite: boolean;
  /** What a compare-exchange compares with. */
  readonly expected: number | undefined;
}

/** The first access of some sequences, and how they go on, in the order in which they are visited. */
export interface WakeUp {
  readonly access: Access;
  readonly next: WakeUp[];
}

/** Whether it can matter which of two accesses by different threads comes first. */
export function areDependent(machine: Machine, one: Access, other: Access): boolean {
  if (!one.isWrite && !other.isWrite) return false;
  return one.slot === other.slot ? one.slot >= 0 : machine.doOverlap(one.slot, other.slot);
}

const NOT_INITIAL = -2;

/**
 * Whether `access` may come first in `sequence` without a difference: its place there, -1 if it is not of the sequence
 * and depends on nothing in it, or less.
 */
export function isWeakInitial(machine: Machine, access: Access, sequence: readonly Access[]): number {
  for (let i = 0; i < sequence.length; i++) {
    const each = sequence[i]!;
    if (each.thread === access.thread) {
      for (let before = 0; before < i; before++) if (areDependent(machine, sequence[before]!, each)) return NOT_INITIAL;
      return i;
    }
  }
  return sequence.some((each) => areDependent(machine, each, access)) ? NOT_INITIAL : -1;
}

/** Adds a sequence to those in the tree, unless one of them leads to an execution that shows the same. */
export function insert(machine: Machine, tree: WakeUp[], sequence: readonly Access[]): void {
  let level = tree;
  let rest = sequence.slice();
  for (;;) {
    let place = NOT_INITIAL;
    const branch = level.find(({ access }) => {
      place = isWeakInitial(machine, access, rest);
      return place > NOT_INITIAL;
    });
    if (!branch) break;
    if (place >= 0) rest = rest.filter((_, i) => i !== place);
    // It ends here: whatever comes after is visited.
    if (branch.next.length === 0 || rest.length === 0) return;
    level = branch.next;
  }
  for (const access of rest) {
    const next: WakeUp[] = [];
    level.push({ access, next });
    level = next;
  }
}
