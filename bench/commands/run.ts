// The run command: plans, measures, saves and prints comparison tables.
import { randomBytes } from 'node:crypto';
import { allowedCpus } from '../../src/session/placement.js';
import { countAccesses } from '../measure/counts.js';
import { KeepAwake } from '../measure/keep-awake.js';
import { measureRounds } from '../measure/rounds.js';
import { axes, parseAxis } from '../plan/axes.js';
import { loadVariants } from '../plan/catalogue.js';
import type { OneShotFlags } from '../plan/one-shot.js';
import { estimateMs, makePlan, type Plan } from '../plan/plan.js';
import { parseRam } from '../plan/ram-flag.js';
import { customTable, DEFAULT_TABLES, type TableSpec } from '../plan/tables.js';
import { badValue, UsageError, wholeNumber } from '../plan/usage-error.js';
import { describeCommit } from '../store/commit.js';
import { BASELINE, STUDIED } from '../store/comparisons.js';
import { describeMachine, usableCores } from '../store/machine.js';
import { PROJECT } from '../store/project.js';
import { makeResult, type Result } from '../store/result.js';
import { saveResult, stringify } from '../store/save.js';
import { renderTables } from '../views/comparison-table.js';
import { ProgressLine } from '../views/progress.js';
import { renderTsv } from '../views/tsv.js';
import { runPrimitives } from './primitives.js';
import { isAgainstQemu, type QemuFlags, runAgainstQemu } from './run-qemu.js';

export interface RunFlags extends OneShotFlags, QemuFlags {
  readonly workload?: string;
  readonly requesters?: string;
  readonly ram?: string;
  readonly rounds?: string;
  readonly seed?: string;
  readonly layout?: string;
  readonly elide: boolean;
  readonly save: boolean;
  readonly forceSpin?: boolean;
  readonly keepAwake?: boolean;
  readonly quick?: boolean;
  readonly rigorous?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  readonly format?: string;
  readonly explain?: boolean;
}

/** How much a profile measures. The default fits 90 s on 2 cores, quick 20 s. */
const PROFILES = {
  quick: { rounds: 3, slices: 2, sliceMs: 5, turnFactor: 1 / 6 },
  default: { rounds: 6, slices: 2, sliceMs: 10, turnFactor: 1 },
  rigorous: { rounds: 12, slices: 2, sliceMs: 15, turnFactor: 3 },
} as const;

const LAYOUTS: ReadonlyMap<string, number> = new Map([
  ['packed', 8],
  ['64', 64],
  ['128', 128],
]);

/** What a run that is interrupted ends with, once its finished rounds are shown and saved. */
const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Runs and returns the exit code: 0 fine, 1 a cell failed, 128 and the signal's number when interrupted. */
export async function run(flags: RunFlags): Promise<number> {
  if (isAgainstQemu(flags)) return runAgainstQemu(flags);
  if (flags.workload === 'primitives') return runPrimitives(flags);
  const format = flags.format ?? (process.stdout.isTTY ? 'table' : 'tsv');
  if (format !== 'table' && format !== 'tsv') throw badValue('--format', format, 'table, tsv');
  const plan = await planOf(flags);
  const cells = plan.cells.filter(({ skipped }) => skipped === undefined).length;
  process.stderr.write(
    `${cells} cells, each visited twice in ${plan.rounds} fresh processes: ` +
      `about ${Math.ceil(estimateMs(plan) / 1000)} s (seed ${plan.seed})\n`,
  );
  if (flags.quick) process.stderr.write('quick: too few processes for a verdict; it shows large differences only\n');
  if (flags.dryRun) {
    for (const { id, skipped } of plan.cells) process.stdout.write(`${id}${skipped ? `  skipped: ${skipped}` : ''}\n`);
    return 0;
  }
  const startedAt = new Date();
  // Before the run itself is what keeps the machine busy.
  const machine = describeMachine();
  const awake = flags.keepAwake ? await keepAwake() : undefined;
  const measuring = measureWithProgress(plan, flags.explain === true);
  const { measured, counts, interrupted } = await measuring.finally(() => awake?.stop());
  if (measured.finishedRounds === 0 && measured.failures.length === 0) {
    process.stderr.write('interrupted before a round was finished: nothing to show\n');
    return SIGNAL_CODES[interrupted ?? 'SIGINT'];
  }
  const result = makeResult(plan, measured, {
    id: randomBytes(4).toString('hex'),
    command: ['multifd-bench', ...process.argv.slice(2)].join(' '),
    startedAt,
    machine,
    keepAwake: awake !== undefined,
    commit: describeCommit(PROJECT),
    warnings: warningsOf(plan, interrupted !== undefined),
    ...(counts ? { counts } : {}),
  });
  show(result, plan, { ...flags, format });
  if (interrupted) return SIGNAL_CODES[interrupted];
  return result.cells.some(({ status }) => status === 'failed') ? 1 : 0;
}

async function keepAwake(): Promise<KeepAwake> {
  try {
    return await KeepAwake.start(allowedCpus());
  } catch (cause) {
    throw new UsageError(`--keep-awake: ${(cause as Error).message}`);
  }
}

async function planOf(flags: RunFlags): Promise<Plan> {
  const profile = PROFILES[flags.quick ? 'quick' : flags.rigorous ? 'rigorous' : 'default'];
  const asked = matrixOf(flags);
  const rowBytes = LAYOUTS.get(flags.layout ?? '128');
  if (rowBytes === undefined) throw badValue('--layout', flags.layout!, [...LAYOUTS.keys()].join(', '));
  const seed =
    flags.seed === undefined ? randomBytes(2).readUInt16LE() : wholeNumber('--seed', flags.seed, 0, 2 ** 32 - 1);
  const listed = await loadVariants(flags.variants);
  const plan = makePlan({
    tables: Object.keys(asked).length > 0 ? [customTable(asked)] : DEFAULT_TABLES,
    listed,
    everywhere: everywhereOf(flags),
    elide: flags.elide,
    rowBytes,
    forceSpin: flags.forceSpin === true,
    ...profile,
    // Who asks for designs by name studies them; else it is the pair, and the others stand beside it.
    studied: flags.variants === undefined ? [BASELINE, STUDIED] : listed.map(({ variant }) => variant.name),
    rounds: flags.rounds === undefined ? profile.rounds : wholeNumber('--rounds', flags.rounds, 1, 1000),
    seed,
    ram: parseRam(flags.ram, seed),
    cpus: usableCores(),
  });
  if (plan.cells.every(({ skipped }) => skipped !== undefined)) {
    throw new UsageError(`nothing to measure: ${plan.cells[0]?.skipped ?? 'no variant'}`);
  }
  return plan;
}

/** The axes that make a matrix of the user's own. */
function matrixOf(flags: RunFlags): TableSpec['axes'] {
  const { workload, channels, requesters, depth, pageSize, batchPages, transport, codec } = flags;
  return parsed({ workload, channels, requesters, depth, pageSize, pagesPerBatch: batchPages, transport, codec });
}

/** The axes that apply to the default tables as well. */
function everywhereOf({ wait, providerWait = wait, senderWait = wait, place }: RunFlags): TableSpec['axes'] {
  return parsed({ providerWait, senderWait, place });
}

function parsed(lists: { readonly [K in keyof typeof axes]?: string | undefined }): TableSpec['axes'] {
  const given = Object.values(axes).filter(({ key }) => lists[key] !== undefined);
  return Object.fromEntries(given.map((axis) => [axis.key, parseAxis(axis as never, lists[axis.key]!)]));
}

async function measureWithProgress(plan: Plan, counting: boolean) {
  const abort = new AbortController();
  let interrupted: keyof typeof SIGNAL_CODES | undefined;
  const interrupt = (signal: NodeJS.Signals) => {
    interrupted = signal as keyof typeof SIGNAL_CODES;
    abort.abort();
  };
  for (const signal of Object.keys(SIGNAL_CODES)) process.once(signal, interrupt);
  const line = new ProgressLine();
  const whole = estimateMs(plan);
  try {
    const counts = counting ? await countAccesses(plan, (at) => line.counting(at), abort.signal) : undefined;
    const measured = await measureRounds(
      plan,
      ({ round, done, total, cell: { cell } }) => {
        const what = `${cell.workload} ${cell.variant}, ${cell.channels} ch`;
        line.show({ round, rounds: plan.rounds, done, total, what, estimateMs: whole });
      },
      abort.signal,
    );
    return { measured, counts, interrupted };
  } finally {
    line.end();
    for (const signal of Object.keys(SIGNAL_CODES)) process.removeListener(signal, interrupt);
  }
}

function warningsOf(plan: Plan, interrupted: boolean): string[] {
  const warnings: string[] = [];
  if (interrupted) warnings.push('interrupted: only the finished rounds are here');
  if (plan.rounds < 6) warnings.push(`${plan.rounds} processes are too few for a verdict; 6 are the least`);
  return warnings;
}

function show(result: Result, plan: Plan, { json, format, save }: RunFlags): void {
  if (json) process.stdout.write(`${stringify(result)}\n`);
  else if (format === 'tsv') process.stdout.write(`${renderTsv(result, plan.tables)}\n`);
  else process.stdout.write(`${renderTables(result, plan.tables)}\n`);
  for (const warning of result.warnings) process.stderr.write(`warning: ${warning}\n`);
  if (!save) return;
  try {
    process.stderr.write(`saved ${saveResult(`${PROJECT}results`, result)}\n`);
  } catch (cause) {
    process.stderr.write(`not saved: ${(cause as Error).message}\n`);
  }
}
