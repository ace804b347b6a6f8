// The primitives as shipped, in groups that are checked apart: each mutant is tried on the scenarios of its own group.
import type { WaitPolicy } from '../../memory/wait-policy.js';
import type { Scenario } from '../scenario.js';
import { lockScenarios } from './lock-scenarios.js';
import { takingScenarios } from './taking-scenarios.js';
import { laterScenarios, waitingScenarios } from './waiting-scenarios.js';

export interface PrimitiveGroup {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
  /** The sources whose orderings are weakened. */
  readonly files: (file: string) => boolean;
}

const SPIN: WaitPolicy = { spins: 1 };

/** Semaphore and event, then each kind of lock. */
export function primitiveGroups(): PrimitiveGroup[] {
  const lock = (name: string, file: string, scenarios: readonly Scenario[]): PrimitiveGroup => ({
    name,
    scenarios,
    files: (each) => each === `src/memory/${file}.ts`,
  });
  return [
    {
      name: 'semaphore and event',
      scenarios: [...waitingScenarios(), ...takingScenarios(), ...laterScenarios()],
      files: (file) => file === 'src/memory/semaphore.ts' || file === 'src/memory/event.ts',
    },
    lock('futex lock', 'futex-lock', [...lockScenarios('futex'), ...lockScenarios('spin', SPIN)]),
    lock('ticket lock', 'ticket-lock', lockScenarios('ticket')),
    lock('mcs lock', 'mcs-lock', lockScenarios('mcs')),
    lock('tas lock', 'tas-lock', lockScenarios('tas')),
  ];
}

/** Every scenario of every group. */
export function primitiveScenarios(): Scenario[] {
  return primitiveGroups().flatMap(({ scenarios }) => scenarios);
}
