// Checks the primitives as shipped, at futex level: what `verify primitives` runs.
import { type Checked, type CheckOptions, checkMutants, checkScenarios } from '../designs/check.js';
import { primitiveGroups } from './groups.js';
import { PRIMITIVE_SURVIVORS } from './survivors.js';

const NAME = 'primitives';

export function checkPrimitives({ survivors = PRIMITIVE_SURVIVORS, ...options }: CheckOptions = {}): Checked {
  const groups = primitiveGroups().map(({ scenarios, files }) => {
    const checked = checkScenarios(NAME, scenarios, options);
    const own = survivors.filter(({ mutant }) => files(mutant.split(' ')[0]!));
    // All of them, however large: some mutants of close() show in no other.
    const how = { ...options, survivors: own };
    return options.mutates ? checkMutants(checked, scenarios, files, how, Infinity) : checked;
  });
  const sum = (value: (group: Checked) => number) => groups.reduce((all, group) => all + value(group), 0);
  return {
    name: NAME,
    complete: groups.every(({ complete }) => complete),
    states: sum(({ states }) => states),
    elapsedMs: sum(({ elapsedMs }) => elapsedMs),
    scenarios: groups.flatMap(({ scenarios }) => scenarios),
    unreached: groups.flatMap(({ unreached }) => unreached),
    findings: groups.flatMap(({ findings }) => findings),
    mutants: groups.flatMap(({ mutants }) => mutants),
    unknownSurvivors: groups.flatMap(({ unknownSurvivors }) => unknownSurvivors),
    staleSurvivors: groups.flatMap(({ staleSurvivors }) => staleSurvivors),
  };
}
