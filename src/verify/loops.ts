// Loops in which a thread does the same again and again: recognised, so that spinning has finitely many states.
import { NO_MESSAGE } from './messages.js';
import {
  COMPARE_EXCHANGE,
  EXCHANGE,
  HINT,
  LOAD,
  LOAD_REST,
  MODIFY,
  type Operation,
  OR,
  PLAIN_LOAD,
  RECEIVE,
} from './operation.js';

/** Operations repeated this often alike are a loop without an end of its own, not a bounded one: tried in two goes. */
const LIKELY_ENDLESS = 300;
const ENDLESS = 10_000;
/** A loop that so often had an end is not tried again. */
const MOST_FAILURES = 20;
const KNOWN_ENDLESS = -1;
const MOST_ROUNDS = 8;
/** The longest loop that is recognised, and how many places it may begin at are tried. */
const LONGEST_LOOP = 64;
const MOST_TRIED = 3;
/** Equal rounds that a loop is followed for before it is closed, from first to last; then it counts its rounds. */
const PATIENCE = [1, 2, 4, 8];
/** Rounds that a loop which counts them is followed for. */
export const COUNTED_ROUNDS = 24;

const LONGEST_HISTORY = 6000;
/** A loop that never comes back to where it was would take its time. */
const LATER_LONGEST = 400;
const MOST_REPLAYED = 1_500_000;

/** What is known of the loops of a program: how many equal rounds it takes until one more makes no difference. */
export class Loops {
  private readonly patience = new Map<string, number>();
  /** Of rounds with these results: whether they went on for ever, or how often they did not. */
  private readonly endless = new Map<string, number>();
  /** How often a round at these sites was found to be endless. */
  private readonly rounds = new Map<string, number>();

  /**
   * If the thread has just gone round a loop and could go round for ever, the number of operations of a round, else 0.
   * A round is closed once the rounds before it, as many as the loop is known to need, were the same.
   */
  length({ log, operations }: History, next: Operation, run: (history: History) => Operation): number {
    const end = operations.length;
    let tried = 0;
    for (let length = 1; length <= Math.min(end, LONGEST_LOOP) && tried < MOST_TRIED; length++) {
      const first = end - length;
      const head = operations[first]!;
      // A round that writes may add up: what it leaves in locals would be lost with it.
      if (!learnsNothing(head, log[first]!)) return 0;
      if (!sameCall(head, next)) continue;
      const rounds = PATIENCE[this.patience.get(head.site.key) ?? 0];
      if (rounds === undefined) return 0;
      if (!areEqual(log, operations, length, rounds)) continue;
      tried++;
      if (this.isEndless({ log, operations }, length, next, run)) return length;
    }
    return 0;
  }

  /** Notes that a loop was closed too early: it is followed for longer from now on. */
  distrust(head: Operation): void {
    this.patience.set(head.site.key, (this.patience.get(head.site.key) ?? 0) + 1);
  }

  /** Whether what the loop at `operation` does depends on how often it went round, as far as was tried. */
  counts(operation: Operation): boolean {
    return (this.patience.get(operation.site.key) ?? 0) >= PATIENCE.length;
  }

  private isEndless(history: History, length: number, next: Operation, run: (history: History) => Operation): boolean {
    let sites = '';
    let key = '';
    for (let i = history.operations.length - length; i < history.operations.length; i++) {
      sites += `${history.operations[i]!.site.key};`;
      key += `${history.log[i]};`;
    }
    key = `${sites}${key}`;
    const failed = this.endless.get(key) ?? 0;
    if (failed >= MOST_FAILURES) return false;
    const goesOn = (operations: number): boolean =>
      sameCall(run(repeated(history, length, Math.ceil(operations / length))), next);
    // So often without an end, whatever it read: it has none.
    const trusted = failed === KNOWN_ENDLESS || (this.rounds.get(sites) ?? 0) >= MOST_ROUNDS;
    const is = goesOn(LIKELY_ENDLESS) && (trusted || goesOn(ENDLESS));
    this.endless.set(key, is ? KNOWN_ENDLESS : Math.max(0, failed) + 1);
    if (is) this.rounds.set(sites, (this.rounds.get(sites) ?? 0) + 1);
    return is;
  }
}

/** A history with its last `length` operations done `times` more. */
export function repeated({ log, operations }: History, length: number, times: number): History {
  const end = operations.length;
  const longLog = log.slice();
  const long = operations.slice();
  for (let round = 0; round < times; round++) {
    for (let i = end - length; i < end; i++) {
      longLog.push(log[i]!);
      long.push(operations[i]!);
    }
  }
  return { log: longLog, operations: long };
}

/** Whether the last `rounds` rounds of `length` operations were the same, results included. */
function areEqual(log: readonly number[], operations: readonly Operation[], length: number, rounds: number): boolean {
  const end = operations.length;
  if (end < length * rounds) return false;
  for (let i = end - length * rounds; i < end - length; i++) {
    if (log[i] !== log[i + length] || !sameCall(operations[i]!, operations[i + length]!)) return false;
  }
  return true;
}

/** Operations that a thread is followed for, once so many were done again: each more is found by doing all again. */
export function longestHistory(replayed: number): number {
  return replayed > MOST_REPLAYED ? LATER_LONGEST : LONGEST_HISTORY;
}

/** How often the thread came by an operation. */
export function roundsOf({ operations }: History, { site }: Operation): number {
  let rounds = 0;
  for (const operation of operations) if (operation.site === site) rounds++;
  return rounds;
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

function leavesAlone(modifier: number, operand: number, old: number): boolean {
  if (modifier === OR) return (old | operand) === old;
  return modifier === EXCHANGE && old === operand;
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
    case RECEIVE:
      return result === NO_MESSAGE;
    case COMPARE_EXCHANGE:
      return result !== operation.a;
    case MODIFY:
      return leavesAlone(operation.modifier, operation.a, result);
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
