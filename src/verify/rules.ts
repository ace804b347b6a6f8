// What a thread's function must keep to, so that it can be checked at all.
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

/** What a hook of the scenario says is wrong, or undefined. It may throw as well, as assertions do. */
export function asked(
  scenario: Scenario,
  hook: 'final' | 'invariant',
  words: Int32Array,
  results: readonly unknown[] = [],
): string | undefined {
  let said: unknown;
  try {
    said = scenario[hook]?.(words, results);
  } catch (error) {
    return `${hook}() threw: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (said === undefined || said === null) return undefined;
  if (typeof said === 'string') return said;
  throw new ScenarioError(
    `scenario: ${hook}() returned ${String(said)}, takes a text that says what is wrong, or undefined if nothing is`,
  );
}
