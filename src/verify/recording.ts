// One re-execution of a thread's function: answers the operations on record, and stops it at the first one that is not.
import type { Call } from './call.js';
import { type Counter, isDiscarded } from './discarded.js';
import type { HintSites } from './hint-sites.js';
import { inTwoSteps, isReadModifyWrite, type Mutation, plainKind } from './mutation.js';
import { goOn } from './never-ends.js';
import {
  CHECKPOINT,
  GHOST,
  HINT,
  HINT_STORE,
  isOnQueue,
  isRead,
  NOTIFY,
  type Operation,
  operationName,
  PLAIN_LOAD,
  PLAIN_STORE,
  SEND,
  SLEEP,
  STEP,
  STORE,
  STORE_REST,
  TASK,
  WAIT,
  WAIT_LATER,
} from './operation.js';
import { HIGH, LOW, WHOLE } from './ranges.js';
import { BodyError, KEEPS, type RuleKind } from './rules.js';
import { callSite, NOWHERE, type Site } from './site.js';
import { describeSite } from './source.js';
import { ATOMIC, HINT_WRITTEN, HINTED, PLAIN, WAITED, type WordTable } from './word-table.js';

export interface Recording {
  /** Results of the operations so far, and the operations. */
  readonly log: readonly number[];
  readonly operations: readonly Operation[];
  readonly table: WordTable;
  readonly mutation: Mutation | null;
  readonly hints: HintSites;
  /** What the program says is only counted in. */
  readonly counters: readonly Counter[];
  /** Called for each call site at its discovery, mutated or not. */
  readonly onSite: ((site: Site, kind: number, modifier: number, a: number) => void) | null;
  position: number;
  /** The first operation without a record: what the thread does next. More follow while their results are thrown away. */
  readonly pending: Operation[];
  readonly mostPending: number;
  /** Whether the body was stopped at the last of them. */
  isStopped: boolean;
  /** How often it has come to another operation all the same. */
  goesOn: number;
  failure: BodyError | null;
  /** Whether the body has made promises. */
  isAsync: boolean;
  /** Called where the body is stopped, from within it. */
  readonly onStop: (() => void) | null;
  /** A write that a mutation holds back until the next operation is done. */
  deferred: { readonly call: Call; readonly site: Site } | null;
  /** The condition that is being evaluated: its event, and the position of its first read. */
  event: number;
  head: number;
  /** While a condition is evaluated again to see whether it is pure: the position where it ended. */
  pureUntil: number;
}

type Fixed = Pick<Recording, 'table' | 'mutation' | 'hints' | 'counters' | 'onSite'>;

/** A re-execution over a history, to be run. */
export function newRecording(
  { table, mutation, hints, counters, onSite }: Fixed,
  { log, operations }: Pick<Recording, 'log' | 'operations'>,
  mostPending: number,
  onStop: (() => void) | null = null,
): Recording {
  return {
    log,
    operations,
    table,
    mutation,
    hints,
    counters,
    onSite,
    position: 0,
    pending: [],
    mostPending,
    isStopped: false,
    goesOn: 0,
    isAsync: false,
    failure: null,
    onStop,
    deferred: null,
    event: -1,
    head: 0,
    pureUntil: -1,
  };
}

/** Thrown through the thread's function to end a re-execution. */
const STOP = Symbol('stop');
let current: Recording | null = null;

/** Runs `body` under a recording; returns the value it returned, or leaves `pending`, `failure` or the error it threw. */
export function record(recording: Recording, body: () => unknown): { value: unknown; error: unknown } {
  const outer = current;
  current = recording;
  try {
    const value = body();
    flushDeferred();
    return { value, error: null };
  } catch (error) {
    return { value: undefined, error };
  } finally {
    current = outer;
  }
}

/** Ends the re-execution for good; returns the error to throw. */
export function fail(kind: RuleKind, message: string): BodyError {
  const error = new BodyError(kind, message);
  if (current) current.failure ??= error;
  return error;
}

/** Every operation of a thread under test comes through here; returns its result. */
export function perform(kind: number, word: number, a = 0, b = 0, modifier = 0, range = WHOLE): number {
  const run = running();
  const recorded = run.position < run.log.length ? run.operations[run.position]! : null;
  const site = recorded?.site ?? callSite();
  const rule = kind === PLAIN_LOAD || kind === PLAIN_STORE ? run.hints.find(site, kind === PLAIN_STORE) : -1;
  const hinted = kind === PLAIN_STORE ? HINT_STORE : HINT;
  const call = rule < 0 ? { kind, word, range, a, b, modifier } : { kind: hinted, word, range, a, b, modifier: rule };
  if (run.event >= 0 && !isRead(call.kind)) {
    const what = operationName(call.kind, modifier);
    throw fail('impure-condition', `the condition of until() does ${what}; it may only read`);
  }
  if (!recorded) run.onSite?.(site, call.kind, modifier, a);
  const deferred = run.event < 0 ? run.deferred : null;
  if (deferred) run.deferred = null;
  const result = mutated(run, call, site, recorded?.mutation ?? mutationAt(run, site));
  if (deferred) emit(run, deferred.call, deferred.site, '');
  return result;
}

function mutationAt({ mutation }: Recording, site: Site): string {
  return mutation?.site === site.key ? mutation.how : '';
}

function mutated(run: Recording, call: Call, site: Site, how: string): number {
  if (how === '') return emit(run, call, site, how);
  const emitAs = (changes: Partial<Call>): number => emit(run, { ...call, ...changes }, site, how);
  switch (how) {
    case 'plain':
      return isReadModifyWrite(call.kind) ? inTwoSteps(emitAs, true, call) : emitAs({ kind: plainKind(call.kind) });
    case 'split':
      return inTwoSteps(emitAs, false, call);
    case 'drop':
      emitAs({ kind: STEP, a: 0, b: 0, modifier: 0 });
      return 0;
    case 'narrow':
      return emitAs({ a: 1 });
    case 'delay':
      emitAs({ kind: STEP, a: 0, b: 0, modifier: 0 });
      run.deferred = { call, site };
      return call.a;
    default:
      return emit(run, call, site, how);
  }
}

/** Performs what a mutation held back, if anything; returns whether there was something. */
export function flushDeferred(): boolean {
  const run = running();
  const { deferred } = run;
  if (!deferred) return false;
  run.deferred = null;
  emit(run, deferred.call, deferred.site, '');
  return true;
}

/** An operation of the checker's own, which no mutation changes. */
export function emitAt(call: Call, site: Site, value?: unknown): number {
  return emit(running(), call, site, '', value);
}

/** Ends the thread's history here: what it does from now on depends on `digest` and on shared memory alone. */
export function checkpoint(digest: string): void {
  if (!current) return;
  const run = running();
  if (run.deferred) return;
  emitAt({ kind: CHECKPOINT, word: -1, a: 0, b: 0, modifier: 0 }, NOWHERE, digest);
}

/**
 * Sets a ghost variable: a word that only `invariant` and `final` of the scenario look at. It orders nothing, races
 * with nothing and takes no time: it is set together with the operation before it.
 */
export function ghost(word: number, value: number): void {
  emitAt({ kind: GHOST, word, a: value, b: 0, modifier: 0 }, NOWHERE);
}

/** The re-execution that is going on; throws through it once it has what it wants. */
export function running(): Recording {
  if (!current) throw new Error('simulated memory is used outside a thread that is being verified');
  if (current.isStopped || current.failure) throw goOn(current, STOP);
  return current;
}

/** Answers a call from the record, or stops the re-execution at it. */
function emit(run: Recording, call: Call, site: Site, mutation: string, value?: unknown): number {
  const { kind, word, range = WHOLE, a, b, modifier } = call;
  if (run.pureUntil >= 0 && run.position === run.pureUntil) {
    throw fail('impure-condition', 'the condition of until() is not pure: read alike, it reads more');
  }
  if (run.position < run.log.length) {
    const old = run.operations[run.position]!;
    const same = old.kind === kind && old.word === word && old.range === range && old.a === a && old.b === b;
    if (!same || old.modifier !== modifier || old.value !== value) throw differs(run, old, call);
    return run.log[run.position++]!;
  }
  // Spelt out, in the order of `ending` in operation.ts: the search reads these objects all the time, and is fastest
  // when they are all laid out alike.
  const operation = {
    kind,
    word,
    range,
    slot: kind === STEP || word < 0 || isOnQueue(kind) ? -1 : run.table.use(word, useOf(kind), range),
    a,
    b,
    modifier,
    site,
    // A read-modify-write in steps (split, or of 64 bits) needs the value, whatever the program does with the result.
    discards:
      writesOnly(kind) || (kind <= NOTIFY && range !== LOW && mutation !== 'split' && isDiscarded(site, run.counters)),
    event: kind === SLEEP ? run.table.use(word, ATOMIC) : run.event,
    announces: run.event >= 0 && run.position === run.head,
    reads: readsOf(run, call, value),
    headNode: kind === SLEEP && b === 0 && mutation === '' ? run.head : -1,
    value,
    mutation,
  };
  if (kind === HINT_STORE) run.table.promise(operation.slot, a);
  if (operation.slot >= 0 && run.table.isMixed(operation.slot))
    throw fail(
      'not-modelled',
      `a plain write under a hint of a word that is accessed in other ways, at ${site.file}:${site.line}`,
    );
  run.pending.push(operation);
  if (operation.discards && run.event < 0 && run.pending.length < run.mostPending) {
    run.position++;
    return 0;
  }
  run.onStop?.();
  run.isStopped = true;
  throw STOP;
}

/** The other half of what a wait of 64 bits compares; where a task may come from. */
function readsOf({ table }: Recording, { kind, word, range, modifier }: Call, value: unknown): Int32Array | null {
  if (kind === WAIT && range === LOW) return Int32Array.of(table.use(word + 1, ATOMIC, HIGH), modifier);
  if (kind === TASK) return Int32Array.from(value === '' ? [] : String(value).split(','), Number);
  return null;
}

function differs(run: Recording, old: Operation, call: Call): Error {
  if (run.pureUntil >= 0) {
    return fail('impure-condition', 'the condition of until() is not pure: read alike, it reads something else');
  }
  const was = `${operationName(old.kind, old.modifier)} of word ${old.word}`;
  const is = `${operationName(call.kind, call.modifier)} of word ${call.word}`;
  return fail(
    'nondeterminism',
    `thread body is not deterministic: ${was} at ${describeSite(old.site)} is ${is} when run again: ${KEEPS}`,
  );
}

function writesOnly(kind: number): boolean {
  switch (kind) {
    case STORE:
    case STORE_REST:
    case PLAIN_STORE:
    case HINT_STORE:
    case GHOST:
    case SEND:
      return true;
    default:
      return false;
  }
}

function useOf(kind: number): number {
  if (kind === GHOST) return 0;
  if (kind === PLAIN_LOAD || kind === PLAIN_STORE) return PLAIN;
  if (kind === HINT) return HINTED;
  if (kind === HINT_STORE) return PLAIN | HINTED | HINT_WRITTEN;
  if (kind === WAIT || kind === WAIT_LATER) return ATOMIC | WAITED;
  if (kind === NOTIFY) return WAITED;
  return ATOMIC;
}
