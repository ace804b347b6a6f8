// The limits command: how near a design comes to what this machine can do, a ring in C and the floors of two threads.

import type { Command } from 'commander';
import { allowedCpus } from '../../src/os/cpus.js';
import { CellFailure } from '../../src/session/cell.js';
import { exitWith } from '../base/exit-code.js';
import { Interrupts } from '../base/interrupts.js';
import { seedOf, UsageError, wholeNumber } from '../base/usage-error.js';
import { CRing } from '../measure/c-ring.js';
import { type Contest, type ContestResult, type Limit, limitCell, measureLimits } from '../measure/limits.js';
import { axes } from '../plan/axes.js';
import { axisHelp, parseAxis } from '../plan/axis.js';
import { type Listed, loadVariants } from '../plan/catalogue.js';
import { reasonToSkip } from '../plan/plan.js';
import { describeCommit } from '../system/commit.js';
import { describeMachine } from '../system/machine.js';
import { PROJECT } from '../system/project.js';
import { declareFormat, formatOf, inFormat } from '../tables/format.js';
import { limitRecords, limitRows, renderLimits } from '../tables/limits-table.js';

const DEFAULT_VARIANT = 'fastest';
const DEFAULT_DEPTH = '64';
const PROFILES = {
  default: { rounds: 7, mirrors: 3, slices: 3, sliceMs: 13 },
  quick: { rounds: 3, mirrors: 1, slices: 2, sliceMs: 10 },
} as const;

export interface LimitsFlags {
  readonly variants?: string;
  readonly depth?: string;
  readonly publishEvery?: string;
  readonly rounds?: string;
  readonly seed?: string;
  readonly quick?: boolean;
  readonly json?: boolean;
  readonly format?: string;
}

export function declareLimits(program: Command): void {
  const command = program
    .command('limits')
    .description('compare designs with the most this machine can do: a ring in C, and the floors of two threads')
    .option('--variants <names>', `names from \`list\`, or paths of .js files; default ${DEFAULT_VARIANT}`)
    .option('--depth <n>', `batches in flight beside the ring in C; default ${DEFAULT_DEPTH}`)
    .option('--publish-every <list>', `beside the ring in C: ${axisHelp(axes.publishEvery, 'list')}`)
    .option('--rounds <n>', 'fresh processes')
    .option('--seed <n>', 'seed for the order of turns; default random, and printed')
    .option('--quick', 'fewer processes and turns; shows large differences only')
    .option('--json', 'as JSON');
  declareFormat(command).action(async (flags: LimitsFlags) => exitWith(await limits(flags)));
}

/** Returns 0, 1 when a cell failed, or the code of a signal. */
export async function limits(flags: LimitsFlags): Promise<number> {
  const { json } = flags;
  const format = formatOf(flags.format);
  const profile = PROFILES[flags.quick ? 'quick' : 'default'];
  const rounds = flags.rounds === undefined ? profile.rounds : wholeNumber('--rounds', flags.rounds, 1, 1000);
  const seed = seedOf(flags.seed);
  const listed = await loadVariants(flags.variants ?? DEFAULT_VARIANT);
  const depths = parseAxis(axes.depth, flags.depth ?? DEFAULT_DEPTH);
  if (depths.length > 1) throw new UsageError(`--depth: got "${flags.depth}", takes one value here`);
  const cpus = allowedCpus();
  if (cpus.length < 2) throw new UsageError('limits needs two CPUs that this process may use; it has one');
  const machine = describeMachine();
  const ring = await CRing.build(process.env.CC ?? 'cc', depths[0]!, [cpus[0]!, cpus[1]!]);
  const notes = typeof ring === 'string' ? [`the ring in C is not measured: ${ring}`] : [];
  const publishEvery = parseAxis(axes.publishEvery, flags.publishEvery ?? '1');
  const asked = contestsOf(listed, depths[0]!, publishEvery, typeof ring !== 'string');
  const contests = asked.filter(({ skipped }) => skipped === undefined);
  notes.push(
    ...asked.flatMap(({ skipped, limit, cell }) => (skipped ? [`${cell.variant}, ${limit}: ${skipped}`] : [])),
  );
  if (contests.length === 0) throw new UsageError(`nothing to measure: ${notes.join('; ')}`);
  const interrupts = new Interrupts();
  process.stderr.write(`${contests.length} limits in ${rounds} fresh processes (seed ${seed})\n`);
  let results: readonly ContestResult[];
  try {
    results = await measureLimits({
      ...profile,
      ...{ contests, listed, rounds, seed, signal: interrupts.signal },
      ring: typeof ring === 'string' ? undefined : ring,
      progress: (round) => {
        if (process.stderr.isTTY) process.stderr.write(`round ${round + 1} of ${rounds}\n`);
      },
    });
  } catch (cause) {
    if (!(cause instanceof CellFailure)) throw cause;
    process.stderr.write(`FAILED ${cause.message}\n`);
    return 1;
  } finally {
    interrupts.close();
    if (typeof ring !== 'string') ring.remove();
  }
  if (results.length === 0) {
    process.stderr.write('interrupted before a round was finished: nothing to show\n');
    return interrupts.code ?? 1;
  }
  const rows = limitRows(results);
  if (json) {
    const around = { machine, node: { version: process.version }, commit: describeCommit(PROJECT) ?? null, seed };
    process.stdout.write(`${JSON.stringify({ ...around, limits: rows, notes }, null, 1)}\n`);
  } else {
    const caption = `${machine.cpuModel}, ${machine.cores} cores, Node ${process.version}; provider on CPU ${cpus[0]}, sender on CPU ${cpus[1]}`;
    process.stdout.write(
      inFormat(format, { table: () => renderLimits(rows, caption), records: () => limitRecords(rows) }),
    );
    for (const note of notes) process.stderr.write(`${note}\n`);
  }
  return interrupts.code ?? 0;
}

function contestsOf(
  listed: readonly Listed[],
  depth: number,
  publishEvery: readonly (number | undefined)[],
  hasRing: boolean,
): (Contest & { readonly skipped: string | undefined })[] {
  const cpus = allowedCpus().length;
  return listed.flatMap(({ variant }) => {
    const contest = (limit: Limit, every?: number) => {
      const cell = limitCell(variant.name, limit, depth, every);
      return { limit, cell, skipped: reasonToSkip(cell, { listed, cpus, forceSpin: false }) };
    };
    const late = publishEvery.filter((every) => every === undefined || variant.publishesLate);
    const rings = hasRing ? late.map((every) => contest('ring', every)) : [];
    return [...rings, contest('spin'), contest('park')];
  });
}
