// Loops in which a thread only reads, and learns nothing: recognised, so that spinning has finitely many states.
import { COMPARE_EXCHANGE, EXCHANGE, HINT, LOAD, LOAD_REST, MODIFY, type Operation, PLAIN_LOAD } from './operation.js';

/** Reads repeated this often with nothing between are a loop without an end of its own, not a bounded spin. */
const ENDLESS = 300;
/** The longest loop of reads that is recognised. */
const LONGEST_LOOP = 16;

/**
 * If the thread has just gone round a loop that changed nothing and learned nothing, the number of operations of a
 * round, else 0. The round is tried often enough to tell it from a spin with a budget.
 */
export function loopLength(
  { log, operations }: History,
  next: Operation,
  run: (history: History) => Operation,
): number {
  const end = operations.length;
  for (let length = 1; length <= Math.min(end, LONGEST_LOOP); length++) {
    const first = end - length;
    if (!learnsNothing(operations[first]!, log[first]!)) return 0;
    if (!sameCall(operations[first]!, next)) continue;
    const longLog = log.slice();
    const long = operations.slice();
    while (long.length < end + ENDLESS) {
      for (let i = first; i < end; i++) {
        longLog.push(log[i]!);
        long.push(operations[i]!);
      }
    }
    return sameCall(run({ log: longLog, operations: long }), next) ? length : 0;
  }
  return 0;
}

/** Whether two operations are the same call with the same operands. */
export function sameCall(one: Operation, other: Operation): boolean {
  return (
    one.kind === other.kind &&
    one.site === other.site &&
    one.word === other.word &&
    one.range === other.range &&
    one.a === other.a &&
    one.b === other.b &&
    one.modifier === other.modifier
  );
}

/** A read, or a read-modify-write that left the word as it was. */
function learnsNothing(operation: Operation, result: number): boolean {
  if (operation.event >= 0) return false;
  switch (operation.kind) {
    case LOAD:
    case HINT:
    case PLAIN_LOAD:
    case LOAD_REST:
      return true;
    case COMPARE_EXCHANGE:
      return result !== operation.a;
    case MODIFY:
      return operation.modifier === EXCHANGE && result === operation.a;
    default:
      return false;
  }
}

export function isPlain(operation: Operation): boolean {
  return operation.kind === HINT || operation.kind === PLAIN_LOAD;
}

/** A way to reach an operation: the operations before it, with their results. */
export interface History {
  readonly log: readonly number[];
  readonly operations: readonly Operation[];
}
