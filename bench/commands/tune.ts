// The tune command: which number of channels to use, measured adaptively, or read from what was measured before.

import type { Command } from 'commander';
import { Random } from '../../src/random.js';
import { exitWith } from '../base/exit-code.js';
import { Interrupts } from '../base/interrupts.js';
import { parseNanoseconds } from '../base/quantities.js';
import { badValue, seedOf, UsageError } from '../base/usage-error.js';
import { axes } from '../plan/axes.js';
import { axisHelp } from '../plan/axis.js';
import { describeMachine } from '../system/machine.js';
import { declareFormat, formatOf } from '../tables/format.js';
import { adviceOf } from '../tune/advice.js';
import type { LatencyLimit } from '../tune/limit.js';
import { MOST_ROUNDS } from '../tune/search.js';
import { FIXED, type Space, showArm, spaceOf } from '../tune/space.js';
import type { TuneFlags } from '../tune/tune-flags.js';
import { makeTuneResult, save, searchHere, subjectOf } from '../tune/tune-search.js';
import { showAdvice } from '../tune/tune-show.js';

const DEFAULT_BUDGET = '3min';
export function declareTune(program: Command): void {
  const command = program
    .command('tune')
    .description(
      'recommend a number of channels: measure a coarse grid, then finer around the knee; the answer comes first',
    )
    .option(
      '--variants <names>',
      'designs to choose from; of equal ones the first is advised; default mutex,atomic-barrier',
    )
    .option('--channels <list>', `only these counts: ${axes.channels.takes}`)
    .option('--most <n>', 'every count up to this; default 64');
  // Its load is that of --p99.
  for (const axis of FIXED) if (axis.key !== 'load') command.option(`${axis.flag} <value>`, axisHelp(axis, 'one'));
  command
    .option('--wait <list>', `to choose from: ${axes.senderWait.takes}`)
    .option('--provider-wait <list>', 'the same for the provider alone')
    .option('--sender-wait <list>', 'the same for the senders alone')
    .option('--place <list>', `to choose from: ${axes.place.takes}`)
    .option('--ram <what>', 'a file, or a size as in 64m, with shares as in 64m:zero=20,text=40,random=40')
    .option('--p99 <time>', 'only counts that keep the 99th percentile of latency within this, as in 200us')
    .option('--load <percent>', "load at which p99 is measured, in percent of each count's capacity; default 75")
    .option('--link <rate>', 'rate of the link, as one of the bounds, as in 10gbit or 1.2gib')
    .option('--peer <address>', 'measure over a link: HOST:PORT of a `receive --measure` at its other end')
    .option('--rtt <time>', 'predict for a link with this round trip time, as in 25ms')
    .option('--window <size>', 'with --rtt: bytes that a connection has in flight at most, as in 1m')
    .option('--from <file>', 'answer from a saved run, or the latest that has an answer; measure nothing')
    .option('--csv <file>', 'answer from a file with load and throughput on each line; measure nothing')
    .option('--validate', 'afterwards measure all counts rigorously and check that none beats the answer')
    .option('--force-spin', 'measure spinning even with more threads than CPUs')
    .option('--budget <time>', `start no round that would end later than this; default ${DEFAULT_BUDGET}`)
    .option('--seed <n>', 'seed for the order of turns and the contents of RAM; default random, and printed')
    .option('--dry-run', 'print what would be measured and how long it may take, measure nothing')
    .option('--no-save', 'write no file under results/')
    .option('--json', 'print the answer as JSON, and nothing else, on stdout');
  declareFormat(command).action(async (flags: TuneFlags) => exitWith(await tune(flags)));
}

/** Returns the exit code: 0 fine, 1 a check failed, 3 nothing can be advised, 128 and the signal's number when interrupted. */
export async function tune(flags: TuneFlags): Promise<number> {
  const { from, csv, validate, peer, rtt } = flags;
  const sources = Object.entries({ from, csv, validate, peer, rtt }).flatMap(([name, value]) =>
    value === undefined ? [] : [name],
  );
  formatOf(flags.format);
  if (sources.length > 1) throw new UsageError(`--${sources[1]}: not with --${sources[0]}`);
  if (flags.csv !== undefined) return (await import('../tune/tune-csv.js')).tuneCsv(flags.csv, flags);
  if (flags.from !== undefined) return (await import('../tune/tune-saved.js')).tuneSaved(flags.from, flags);
  const limit = limitOf(flags);
  const linkBytes = flags.link === undefined ? undefined : parseLink(flags.link);
  if (peer !== undefined || rtt !== undefined) return (await import('../tune/tune-link.js')).tuneLink(flags, linkBytes);
  if (flags.window !== undefined) throw new UsageError('--window: only with --rtt');
  const seed = flags.seed ?? String(seedOf(undefined));
  const budget = flags.budget ?? DEFAULT_BUDGET;
  const space = await spaceOf({ ...flags, seed, budget }, limit !== undefined);
  const budgetMs = parseNanoseconds(budget)! / 1e6;
  announce(space, budgetMs);
  if (flags.dryRun) return 0;
  const machine = describeMachine();
  const startedAt = new Date();
  const interrupts = new Interrupts();
  try {
    const searched = await searchHere(space, limit, budgetMs, interrupts.signal);
    const subject = subjectOf(space, searched, machine, linkBytes, limit);
    const advice = adviceOf(subject, new Random(space.plan.seed));
    const result = makeTuneResult(space, searched, { machine, startedAt, flags: { ...flags, seed } });
    for (const { cellId, reason } of searched.measuring.failures.values())
      process.stderr.write(`FAILED ${cellId}: ${reason}\n`);
    const code = showAdvice(advice, flags, { result, ended: searched.found.ended, limit });
    const isSaved = !flags.save || searched.measuring.finishedRounds === 0 || save(result);
    if (interrupts.code !== undefined) return interrupts.code;
    // Not inconclusive: nothing worked.
    if (!advice && searched.measuring.visits.length === 0 && searched.measuring.failures.size > 0) return 1;
    if (!isSaved) return 1;
    if (!flags.validate || !advice) return code;
    return await (await import('../tune/tune-validate.js')).validate(space, advice, machine, interrupts);
  } finally {
    interrupts.close();
  }
}

function announce({ plan, arms, counts, skipped }: Space, budgetMs: number): void {
  const all = counts.reduce((sum, list) => sum + list.length, 0);
  for (const arm of arms) process.stderr.write(`${showArm(arm)}\n`);
  for (const reason of skipped) process.stderr.write(`skipped: ${reason}\n`);
  process.stderr.write(
    `${all} candidates, from a coarse grid on, in at most ${MOST_ROUNDS} fresh processes and ${Math.round(budgetMs / 1000)} s (seed ${plan.seed})\n`,
  );
}

function limitOf({ p99, load }: TuneFlags): LatencyLimit | undefined {
  if (p99 === undefined) return undefined;
  const ns = parseNanoseconds(p99);
  if (ns === undefined || ns <= 0) throw badValue('--p99', p99, 'a time, as in 200us or 2ms');
  const share = axes.load.parse(load ?? '75')?.[0];
  return { p99Ns: ns, load: share ?? 0.75 };
}

const LINK_UNITS: Readonly<Record<string, number>> = { mbit: 1e6 / 8, gbit: 1e9 / 8, mib: 2 ** 20, gib: 2 ** 30 };

function parseLink(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(mbit|gbit|mib|gib)$/i.exec(text);
  if (!match || Number(match[1]) === 0)
    throw badValue('--link', text, 'a rate a second, as in 10gbit, 800mbit, 1.2gib or 900mib');
  return Number(match[1]) * LINK_UNITS[match[2]!.toLowerCase()]!;
}
