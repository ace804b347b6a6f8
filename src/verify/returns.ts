// Where a thread goes on once a condition came true: where it stood before, since it last said what it remembers.
import { type History, sameCall } from './loops.js';
import { isScheduled, type Operation, SLEEP } from './operation.js';
import type { ProgramTree } from './program-tree.js';
import { Retries } from './retries.js';

/** How often a place is looked at, before it is taken for granted that what its condition read is not remembered. */
const LOOKS = 2;

/** Looks that are still to be taken at a call site, by its key; infinite where one showed a difference. Whoever checks the same code in several scenarios shares one. */
export type LooksLeft = Map<string, number>;

type Run = (history: History, onStop?: () => void) => Operation;

/**
 * Who waits for work and does not get it goes round, and everything that it read on the way would tell its histories
 * apart. So where a condition has come true, the thread is taken to be where it was when it did the same next, since its
 * last checkpoint. That it remembers the same there and here is seen (remembered.ts) the first times at each call site;
 * from then on it is a claim that is tried like others (merges.ts). A site where it is ever wrong is left alone.
 */
export class Returns {
  private readonly tree: ProgramTree;
  private readonly run: Run;
  private readonly looks = new Retries();
  private readonly targets = new Set<Operation>();
  private readonly left: LooksLeft;
  /** Sites where a claim was wrong. */
  private readonly wrong = new Set<string>();

  constructor(tree: ProgramTree, run: Run, left: LooksLeft) {
    this.tree = tree;
    this.run = run;
    this.left = left;
  }

  /** The tree begins anew. */
  begin(): void {
    this.targets.clear();
  }

  /** The node where the thread goes on after `node`, by `next`, which follows `history`; -1 for a new one. */
  target(node: number, history: History, next: Operation): number {
    const { operations } = this.tree;
    const isAfterCondition = operations[node]!.event >= 0 && operations[node]!.kind !== SLEEP;
    if (!isAfterCondition || next.event >= 0 || !isScheduled(next.kind)) return -1;
    const { key } = next.site;
    const left = this.left.get(key) ?? LOOKS;
    const isWrong = left === Number.POSITIVE_INFINITY || this.wrong.has(key);
    const target = isWrong ? -1 : this.earlier(node, next);
    if (target < 0) return -1;
    if (left > 0) {
      const areAlike = this.areAlike(this.tree.pathTo(target), history);
      if (areAlike === false) this.left.set(key, Number.POSITIVE_INFINITY);
      if (!areAlike) {
        this.distrust(next);
        return -1;
      }
      this.left.set(key, left - 1);
    }
    this.targets.add(operations[target]!);
    return target;
  }

  isTarget(operation: Operation): boolean {
    return this.targets.has(operation);
  }

  /** Notes that histories were merged here though what follows is not the same. */
  distrust({ site: { key } }: Operation): void {
    this.wrong.add(key);
  }

  /** The first node since the last checkpoint, outside conditions, that is the same call; -1 without. */
  private earlier(node: number, next: Operation): number {
    const { checkpoints, operations } = this.tree;
    const since = checkpoints[node]!;
    for (let at = since < 0 ? operations.length : since; at < operations.length; at++) {
      const is = operations[at]!;
      if (checkpoints[at] === since && is.event < 0 && sameCall(is, next)) return at;
    }
    return -1;
  }

  /** Whether two histories leave the same behind; undefined where that is not seen. */
  private areAlike(one: History, other: History): boolean | undefined {
    const memory = this.looks.memoryOf(one, this.run);
    const others = memory === undefined ? undefined : this.looks.memoryOf(other, this.run);
    return others === undefined ? undefined : memory === others;
  }
}
