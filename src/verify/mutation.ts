// What a mutation does to one call site while the program runs: no source is edited.
import type { Call } from './call.js';
import {
  COMPARE_EXCHANGE,
  HINT_STORE,
  LOAD,
  LOAD_REST,
  MODIFY,
  modify,
  NOTIFY,
  PLAIN_LOAD,
  PLAIN_STORE,
  POST,
  SLEEP,
  STORE,
  UNLOCK,
  WAKE,
} from './operation.js';
import { maskOf, WHOLE } from './ranges.js';

/**
 * plain      an atomic access becomes a plain one
 * split      a read-modify-write becomes an atomic read and an atomic write
 * drop       a notify, wake, post or unlock does not happen
 * narrow     a notify of all wakes one
 * delay      a write happens after the operation that follows it
 * no-loop    a wait or a condition is not looked at again after the wake
 */
export type How = 'plain' | 'split' | 'drop' | 'narrow' | 'delay' | 'no-loop';

export interface Mutation {
  /** `key` of the call site. */
  readonly site: string;
  readonly how: How;
}

/** The ways to mutate an operation of this kind. `discards`: its result is thrown away, so it can come later. */
export function waysOf(kind: number, discards: boolean, wakesAll: boolean): How[] {
  switch (kind) {
    case LOAD:
      return ['plain'];
    case STORE:
      return ['plain', 'delay'];
    case MODIFY:
      return discards ? ['plain', 'split', 'delay'] : ['plain', 'split'];
    case COMPARE_EXCHANGE:
      return ['plain', 'split'];
    case NOTIFY:
      return wakesAll ? ['drop', 'narrow'] : ['drop'];
    case PLAIN_STORE:
    case HINT_STORE:
      return ['delay'];
    case POST:
    case UNLOCK:
      return ['drop', 'delay'];
    case WAKE:
      return ['drop'];
    case SLEEP:
      return ['no-loop'];
    default:
      return [];
  }
}

export function isReadModifyWrite(kind: number): boolean {
  return kind === MODIFY || kind === COMPARE_EXCHANGE;
}

/**
 * Performs a read-modify-write in two steps, plain or atomic; returns the old value. `emit` executes the call with
 * some of it changed.
 */
export function inTwoSteps(
  emit: (changes: Partial<Call>) => number,
  plainly: boolean,
  { kind, a, b, modifier, range = WHOLE }: Call,
): number {
  const old = emit({ kind: plainly ? PLAIN_LOAD : LOAD, a: 0, b: 0, modifier: 0 });
  const store = { kind: plainly ? PLAIN_STORE : STORE, b: 0, modifier: 0 };
  if (kind === MODIFY) emit({ ...store, a: modify(modifier, old, a) & maskOf(range) });
  else if (old === a) emit({ ...store, a: b });
  return old;
}

/** The plain access that takes the place of an atomic load or store. */
export function plainKind(kind: number): number {
  return kind === LOAD || kind === LOAD_REST ? PLAIN_LOAD : PLAIN_STORE;
}
