// What a thread's function must keep to, so that it can be checked at all.

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
