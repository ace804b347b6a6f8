// A model checker for code on shared memory: the whole of what users of src/verify import.
export { renderTrace, type TraceRow } from './counterexample.js';
export type { Counter } from './discarded.js';
export { inTask } from './event-loop.js';
export { type Mutant, type MutantResult, type MutateOptions, mutantsOf, mutate, type Part, WAYS } from './mutate.js';
export { simulatedPort } from './port.js';
export {
  SimulatedEvent,
  SimulatedLock,
  type SimulatedPlace,
  SimulatedSemaphore,
  simulatedPlace,
  wordNames,
} from './primitives.js';
export type { Problem, ProblemKind } from './problem.js';
export { checkpoint, ghost } from './recording.js';
export { ScenarioError } from './rules.js';
export type { HintSite, Hints, Scenario, Thread } from './scenario.js';
export { checkPrimitives } from './shipped/check-primitives.js';
export { PRIMITIVE_SURVIVORS } from './shipped/survivors.js';
export { readSurvivors, type Survivor } from './survivors.js';
export { ASSUMPTIONS, type Finding, type Report, replay, type Strategy, type VerifyOptions, verify } from './verify.js';
