// The run command: plans, measures, saves and prints comparison tables.

import { type Command, Option } from 'commander';
import { allowedCpus } from '../../src/os/cpus.js';
import { DEFAULT_VARIANTS } from '../../variants/index.js';
import { exitWith } from '../base/exit-code.js';
import { Interrupts } from '../base/interrupts.js';
import { counted, processes } from '../base/quantities.js';
import { UsageError } from '../base/usage-error.js';
import { KeepAwake } from '../measure/keep-awake.js';
import type { Measured } from '../measure/measure.js';
import { declareMatrix } from '../plan/plan-flags.js';
import { isMeasured, type Plan } from '../plan/planned.js';
import type { RunFlags } from '../qemu/run-flags.js';
import { requireNoQemuFlags, runAgainstQemu } from '../qemu/run-qemu.js';
import type { Result } from '../result/document.js';
import { describeKnown } from '../result/enough.js';
import { measureRun, type PlannedRun, planRun } from '../run.js';
import { requireWritable, saveOrKeep, saveRaw } from '../store/save.js';
import { stringify } from '../store/stored.js';
import { WORKPLACE } from '../system/project.js';
import { answerOf } from '../tables/answer.js';
import { renderTables } from '../tables/comparison-table.js';
import { toMarkdown } from '../tables/export-tables.js';
import { declareFormat, type Format, formatOf, inFormat } from '../tables/format.js';
import { layoutOf } from '../tables/layout-flags.js';
import { renderPlots } from '../tables/plot.js';
import { runRecords } from '../tables/run-records.js';
import { ProgressLine } from '../terminal/progress.js';
import { columnsOf } from '../terminal/width.js';
import { wrap } from '../terminal/wrap.js';
import { channelsSentence } from '../tune/sentence.js';
import { runPrimitives } from './primitives.js';

export function declareRun(program: Command): void {
  const runCommand = program
    .command('run')
    .description('measure the default tables, or the cells that axis flags name; print and save them')
    .option('--variants <names>', `names from \`list\`, or paths of .js files; default ${DEFAULT_VARIANTS.join(', ')}`);
  declareMatrix(runCommand);
  runCommand
    .option('--ram <what>', 'a file, or a size as in 64m, with shares as in 64m:zero=20,text=40,random=40')
    .option('--rounds <n>', 'number of fresh processes; a verdict needs at least 6')
    .option(
      '--turn <time>',
      'length of one turn of designs side by side, as in 1ms; the default depends on transport and designs',
    )
    .option('--precision <percent>', 'measure until the ratios under study are known this well, as in 2%')
    .option('--budget <time>', 'start no round that would end later than this, as in 90s or 5min')
    .option('--resume <file>', 'continue an interrupted run from its file, with its flags')
    .option('--seed <n>', 'seed for the order of cells and the contents of RAM; default random, and printed')
    .option('--no-elide', 'the same as --elide off')
    .option('--table <name>', "upstream: QEMU's shapes of the hand-over with 1 to 8 requesters; axes narrow it")
    .option('--keep-awake', 'spin an idle-priority thread on each CPU, so that no CPU halts between wake-ups')
    .option('--force-spin', 'measure spinning even with more threads than CPUs')
    .addOption(
      new Option('--quick', 'shorter turns, in less than a minute; shows large differences only').conflicts('rigorous'),
    )
    .option('--rigorous', 'twice the processes, four times the time in each')
    .option('--plot', 'print bars, box plots over processes and a curve over channels below the tables')
    .option('--explain', 'count shared accesses before timing and print them below each table')
    .option('--peer <name>', "qemu: QEMU's own sender beside ours, into the same drain")
    .option('--qemu <paths>', 'with --peer qemu: binaries; default every qemu-system-x86_64 on PATH')
    .option('--zero-pages <how>', 'with --peer qemu: who detects zero pages, on both sides: legacy, none, multifd')
    .option(
      '--shard <i/n>',
      'measure only this part of the plan, on one of n machines; `merge` joins them; needs --seed',
    )
    .addOption(
      new Option('--dry-run', 'print the plan and its estimated time, measure nothing').conflicts(['json', 'format']),
    )
    .option('--results <folder>', "where the run is kept; default this project's results/")
    .option('--raw', 'also save every slice in order, in a file that git ignores')
    .option('--no-save', 'write no file there')
    .option('--json', 'print the result document, and nothing else, on stdout');
  declareFormat(runCommand).action(async (flags: RunFlags) => exitWith(await run(flags)));
}

/** Runs and returns the exit code: 0 fine, 1 a cell failed, 128 and the signal's number when interrupted. */
export async function run(flags: RunFlags): Promise<number> {
  if (flags.peer !== undefined) return runAgainstQemu(flags);
  requireNoQemuFlags(flags);
  if (flags.workload === 'primitives') return runPrimitives(flags);
  const format = formatOf(flags.format);
  if (flags.plot && (flags.json || format !== 'table'))
    throw new UsageError('--plot: only with tables: --format table, and not with --json');
  const planned = await planRun(planFlagsOf(flags), flags.resume);
  announce(planned, flags);
  if (flags.dryRun) return list(planned.plan);
  if (flags.save) requireWritable(flags.results ?? `${WORKPLACE}results`);
  const awake = (planned.resumed?.keepAwake ?? flags.keepAwake) ? await keepAwake() : undefined;
  const interrupts = new Interrupts();
  const measuring = measureWithProgress(planned, flags, interrupts.signal, awake !== undefined);
  const { result, measured } = await measuring.finally(() => awake?.stop());
  if (measured.finishedRounds === 0 && measured.failures.length === 0) {
    process.stderr.write('interrupted before a round was finished: nothing to show\n');
    return interrupts.code ?? 1;
  }
  const isSaved = show(result, planned.plan, measured, { ...flags, format });
  interrupts.close();
  if (interrupts.code !== undefined) return interrupts.code;
  return !isSaved || result.cells.some(({ status }) => status === 'failed') ? 1 : 0;
}

/** Prints the cells of a plan, as other commands take their ids. */
function list({ cells }: Plan): number {
  for (const { id, skipped, repeats } of cells) {
    const why = skipped ? `  skipped: ${skipped}` : repeats ? `  as ${repeats}` : '';
    // A line each for programs; where an id is copied from a terminal, its line breaks do no harm.
    const line = `${id}${why}`;
    process.stdout.write(`${process.stdout.isTTY ? wrap(line, columnsOf(process.stdout), 2) : line}\n`);
  }
  return 0;
}

async function keepAwake(): Promise<KeepAwake> {
  try {
    return await KeepAwake.start(allowedCpus());
  } catch (cause) {
    throw new UsageError(`--keep-awake: ${(cause as Error).message}`);
  }
}

function announce({ plan, limits, resumed, estimateMs }: PlannedRun, flags: RunFlags): void {
  const finished = resumed?.earlier.finishedRounds ?? 0;
  const cells = plan.cells.filter(isMeasured).length;
  const limited = limits.budgetNs !== undefined || limits.precision !== undefined;
  const how = limited
    ? `in up to ${counted(plan.rounds, 'fresh process', 'fresh processes')}`
    : `in ${counted(plan.rounds - finished, finished > 0 ? 'more process' : 'fresh process', finished > 0 ? 'more processes' : 'fresh processes')}`;
  const wholeMs = Math.min(estimateMs, (limits.budgetNs ?? Number.POSITIVE_INFINITY) / 1e6);
  process.stderr.write(
    `${cells} cells, each visited twice ${how}: ${limited ? 'at most' : 'about'} ${Math.ceil(wholeMs / 1000)} s ` +
      `(seed ${plan.seed})\n`,
  );
  if (flags.quick) process.stderr.write('quick: too few processes for a verdict; it shows large differences only\n');
}

/** The flags that make the plan, as a saved run keeps them. */
function planFlagsOf({
  save: _save,
  results: _results,
  raw: _raw,
  resume: _resume,
  dryRun: _dryRun,
  json: _json,
  format: _format,
  explain: _explain,
  plot: _plot,
  keepAwake: _keepAwake,
  ...flags
}: RunFlags) {
  return flags;
}

async function measureWithProgress(planned: PlannedRun, flags: RunFlags, signal: AbortSignal, keepAwake: boolean) {
  const { plan, limits } = planned;
  const line = new ProgressLine();
  const whole = Math.min(planned.estimateMs, (limits.budgetNs ?? Number.POSITIVE_INFINITY) / 1e6);
  try {
    return await measureRun(planned, {
      command: ['multifd-bench', ...process.argv.slice(2)].join(' '),
      keepAwake,
      floors: flags.save,
      signal,
      onProgress: ({ round, done, total, cell: { cell } }) => {
        const what = `${cell.workload} ${cell.variant}, ${cell.channels} ch`;
        line.show({ round, rounds: plan.rounds, done, total, what, estimateMs: whole });
      },
      onRound: (measured) => line.known(describeKnown(plan, measured)),
      ...(flags.explain ? { onCounting: (at) => line.counting(at) } : {}),
    });
  } finally {
    line.end();
  }
}

/** Prints and saves it. False where it is saved nowhere, though it should be. */
function show(
  result: Result,
  plan: Plan,
  { visits }: Measured,
  flags: RunFlags & { readonly format: Format },
): boolean {
  const { json, format, save, results, raw, plot } = flags;
  if (json) process.stdout.write(`${stringify(result)}\n`);
  else {
    const answer = answerOf(result, channelsSentence(result)).map((line) => wrap(line, columnsOf(process.stdout)));
    process.stdout.write(
      inFormat(format, {
        table: () => `${answer.join('\n')}\n\n${renderTables(result, plan.tables)}`,
        records: () => runRecords(result, plan.tables),
        markdown: () => toMarkdown(result, layoutOf({})),
      }),
    );
  }
  if (plot) process.stdout.write(`\n${renderPlots(result, plan.tables, columnsOf(process.stdout))}\n`);
  for (const warning of result.warnings) process.stderr.write(`warning: ${warning}\n`);
  if (result.run.stopped === 'precision' || result.run.stopped === 'budget') {
    process.stderr.write(`stopped by --${result.run.stopped} after ${processes(result.run.rounds)}\n`);
  }
  if (!save) return true;
  const path = saveOrKeep(results ?? `${WORKPLACE}results`, result, (text) => process.stderr.write(`${text}\n`));
  if (path === undefined) return false;
  if (raw) process.stderr.write(`saved ${saveRaw(path, result, visits)}\n`);
  if (!result.run.complete) process.stderr.write(`go on from there with: multifd-bench run --resume ${path}\n`);
  return true;
}
