// The against command: another commit's build and this one, measured in the same rounds.

import type { Command } from 'commander';
import { exitWith } from '../base/exit-code.js';
import { Interrupts } from '../base/interrupts.js';
import { processes } from '../base/quantities.js';
import type { Progress } from '../measure/measure.js';
import { estimateMs } from '../plan/order.js';
import { declareMeasuring } from '../plan/plan-flags.js';
import type { Plan } from '../plan/planned.js';
import { type PlanFlags, planOf } from '../plan/run-plan.js';
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
import { declareLayout, type LayoutFlags, layoutOf, requireWanted, wantedBy } from '../tables/layout-flags.js';
import { ProgressLine } from '../terminal/progress.js';
import { type AgainstOutcome, measureAgainst } from '../tracking/against.js';
import { buildOf } from '../tracking/build.js';

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
  const plan = await planOfAgainst(flags);
  const interrupts = new Interrupts();
  const line = new ProgressLine();
  try {
    const say = (text: string) => process.stderr.write(`${text}\n`);
    const folder = await buildOf(other, { signal: interrupts.signal, say });
    const ends = endsOf(revision, other);
    const outcome = await measureAgainst(plan, {
      builds: { a: folder, b: PROJECT },
      names: { a: ends.a.name, b: ends.b.name },
      wanted: wantedBy(flags),
      signal: interrupts.signal,
      progress: progressOf(line, plan, say),
      confirming: (part, cells) => {
        line.end();
        say(`measuring ${cells} cell${cells > 1 ? 's' : ''} again that differ: about ${seconds(part)} s`);
      },
    });
    line.end();
    const changes = changesOf(outcome, ends, plan);
    if (flags.json) process.stdout.write(`${stringify(changes)}\n`);
    else process.stdout.write(renderChanges(changes, format, layout));
    return interrupts.code ?? (outcome.cells.some(({ status }) => status === 'failed') ? 1 : 0);
  } catch (cause) {
    if (interrupts.code === undefined) throw cause;
    process.stderr.write('interrupted: nothing to show\n');
    return interrupts.code;
  } finally {
    line.end();
    interrupts.close();
  }
}

/** The pair under study unless others are asked for, and never fewer processes than a verdict takes. */
async function planOfAgainst(flags: AgainstFlags): Promise<Plan> {
  const { plan } = await planOf({ ...flags, variants: flags.variants ?? STUDIED_PAIR.join(',') });
  const wanted = wantedBy(flags);
  const metricsOf = (table: string) => plan.tables.find(({ id }) => id === table)!.metrics;
  const cells = plan.cells.filter(({ id, table }) => metricsOf(table).some((metric) => wanted(id, metric)));
  requireWanted(flags, plan.cells, ({ table }) => metricsOf(table));
  const rounds = flags.rounds === undefined ? Math.max(plan.rounds, LEAST_PROCESSES) : plan.rounds;
  return { ...plan, cells, rounds };
}

function progressOf(line: ProgressLine, plan: Plan, say: (text: string) => void): Progress {
  let begun = false;
  return ({ round, done, total, cell: { cell } }) => {
    if (!begun)
      say(
        `${total} turns in ${processes(plan.rounds)} of each build: about ${2 * seconds(plan)} s (seed ${plan.seed})`,
      );
    begun = true;
    const what = `${cell.workload} ${cell.variant}, ${cell.channels} ch`;
    line.show({ round, rounds: plan.rounds, done, total, what, estimateMs: 2 * estimateMs(plan) });
  };
}

function seconds(plan: Plan): number {
  return Math.ceil(estimateMs(plan) / 1000);
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
