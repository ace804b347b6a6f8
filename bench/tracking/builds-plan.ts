// The plan of a run that measures two builds beside each other: every cell once for each, their turns alternating.

import { UsageError } from '../base/usage-error.js';
import { type Listed, plainName, type Side } from '../plan/catalogue.js';
import { makePlan } from '../plan/plan.js';
import type { Plan, PlannedCell } from '../plan/planned.js';

const SIDES: readonly Side[] = ['a', 'b'];

/** Folders of the two builds. */
export type Builds = Readonly<Record<Side, string>>;

/** The same plan with each design twice, as `mutex@a` and `mutex@b`. Throws UsageError for a design of the user's own. */
export function planOfBuilds(plan: Plan, builds: Builds): Plan {
  const outside = plan.listed.find((listed) => listed.outside);
  if (outside) {
    throw new UsageError(
      `--variants: got a file (${outside.variant.name}), takes names here: both builds must have it`,
    );
  }
  const listed = plan.listed.flatMap((each) => SIDES.map((side) => onSide(each, side, builds[side])));
  // All of them are under study: a change may be in any.
  const both = makePlan({ ...plan, listed, studied: listed.map(({ variant }) => variant.name), besideEvery: 1 });
  // The plan may have been cut down to some of its cells.
  return partOf(both, new Set(plan.cells.map(({ id }) => id)), plan.seed);
}

function onSide(listed: Listed, side: Side, folder: string): Listed {
  const { name } = listed.variant;
  return { ...listed, variant: { ...listed.variant, name: `${name}@${side}` }, build: { folder, variant: name } };
}

/** The plan with these cells alone (ids without side), and another seed: an independent measurement of them. */
export function partOf(plan: Plan, ids: ReadonlySet<string>, seed: number): Plan {
  return { ...plan, cells: plan.cells.filter((cell) => ids.has(plainId(cell))), seed };
}

function plainId({ id, cell }: PlannedCell): string {
  return id.replace(` ${cell.variant} `, ` ${plainName(cell.variant).variant} `);
}
