// The verify command: model-checks variants and the primitives, and their mutants. Exit 1 on a finding.

import type { Command } from 'commander';
import {
  type Checked,
  type DesignBounds,
  MOST_CHANNELS,
  MOST_JOBS,
  whyNotModelled,
} from '../../src/verify/designs/index.js';
import { ASSUMPTIONS, inTask, PRIMITIVE_SURVIVORS, type Strategy, type VerifyOptions } from '../../src/verify/index.js';
import { exitWith } from '../base/exit-code.js';
import { refuseBeside, requireFor, requireMode } from '../base/modes.js';
import { badValue, UsageError, wholeNumber } from '../base/usage-error.js';
import { ProgramThread } from '../check/program-thread.js';
import { survivorsOf } from '../check/survivors.js';
import { type BenchmarkFlags, verifyBenchmark } from '../check/verify-benchmark.js';
import type { ProgramTask } from '../check/verify-program.js';
import { VerifyProgressLine } from '../check/verify-progress.js';
import { renderChecked, summaryOf, verifyDocument } from '../check/verify-report.js';
import { checkAll, type Subject } from '../check/verifying.js';
import { type Listed, loadVariants } from '../plan/catalogue.js';
import { isPath } from '../plan/design-file.js';
import { declareFormat, formatOf } from '../tables/format.js';

export interface VerifyFlags {
  readonly channels: string;
  readonly jobs: string;
  readonly strategy: string;
  readonly states: string;
  readonly schedules: string;
  readonly preemptions: string;
  readonly seed: string;
  readonly drawn?: string;
  readonly mutate?: boolean;
  readonly json?: boolean;
  readonly replay?: string;
  readonly format?: string;
}

/** The primitives in place of a variant. */
const PRIMITIVES = 'primitives';
const OF_SEARCHES = ['--channels', '--jobs', '--strategy', '--states', '--drawn', '--mutate'];
const STRATEGIES: readonly Strategy[] = ['exhaustive', 'bounded', 'random', 'pct'];
const MOST = 1e9;
/** Fewer, and orderings that are needed survive; the survivors files are written for these. */
const LEAST_TO_MUTATE = { channels: 2, jobs: 2 };

export function declareVerify(program: Command): void {
  const command = program
    .command('verify')
    .description(
      'model-check designs: every interleaving within bounds; exit 1 on a finding, 3 if a search reached its bound',
    )
    .argument(
      '[variant]',
      'designs from `list`, paths of .js files, or primitives; or a program of your own; default all',
    )
    .option('--channels <n>', 'channels, each with a sender thread', '2')
    .option('--jobs <n>', 'batches before the sync', '2')
    .option('--strategy <name>', 'exhaustive, bounded, random, pct', 'exhaustive')
    .option('--states <n>', 'most states of a search; beyond them it searches within 2 preemptions', '500000')
    .option('--preemptions <n>', 'preemptions of a bounded search', '2')
    .option('--schedules <n>', 'schedules of a random or pct search', '20000')
    .option('--seed <n>', 'seed of a random or pct search', '1')
    .option('--drawn <n>', 'schedules drawn of each scenario too large to be searched; 0: none; default 200 or 40')
    .option('--mutate', 'weaken each ordering in turn: each mutant must be found, or be listed with its reason')
    .option('--benchmark', "measure the checker's own speed against its goals instead (some minutes, idle machine)")
    .option('--against <folder>', 'of a benchmark: another build of this package, measured in turn with this one')
    .option('--replay <schedule>', 'of a program: the schedule that a finding printed, step by step')
    .option('--json', 'as JSON');
  declareFormat(command).action(
    async (name: string | undefined, flags: VerifyFlags & BenchmarkFlags & { benchmark?: boolean }) => {
      requireUsed(command, flags);
      return exitWith(await (flags.benchmark ? inTask(() => verifyBenchmark(flags)) : verify(name, flags, command)));
    },
  );
}

/** Throws UsageError for a flag that the search, or what is checked, would take no notice of. */
function requireUsed(command: Command, { strategy, benchmark, replay }: VerifyFlags & { benchmark?: boolean }): void {
  const drawn = strategy === 'random' || strategy === 'pct';
  requireMode(command, 'benchmark', ['--against']);
  refuseBeside(command, benchmark === true, '--benchmark', [...OF_SEARCHES, '--replay']);
  refuseBeside(command, replay !== undefined, '--replay', OF_SEARCHES);
  requireFor(command, drawn, '--strategy random or pct', ['--schedules', '--seed']);
  requireFor(command, strategy === 'bounded', '--strategy bounded', ['--preemptions']);
  refuseBeside(command, drawn, `--strategy ${strategy}`, ['--states']);
}

/** Checks what is named, or everything; returns 1 for a finding or an unknown survivor, 3 if a search met its bound. */
export async function verify(name: string | undefined, flags: VerifyFlags, command: Command): Promise<number> {
  const bounds = {
    channels: wholeNumber('--channels', flags.channels, 1, MOST_CHANNELS),
    jobs: wholeNumber('--jobs', flags.jobs, 1, MOST_JOBS),
  };
  const search = searchOf(flags);
  const format = formatOf(flags.format);
  const mutates = flags.mutate === true;
  const isFile = name !== undefined && isPath(name) && !name.includes(',');
  const program = isFile ? await ProgramThread.load(name) : undefined;
  refuseBeside(command, program !== undefined, 'a program of your own', ['--channels', '--jobs', '--drawn']);
  if (program && mutates)
    throw new UsageError('--mutate: is for designs; of a program, import `mutate` from multifd-bench/verify');
  if (flags.replay !== undefined) {
    if (!program) throw new UsageError('--replay: is for a program, given by path');
    return performed(program, { kind: 'replay', schedule: flags.replay });
  }
  if (program) return performed(program, { kind: 'verify', search, format: flags.json === true ? 'json' : format });
  if (mutates) checkBoundsToMutate(bounds, search);
  const { listed, notModelled, primitives } = await subjectsOf(name);
  const drawn = flags.drawn === undefined ? undefined : wholeNumber('--drawn', flags.drawn, 0, MOST);
  const common = { bounds, search, mutates, drawn };
  const subjects: Subject[] = listed.map((each) => {
    const survivors = mutates ? survivorsOf(each) : [];
    return { ...common, name: each.variant.name, variant: each.source, survivors };
  });
  if (primitives) subjects.push({ ...common, name: PRIMITIVES, survivors: PRIMITIVE_SURVIVORS });

  const progress = new VerifyProgressLine(subjects.length);
  const reports = await checkAll(subjects, (running, finished) => progress.show(running, finished));
  progress.end();
  const run = { bounds, strategy: search.strategy!, mutates, reports: reports.map(asBoundsAllow(bounds)), notModelled };
  if (flags.json) process.stdout.write(`${JSON.stringify(verifyDocument(run, PRIMITIVES, ASSUMPTIONS), null, 1)}\n`);
  else {
    for (const [i, report] of run.reports.entries()) {
      process.stdout.write(`${renderChecked(report, subjects[i]!.survivors, format)}\n\n`);
    }
    process.stdout.write(`${summaryOf(run, PRIMITIVES, ASSUMPTIONS)}\n`);
  }
  return exitCode(run.reports, search.strategy!);
}

async function performed(program: ProgramThread, task: ProgramTask): Promise<number> {
  const { text, code } = await program.perform(task);
  process.stdout.write(`${text}\n`);
  return code;
}

/** With larger bounds than the survivors files are written for, fewer mutants live: what is stale there says nothing. */
function asBoundsAllow({ channels, jobs }: DesignBounds): (report: Checked) => Checked {
  const isDefault = channels === LEAST_TO_MUTATE.channels && jobs === LEAST_TO_MUTATE.jobs;
  return (report) => (isDefault || report.name === PRIMITIVES ? report : { ...report, staleSurvivors: [] });
}

/** 1 for anything that is wrong; 3 if nothing is, and a search for all states met its bound. */
export function exitCode(reports: readonly Checked[], strategy: Strategy): number {
  const isWrong = ({ findings, unknownSurvivors, staleSurvivors }: Checked): boolean =>
    findings.length + unknownSurvivors.length + staleSurvivors.length > 0;
  if (reports.some(isWrong)) return 1;
  return strategy === 'exhaustive' && !reports.every(({ complete }) => complete) ? 3 : 0;
}

function searchOf(flags: VerifyFlags): VerifyOptions {
  const strategy = STRATEGIES.find((each) => each === flags.strategy);
  if (!strategy) throw badValue('--strategy', flags.strategy, STRATEGIES.join(', '));
  return {
    strategy,
    mostStates: wholeNumber('--states', flags.states, 1, MOST),
    schedules: wholeNumber('--schedules', flags.schedules, 1, MOST),
    preemptions: wholeNumber('--preemptions', flags.preemptions, 0, 100),
    seed: wholeNumber('--seed', flags.seed, 0, 2 ** 31 - 1),
  };
}

function checkBoundsToMutate({ channels, jobs }: DesignBounds, { strategy }: VerifyOptions): void {
  if (strategy !== 'exhaustive') {
    throw new UsageError(`--mutate: a mutant lives only if all states were searched, and --strategy is ${strategy}`);
  }
  if (channels >= LEAST_TO_MUTATE.channels && jobs >= LEAST_TO_MUTATE.jobs) return;
  throw new UsageError(
    `--mutate: needs at least --channels ${LEAST_TO_MUTATE.channels} --jobs ${LEAST_TO_MUTATE.jobs}: ` +
      'with fewer, mutants live whose ordering is needed',
  );
}

/** What to check; a variant that is asked for by name and cannot be modelled is an error, not a note. */
async function subjectsOf(name: string | undefined) {
  if (name === PRIMITIVES) return { listed: [], notModelled: [], primitives: true };
  const all = await loadVariants(name, 'verify');
  const reasonOf = ({ variant }: Listed) => whyNotModelled(variant);
  const notModelled = all
    .filter((each) => reasonOf(each) !== undefined)
    .map((each) => ({ name: each.variant.name, reason: reasonOf(each)! }));
  const first = notModelled[0];
  if (name !== undefined && first) throw new UsageError(`verify: ${first.name} is not modelled: ${first.reason}`);
  return { listed: all.filter((each) => reasonOf(each) === undefined), notModelled, primitives: name === undefined };
}
