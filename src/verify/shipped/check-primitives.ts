// Checks the primitives as shipped, at futex level: what `verify primitives` runs.
import { type Checked, type CheckOptions, checkMutants, checkScenarios } from '../designs/check.js';
import { primitiveScenarios } from './scenarios.js';
import { PRIMITIVE_SURVIVORS } from './survivors.js';

export function checkPrimitives(options: CheckOptions = {}): Checked {
  const scenarios = primitiveScenarios();
  const checked = checkScenarios('primitives', scenarios, options);
  if (!options.mutates) return checked;
  const files = (file: string): boolean => file.startsWith('src/memory/');
  // All of them, however large: some mutants of close() show in no other.
  return checkMutants(checked, scenarios, files, { survivors: PRIMITIVE_SURVIVORS, ...options }, Infinity);
}
