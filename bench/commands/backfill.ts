// The backfill command: results of older commits, each measured by its own build on this machine.
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { allowedCpus } from '../../src/os/cpus.js';
import { exitWith } from '../base/exit-code.js';
import { Interrupts } from '../base/interrupts.js';
import { counted } from '../base/quantities.js';
import { UsageError, wholeNumber } from '../base/usage-error.js';
import { recordedFloors } from '../measure/floors.js';
import { estimateMs } from '../plan/order.js';
import { declareMeasuring } from '../plan/plan-flags.js';
import { type PlanFlags, planOf } from '../plan/run-plan.js';
import { STUDIED_PAIR } from '../plan/tables.js';
import { saveResult } from '../store/save.js';
import { declareStore, type StoreFlags, storeOf } from '../store/store-flags.js';
import { commitsBetween, requireCheckout } from '../system/git.js';
import { describeMachine } from '../system/machine.js';
import { ProgressLine } from '../terminal/progress.js';
import { isThere, measureBuild, spread } from '../tracking/backfill.js';
import { buildOf } from '../tracking/build.js';

export interface BackfillFlags extends PlanFlags, StoreFlags {
  readonly steps: string;
  readonly dryRun?: boolean;
}

const MOST_STEPS = 1000;
const DEFAULT_SEED = '1';

export function declareBackfill(program: Command): void {
  const command = program
    .command('backfill')
    .description(
      'measure commits of a range, each with its own build, and save the runs; continues where it was interrupted',
    )
    .argument('<range>', 'commits along first parents, both ends included, as in v1..main')
    .option('--steps <n>', 'number of commits from the range, evenly spread', '10')
    .option('--dry-run', 'list the commits, measure nothing');
  declareStore(declareMeasuring(command, STUDIED_PAIR.join(','))).action(async (range: string, flags: BackfillFlags) =>
    exitWith(await backfill(range, flags)),
  );
}

/** Returns 0, 1 when a commit could not be measured, or the code of a signal. */
export async function backfill(range: string, flags: BackfillFlags): Promise<number> {
  const store = storeOf({ ...(flags.results === undefined ? {} : { results: flags.results }) });
  const steps = wholeNumber('--steps', flags.steps, 1, MOST_STEPS);
  requireCheckout('backfill');
  const commits = spread(commitsBetween(range, 'backfill'), steps);
  const { steps: _, results: __, machine: ___, dryRun, ...rest } = flags;
  // One seed for all: the same cells in the same order.
  const planFlags = { ...rest, variants: flags.variants ?? STUDIED_PAIR.join(','), seed: flags.seed ?? DEFAULT_SEED };
  const { plan } = await planOf(planFlags);
  const missing = commits.filter((commit) => !isThere(commit, plan, store));
  const say = (text: string) => process.stderr.write(`${text}\n`);
  const minutes = Math.ceil((missing.length * estimateMs(plan)) / 60e3);
  say(
    `${counted(commits.length, 'commit')}, ${commits.length - missing.length} of them measured before: about ${minutes} min, and the builds`,
  );
  if (dryRun) {
    for (const commit of commits)
      process.stdout.write(`${commit.sha} ${commit.time}${missing.includes(commit) ? '' : ' is there'}\n`);
    return 0;
  }
  const interrupts = new Interrupts();
  let failed = 0;
  try {
    for (const [at, commit] of missing.entries()) {
      const line = new ProgressLine();
      const short = commit.sha.slice(0, 12);
      say(`${short}, commit ${at + 1} of ${missing.length}`);
      try {
        const folder = await buildOf(commit, { signal: interrupts.signal, say });
        const around = {
          ...{ id: randomBytes(4).toString('hex'), command: 'multifd-bench backfill', startedAt: new Date() },
          ...{
            machine: { ...describeMachine(), floors: await recordedFloors(allowedCpus()) },
            keepAwake: false,
            commit,
            warnings: [],
            flags: planFlags,
            resumed: undefined,
          },
        };
        const result = await measureBuild(plan, folder, around, {
          signal: interrupts.signal,
          progress: ({ round, done, total, cell: { cell } }) =>
            line.show({
              round,
              rounds: plan.rounds,
              done,
              total,
              what: `${cell.workload} ${cell.variant}`,
              estimateMs: estimateMs(plan),
            }),
        });
        line.end();
        if (!result) break;
        if (result.cells.every(({ status }) => status !== 'measured'))
          throw new UsageError(`${short}: no cell could be measured: ${result.cells[0]?.reason}`);
        say(`saved ${saveResult(store.folder, result)}`);
      } catch (cause) {
        if (interrupts.code !== undefined) break;
        if (!(cause instanceof UsageError)) throw cause;
        // The others may well be measured.
        failed++;
        say(`left out: ${cause.message}`);
      } finally {
        line.end();
      }
    }
  } finally {
    interrupts.close();
  }
  if (interrupts.code !== undefined) say('interrupted: the same command goes on from here');
  return interrupts.code ?? (failed > 0 ? 1 : 0);
}
