// A scenario out of a design: any variant whose threads are the framework's.
import type { Variant } from '../../sender/variant.js';
import type { Scenario } from '../scenario.js';
import { ending, monitor } from './invariants.js';
import { initialPlace } from './place.js';
import { type DesignPlan, describePlan } from './plan.js';
import { designThreads } from './threads.js';
import { layDesign } from './words.js';

/** Why a variant cannot be checked, or undefined. */
export function whyNotModelled({ sender }: Variant): string | undefined {
  if (sender.waits === 'never') return 'it has no sender threads, and nothing is handed over';
  if (sender.waits === 'own-threads') return 'its sender threads, and how tasks reach them, are those of a package';
  return undefined;
}

export function designScenario(variant: Variant, plan: DesignPlan): Scenario {
  const words = layDesign(variant, plan.shape);
  return {
    name: describePlan(plan),
    words: words.end,
    threads: designThreads({ variant, plan, words }),
    nameOf: words.nameOf,
    ...(plan.wildHints ? { hints: { mode: 'havoc' } } : {}),
    init: (initial) => variant.init?.(initialPlace(words, plan.shape, initial)),
    ...monitor(variant, plan, words),
    final: ending(plan, words),
  };
}
