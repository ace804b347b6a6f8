// The against command: another commit's build and this one, measured in the same rounds.

import type { Command } from 'commander';
import { exitWith } from '../base/exit-code.js';
import { Interrupts } from '../base/interrupts.js';
import { declareMeasuring } from '../plan/plan-flags.js';
import type { Plan } from '../plan/planned.js';
import type { PlanFlags } from '../plan/run-plan.js';
import { STUDIED_PAIR } from '../plan/tables.js';
import { type Changes, type ComparedEnd, type Unaligned, withoutVisits } from '../result/changes.js';
import type { BuildCell } from '../result/compare-builds.js';
import { LEAST_PROCESSES } from '../stats/verdict.js';
import { stringify } from '../store/stored.js';
import { type Commit, describeCommit } from '../system/commit.js';
import { commitOf, requireCheckout } from '../system/git.js';
import { describeMachine } from '../system/machine.js';
import { PROJECT } from '../system/project.js';
import { renderChanges } from '../tables/changes.js';
import { declareFormat, formatOf } from '../tables/format.js';
import { declareLayout, type LayoutFlags, layoutOf, wantedBy } from '../tables/layout-flags.js';
import { type AgainstOutcome, measureBoth, planOfBoth } from '../tracking/against.js';

export interface AgainstFlags extends PlanFlags, LayoutFlags {
  readonly json?: boolean;
  readonly format?: string;
}

export function declareAgainst(program: Command): void {
  const command = program
    .command('against')
    .description(
      'build another commit and measure it beside this build, in the same rounds; changes are confirmed by a rerun',
    )
    .argument('<revision>', 'a commit, branch or tag');
  declareFormat(declareLayout(declareMeasuring(command, STUDIED_PAIR.join(','))))
    .option('--json', 'print the document, and nothing else, on stdout')
    .action(async (revision: string, flags: AgainstFlags) => exitWith(await against(revision, flags)));
}

/** Returns 0, 1 when a cell failed, or the code of a signal. */
export async function against(revision: string, flags: AgainstFlags): Promise<number> {
  const format = formatOf(flags.format);
  const layout = layoutOf(flags);
  requireCheckout('against');
  const other = commitOf(revision, 'against');
  const wanted = wantedBy(flags);
  const plan = await planOfBoth(flags, wanted);
  const interrupts = new Interrupts();
  try {
    const ends = endsOf(revision, other);
    const names = { a: ends.a.name, b: ends.b.name };
    const outcome = await measureBoth(plan, other, { names, wanted, signal: interrupts.signal });
    const changes = changesOf(outcome, ends, plan);
    if (flags.json) process.stdout.write(`${stringify(changes)}\n`);
    else process.stdout.write(renderChanges(changes, format, layout));
    return interrupts.code ?? (outcome.cells.some(({ status }) => status === 'failed') ? 1 : 0);
  } catch (cause) {
    if (interrupts.code === undefined) throw cause;
    process.stderr.write('interrupted: nothing to show\n');
    return interrupts.code;
  } finally {
    interrupts.close();
  }
}

function endsOf(revision: string, other: Commit): Record<'a' | 'b', ComparedEnd> {
  const own = describeCommit(PROJECT) ?? null;
  const same = { machineKey: describeMachine().key, node: process.version };
  const b = own
    ? `${own.branch === 'HEAD' ? own.sha.slice(0, 12) : own.branch}${own.dirty ? ' + changes' : ''}`
    : 'this build';
  return {
    a: { name: revision, commit: other, ...same },
    b: { name: b === revision ? `this ${b}` : b, commit: own, ...same },
  };
}

function changesOf(
  { cells, comparisons, rounds, stopped }: AgainstOutcome,
  ends: Record<'a' | 'b', ComparedEnd>,
  { seed, shard }: Plan,
): Changes {
  const interrupted = stopped === 'interrupted' || stopped === 'killed';
  return {
    schema: 1,
    kind: 'against',
    ...ends,
    rounds,
    seed,
    ...(shard ? { shard: { index: shard.index, of: shard.of } } : {}),
    cells: cells.map(withoutVisits),
    comparisons,
    unaligned: unalignedOf(cells),
    leftOut: [],
    warnings: [
      ...(interrupted ? [`${stopped}: only the finished rounds are here, and changes are not confirmed`] : []),
      ...(rounds < LEAST_PROCESSES
        ? [`too few processes for a verdict: ${rounds} of at least ${LEAST_PROCESSES}`]
        : []),
    ],
  };
}

/** Cells that one of the builds has no measurement of. */
function unalignedOf(cells: readonly BuildCell[]): Unaligned[] {
  return cells
    .filter(({ status, sameAs }) => status !== 'measured' && sameAs === undefined)
    .map(({ id, build, status, reason }) => ({ cell: id, reason: `${status} in ${build}: ${reason ?? 'no reason'}` }));
}
