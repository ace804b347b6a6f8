// What can be wrong with an execution, and how it is told.
import type { Race } from './clocks.js';
import type { ExecutionView } from './execution-view.js';
import { wouldGoOn } from './lost-wake-up.js';
import { describe, HINT_STORE, type Operation, PLAIN_LOAD, PLAIN_STORE, SLEEP } from './operation.js';
import { type RuleKind, shown } from './rules.js';
import { wordName } from './scenario.js';
import { describeSite } from './source.js';

export type ProblemKind =
  | 'data-race'
  | 'lost-wake-up'
  | 'deadlock'
  | 'livelock'
  | 'invariant'
  | 'final-state'
  | 'exception'
  | 'misuse'
  | 'plain-spin'
  | 'mixed-size'
  | RuleKind;

export interface Problem {
  readonly kind: ProblemKind;
  readonly message: string;
  /** Equal for problems that are the same one met on another path. */
  readonly key: string;
  /** Of a data race: the other thread, the machine's slot of the word, and what it had done with it. */
  readonly race?: { readonly other: number; readonly slot: number; readonly earlier: Race['earlier'] };
}

export function simple(kind: ProblemKind, message: string, where = ''): Problem {
  return { kind, message, key: `${kind} ${where === '' ? message : where}` };
}

export function raceProblem(execution: ExecutionView, race: Race): Problem {
  const { scenario } = execution;
  const name = (thread: number): string => scenario.threads[thread]!.name;
  const { operation } = race;
  const what = describe(operation, (word) => wordName(scenario, word));
  const isPlain = operation.kind === PLAIN_LOAD || operation.kind === PLAIN_STORE || operation.kind === HINT_STORE;
  const isOtherSize = race.slot !== operation.slot;
  const kind = !isPlain && isOtherSize && race.earlier.startsWith('atomic') ? 'mixed-size' : 'data-race';
  const notes =
    kind === 'mixed-size'
      ? ' of another size: such accesses do not synchronise'
      : (isOtherSize ? ' of another size' : '') + (isPlain && operation.b === 1 ? ', and may tear' : '');
  return {
    kind,
    message: `${name(race.thread)}: ${what} at ${describeSite(race.operation.site)} is not ordered after ${name(race.other)}'s ${race.earlier}${notes}`,
    key: `${kind} ${race.operation.site.key} ${race.earlier}`,
    race: { other: race.other, slot: race.slot, earlier: race.earlier },
  };
}

export function exception(execution: ExecutionView, thread: number, operation: Operation): Problem {
  const { value } = operation;
  const what = shown(value);
  // The real Atomics met a simulated view.
  const note = /^#<Object> is not an? .*typed array/.test(what)
    ? ' (Atomics is used by its name in a thread: `const { load } = Atomics` outside of it is the real one)'
    : '';
  return simple('exception', `${execution.scenario.threads[thread]!.name} threw: ${what}${note}`);
}

export function plainSpin(execution: ExecutionView, thread: number, operation: Operation): Problem {
  const name = execution.scenario.threads[thread]!.name;
  const where = describeSite(operation.site);
  return simple(
    'plain-spin',
    `${name} loops on plain reads at ${where}: a compiler may read once and loop for ever`,
    operation.site.key,
  );
}

/** Nobody can go on. A thread that would go on if it were woken now has lost a wake-up. */
export function deadlock(execution: ExecutionView): Problem {
  const { scenario, machine } = execution;
  const stuck: string[] = [];
  let lost = false;
  let key = '';
  for (let thread = 0; thread < execution.threads; thread++) {
    if (!execution.hasNotEnded(thread)) continue;
    const operation = execution.pending(thread);
    const what = describe(operation, (word) => wordName(scenario, word));
    const missed = wouldGoOn(execution, thread);
    lost ||= missed;
    key += ` ${operation.site.key}`;
    const value =
      operation.slot < 0 || operation.kind === SLEEP ? '' : `, the word is ${machine.state[operation.slot]}`;
    const note = missed ? ', and what it waits for has happened' : value;
    stuck.push(`${scenario.threads[thread]!.name} in ${what} at ${describeSite(operation.site)}${note}`);
  }
  const kind = lost ? 'lost-wake-up' : 'deadlock';
  return { kind, message: stuck.join('; '), key: kind + key };
}
