// Histories of a thread that were taken for one: held against each other as the thread goes on.
import { type History, sameCall } from './loops.js';
import { type Operation, RETURN, THROW } from './operation.js';
import { BodyError, KEEPS, shown } from './rules.js';

/** Other histories kept for each operation where histories were merged, and merges looked back at. */
const KEPT = 16;
const LOOKED_BACK = 4;
/** Operations tried of those that are known to follow when a history is merged. */
const LOOKED_AHEAD = 8;
/** How often the first end of a thread is run again: chance may give the same once. */
const FIRST_END_AGAIN = 8;

/** Thrown where histories were merged, and what the thread does depends on which it was, or on how often it went round. */
export class ClosedTooEarly {
  readonly head: Operation;

  constructor(head: Operation) {
    this.head = head;
  }
}

/** A history that goes on where another one came to. */
interface Merge {
  readonly canonical: History;
  readonly history: History;
  /** Of a loop: the same with more rounds. */
  readonly more?: readonly History[];
  /** The thread was seen to remember the same. */
  readonly isSeen: boolean;
}

/**
 * Four things merge histories: a checkpoint with a known digest, a loop that repeats itself, and a condition that was
 * false, and a memory that was seen to be the same. Each claims that the thread's future does not depend on how it came there. The claim is tried: what the thread
 * does later must be the same with the other history put in front, and so must what it is known to do already. A
 * history that is merged is put behind those merged before, too: rounds of a loop may add up.
 */
export class Merges {
  private readonly others = new Map<Operation, History[]>();
  /** Where a wrong claim is no fault of the program. */
  private readonly doubtful = new Set<Operation>();
  private ends = 0;

  /**
   * Notes that `history` was merged into the node of `target`, which `canonical` reaches; `more` are loops gone round
   * more often. `known` gives what goes on from there, each with the operation that follows; throws if another follows.
   */
  add(
    target: Operation,
    { canonical, history, more, isSeen }: Merge,
    known: (history: History) => Iterable<readonly [History, Operation]>,
    run: (history: History) => Operation,
  ): void {
    if (more || isSeen) this.doubtful.add(target);
    const others = this.others.get(target) ?? [];
    this.others.set(target, others);
    for (const other of [history, ...behind(others, canonical, history), ...(more ?? [])]) {
      if (others.length >= KEPT) return;
      others.push(other);
      if (!isSame(run(other), target)) throw wrong(target, this.doubtful);
      let looked = 0;
      for (const [longer, next] of known(other)) {
        if (looked++ === LOOKED_AHEAD) break;
        if (!isSame(run(longer), next)) throw wrong(target, this.doubtful);
      }
    }
  }

  /** Throws if `next`, found after `history`, is not what follows with another history in front; an end, with the same. */
  check(history: History, next: Operation, run: (other: History) => Operation): void {
    if (next.kind === RETURN || next.kind === THROW)
      for (let again = this.ends++ === 0 ? FIRST_END_AGAIN : 1; again > 0; again--) checkEnd(next, run(history));
    let looked = 0;
    for (let at = history.operations.length - 1; at >= 0 && looked < LOOKED_BACK; at--) {
      const others = this.others.get(history.operations[at]!);
      if (!others) continue;
      looked++;
      for (const other of others) {
        const log = [...other.log, ...history.log.slice(at)];
        const operations = [...other.operations, ...history.operations.slice(at)];
        if (!isSame(run({ log, operations }), next)) throw wrong(history.operations[at]!, this.doubtful);
      }
    }
  }
}

/** What `history` does after `canonical`, put behind each of `others`. */
function behind(others: readonly History[], canonical: History, history: History): History[] {
  const from = canonical.operations.length;
  const isLonger = canonical.operations.every(
    (each, i) => history.operations[i] === each && history.log[i] === canonical.log[i],
  );
  if (!isLonger) return [];
  return others.map((other) => ({
    log: [...other.log, ...history.log.slice(from)],
    operations: [...other.operations, ...history.operations.slice(from)],
  }));
}

/** Of operations the record tells; what a thread ends with is in none. */
function checkEnd(first: Operation, again: Operation): void {
  if (isSame(first, again)) return;
  // Run again it came to another operation, which says so itself.
  if (again.value instanceof BodyError) throw again.value;
  const [was, is] = [first, again].map(({ kind, value }) => `${kind === THROW ? 'threw' : 'returned'} ${shown(value)}`);
  throw new BodyError(
    'nondeterminism',
    `thread body is not deterministic: it ${was}, and ${is} when run again: ${KEEPS}`,
  );
}

function isSame(one: Operation, other: Operation): boolean {
  return sameCall(one, other) && shown(one.value) === shown(other.value);
}

function wrong(target: Operation, doubtful: ReadonlySet<Operation>): Error | ClosedTooEarly {
  return doubtful.has(target) ? new ClosedTooEarly(target) : new BodyError('hidden-state', tell(target));
}

function tell(target: Operation): string {
  if (typeof target.value === 'string')
    return `checkpoint '${target.value}': what the thread does later depends on more than that`;
  const where = `${target.site.file}:${target.site.line}`;
  return `until() at ${where}: what the thread does later depends on how often its condition was false`;
}
