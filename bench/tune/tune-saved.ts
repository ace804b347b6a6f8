// tune --from: the answer from what was measured before.

import { Random } from '../../src/random.js';
import type { Cell } from '../../src/session/cell.js';
import { UsageError } from '../base/usage-error.js';
import { AXES } from '../plan/axes.js';
import { flagKey, parseAxis } from '../plan/axis.js';
import { loadVariants } from '../plan/catalogue.js';
import type { Result } from '../result/document.js';
import { latestRuns } from '../store/latest.js';
import { readResult } from '../store/read.js';
import { storeOf } from '../store/store-flags.js';
import { describeMachine } from '../system/machine.js';
import { type Advice, adviceOf } from './advice.js';
import { type Saved, savedRounds } from './saved.js';
import { judge } from './search.js';
import type { TuneFlags } from './tune-flags.js';
import { showAdvice } from './tune-show.js';

export async function tuneSaved(from: string, flags: TuneFlags): Promise<number> {
  if (flags.p99 !== undefined)
    throw new UsageError('--p99: not with --from: latencies of saved runs are not at the same load');
  const wanted = await wantedOf(flags);
  const { result, path, saved } = from === 'latest' ? latest(wanted) : read(from, wanted);
  if (!flags.json) process.stderr.write(`from ${path}: ${saved.of}\n`);
  const { key } = describeMachine();
  if (result.machine.key !== key)
    process.stderr.write(`warning: measured on another machine, ${result.machine.key}; this is ${key}\n`);
  return showAdvice(adviceFrom(result, saved), flags, { result });
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

function read(path: string, wanted: Wanted) {
  const result = readResult(path);
  return { result, path, saved: savedRounds(result, path, wanted) };
}

/** The newest run of this machine that answers the question. */
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

type Wanted = Partial<Record<keyof Cell, readonly string[]>>;

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
