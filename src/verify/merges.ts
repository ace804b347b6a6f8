// Histories of a thread that were taken for one: held against each other as the thread goes on.
import { type History, sameCall } from './loops.js';
import type { Operation } from './operation.js';
import { BodyError } from './rules.js';

/** Other histories kept for each operation where histories were merged, and merges looked back at. */
const KEPT = 2;
const LOOKED_BACK = 4;
/** Operations tried of those that are known to follow when a history is merged. */
const LOOKED_AHEAD = 8;

/**
 * Three things merge histories: a checkpoint with a known digest, a loop of reads that learned nothing, and a
 * condition that was false. Each claims that the thread's future does not depend on how it came there. The claim is
 * tried: what the thread does later must be the same with the other history put in front, and so must what it is known
 * to do already.
 */
export class Merges {
  private readonly others = new Map<Operation, History[]>();

  /**
   * Notes that `history` was merged into the node of `target`. `known` are histories that go on from there, each with
   * the operation that follows it; throws if another one follows.
   */
  add(
    target: Operation,
    history: History,
    known: Iterable<readonly [History, Operation]>,
    run: (history: History) => Operation,
  ): void {
    const others = this.others.get(target) ?? [];
    if (others.length === KEPT) return;
    this.others.set(target, [...others, history]);
    let looked = 0;
    for (const [longer, next] of known) {
      if (looked++ === LOOKED_AHEAD) return;
      if (!isSame(run(longer), next)) throw new BodyError('hidden-state', tell(target));
    }
  }

  /** Throws if `next`, found after `history`, is not what follows with another history in front. */
  check(history: History, next: Operation, run: (other: History) => Operation): void {
    let looked = 0;
    for (let at = history.operations.length - 1; at >= 0 && looked < LOOKED_BACK; at--) {
      const others = this.others.get(history.operations[at]!);
      if (!others) continue;
      looked++;
      for (const other of others) {
        const log = [...other.log, ...history.log.slice(at)];
        const operations = [...other.operations, ...history.operations.slice(at)];
        if (!isSame(run({ log, operations }), next)) throw new BodyError('hidden-state', tell(history.operations[at]!));
      }
    }
  }
}

function isSame(one: Operation, other: Operation): boolean {
  return sameCall(one, other) && shown(one.value) === shown(other.value);
}

function shown(value: unknown): string {
  return value instanceof Error ? value.message : (JSON.stringify(value) ?? '');
}

function tell(target: Operation): string {
  const where = `${target.site.file}:${target.site.line}`;
  if (typeof target.value === 'string')
    return `checkpoint '${target.value}': what the thread does later depends on more than that`;
  if (target.event >= 0)
    return `until() at ${where}: what the thread does later depends on how often its condition was false`;
  return `loop of reads at ${where}: what the thread does later depends on how often it went round`;
}
