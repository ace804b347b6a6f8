// What a thread's function must keep to, so that it can be checked at all.
import { inspect } from 'node:util';
import type { Scenario } from './scenario.js';

/**
 * What breaking a rule is called:
 *
 *   nondeterminism    run again with the same results, the thread does something else
 *   hidden-state      the thread's future depends on something that merging histories leaves out
 *   impure-condition  the condition of an until() does more than read
 *   not-modelled      the thread uses something of the platform that the checker does not simulate
 */
export const RULES = ['nondeterminism', 'hidden-state', 'impure-condition', 'not-modelled'] as const;

export type RuleKind = (typeof RULES)[number];

/** Why a body does something else when it is run again. */
export const KEEPS =
  'it depends on more than shared memory, such as a variable outside of it that lasts from run to run, a clock, or chance';

export const ENDED_EARLY = `thread body is not deterministic: it ended early when run again: ${KEEPS}`;

/** Thrown when more is known of the program than the search began with: begin again. */
export const OUTGROWN = Symbol('outgrown');

/** The thread's body broke such a rule. */
export class BodyError extends Error {
  readonly kind: RuleKind;

  constructor(kind: RuleKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** The scenario itself is wrong: no program was checked. */
export class ScenarioError extends RangeError {}

/** The words that a program begins with. */
export function initialWords(scenario: Scenario): Int32Array {
  const words = new Int32Array(scenario.words);
  const begun: unknown = scenario.init?.(words);
  if (begun instanceof Promise)
    throw new ScenarioError('scenario: init() returned a promise; it fills the words at once');
  return words;
}

/** Objects within objects that are shown, and so told apart. */
const DEEPEST_SHOWN = 8;
/** Objects within objects that are copied for each final check. */
const DEEPEST_COPIED = 4;

/** What a hook of the scenario says is wrong, or undefined. It may throw as well, as assertions do. */
export function asked(
  scenario: Scenario,
  hook: 'final' | 'invariant',
  words: Int32Array,
  results: readonly unknown[] = [],
): string | undefined {
  let said: unknown;
  try {
    // Whatever a final check does to what it gets, the next one gets its own.
    said = hook === 'final' ? scenario.final?.(words.slice(), results.map(copyOf)) : scenario.invariant?.(words);
  } catch (error) {
    return `${hook}() threw: ${shown(error)}`;
  }
  if (said === undefined || said === null) return undefined;
  if (typeof said === 'string') return said;
  throw new ScenarioError(
    `scenario: ${hook}() returned ${String(said)}, takes a text that says what is wrong, or undefined if nothing is`,
  );
}

/** A result of its own, as far as it is made of lists and plain objects. */
function copyOf(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth === DEEPEST_COPIED) return value;
  const copy = (each: unknown): unknown => copyOf(each, depth + 1);
  if (Array.isArray(value)) return value.map(copy);
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copy(each)]));
}

/** What was returned or thrown, as text. */
export function shown(value: unknown): string {
  if (value instanceof Error) return value.message;
  return inspect(value, { depth: DEEPEST_SHOWN, breakLength: Number.POSITIVE_INFINITY, customInspect: false });
}
