// tune --from: the answer from what was measured before.

import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { Random } from '../../src/random.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { AXES } from '../plan/axes.js';
import { flagKey, parseAxis } from '../plan/axis.js';
import { loadVariants } from '../plan/catalogue.js';
import type { Result } from '../result/document.js';
import { latestRuns } from '../store/latest.js';
import { readResult } from '../store/read.js';
import { storeOf } from '../store/store-flags.js';
import { describeMachine } from '../system/machine.js';
import { type Advice, adviceOf } from './advice.js';
import { type Saved, savedQuestions, savedRounds, type Wanted } from './saved.js';
import { judge } from './search.js';
import type { TuneFlags } from './tune-flags.js';
import { showAdvice, showAnswers } from './tune-show.js';

export async function tuneSaved(from: string, flags: TuneFlags): Promise<number> {
  if (flags.p99 !== undefined)
    throw new UsageError('--p99: not with --from: latencies of saved runs are not at the same load');
  const wanted = await wantedOf(flags);
  const { result, path, questions } = from === 'latest' ? latest(wanted) : read(from, wanted);
  const [first, ...more] = questions;
  if (!flags.json) process.stderr.write(`from ${shortest(path)}${more.length === 0 ? `:\n  ${first!.of}` : ''}\n`);
  const { key } = describeMachine();
  if (result.machine.key !== key)
    process.stderr.write(`warning: measured on another machine, ${result.machine.key}; this is ${key}\n`);
  if (more.length === 0) return showAdvice(adviceFrom(result, first!), flags, { result });
  const answers = questions.map((saved) => ({ question: saved.of, advice: adviceFrom(result, saved) }));
  return showAnswers(answers, flags, result);
}

/** As seen from here, where that is shorter. */
function shortest(path: string): string {
  const beside = relative(process.cwd(), path);
  return beside.length < path.length ? beside : path;
}

/** What the search that made these rounds would say. */
export function adviceFrom(result: Result, saved: Saved): Advice | undefined {
  const found = { ...judge({}, saved.rounds), next: [] };
  const subject = {
    ...{ arms: saved.arms, found, depth: saved.depth, cores: result.machine.cores },
    ...(saved.secondsPerProcess && { secondsPerProcess: saved.secondsPerProcess }),
    isOversubscribed: ({ channels }: { channels: number }) => saved.isOversubscribed(channels),
  };
  return adviceOf(subject, new Random(result.run.seed));
}

/** Of a run that answers one question alone; undefined for others, and where nothing was ranked. */
export function adviceOn(result: Result): Advice | undefined {
  try {
    return adviceFrom(result, savedRounds(result, result.run.id));
  } catch (cause) {
    if (cause instanceof UsageError) return undefined;
    throw cause;
  }
}

function read(path: string, wanted: Wanted) {
  if (!path.includes('/') && !existsSync(path)) throw badValue('--from', path, 'latest, or the path of a saved run');
  const result = readResult(path);
  return { result, path, questions: savedQuestions(result, path, wanted) };
}

/** The newest run of this machine that answers a question. */
function latest(wanted: Wanted) {
  const { runs } = latestRuns(storeOf({}));
  let why = 'there is none of this machine under results/';
  for (const { file } of runs) {
    try {
      return read(file.path, wanted);
    } catch (cause) {
      if (!(cause instanceof UsageError)) throw cause;
      why = cause.message;
    }
  }
  throw new UsageError(`--from: latest: no saved run answers this; ${why.replace(/^--from: /, '')}`);
}

/** The flags as saved cells show them. */
async function wantedOf(flags: TuneFlags): Promise<Wanted> {
  const { wait } = flags;
  const texts: Readonly<Record<string, unknown>> = {
    ...flags,
    providerWait: flags.providerWait ?? wait,
    senderWait: flags.senderWait ?? wait,
  };
  const wanted: Record<string, readonly string[]> = {};
  for (const axis of AXES) {
    const text = texts[flagKey(axis)];
    if (typeof text === 'string') wanted[axis.key] = parseAxis(axis, text).map((value) => String(axis.show(value)));
  }
  if (flags.variants !== undefined)
    wanted.variant = (await loadVariants(flags.variants)).map(({ variant }) => variant.name);
  return wanted;
}
