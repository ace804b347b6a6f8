// A scenario out of a design: any variant whose provider and senders block.
import type { Variant } from '../../sender/variant.js';
import type { Scenario } from '../scenario.js';
import { ending, monitor } from './invariants.js';
import { initialPlace } from './place.js';
import { type DesignPlan, describePlan } from './plan.js';
import { designThreads } from './threads.js';
import { layDesign } from './words.js';

/** Why a variant cannot be checked, or undefined. */
export function whyNotModelled({ provider, sender, family }: Variant): string | undefined {
  if (sender.waits === 'never') return 'it has no sender threads, and nothing is handed over';
  if ('on' in sender) return "its senders are tasks of the provider's event loop, and share no memory between threads";
  if (provider.waits === 'event-loop' || sender.waits === 'event-loop') return 'it waits on an event loop';
  return family === 'message' ? 'its batches travel through message ports' : undefined;
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
    invariant: monitor(variant, plan, words),
    final: ending(plan, words),
  };
}
