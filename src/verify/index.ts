// A model checker for code on shared memory: the whole of what users of src/verify import.
export { renderTrace, type TraceRow } from './counterexample.js';

export { type MutantResult, WAYS } from './mutate.js';

export {
  type SimulatedPlace,
  simulatedPlace,
  wordNames,
} from './primitives.js';
export type { Problem, ProblemKind } from './problem.js';

export type { Scenario, Thread } from './scenario.js';
export { checkPrimitives } from './shipped/check-primitives.js';

export { PRIMITIVE_SURVIVORS } from './shipped/survivors.js';
export { readSurvivors, type Survivor } from './survivors.js';
export { ASSUMPTIONS, type Finding, type Report, replay, type Strategy, type VerifyOptions, verify } from './verify.js';
