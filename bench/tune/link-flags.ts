// What `tune` takes where it is for a link, and what each flag has to be.
import { flagOf } from '../base/modes.js';
import { parseBytes, parseNanoseconds } from '../base/quantities.js';
import { badValue, UsageError } from '../base/usage-error.js';
import { budgetOf } from '../plan/run-plan.js';
import type { TuneFlags } from './tune-flags.js';

const MOST_CHANNELS = 32;
/** All of it, in milliseconds: the answer comes within a minute. */
const BUDGET_MS = 54_000;
export const LEAST_BYTES = 1 << 20;
const MOST_RAM_BYTES = 2 ** 40;

const OF_LINKS = 'peer rtt window link most budget ram pageSize batchPages variants save json'.split(' ');
/** What is measured with a peer need not be said. */
const OF_PREDICTIONS = ['rtt', 'window', 'link'];

export interface LinkFlags {
  readonly most: number;
  readonly budgetMs: number;
  /** What each transfer moves, where it is said. */
  readonly ramBytes: number | undefined;
  /** Of a prediction. */
  readonly roundTripMs: number;
  readonly windowBytes: number | undefined;
}

/** Throws UsageError for a flag that means nothing here, and for a value that is none. */
export function linkFlags(flags: TuneFlags): LinkFlags {
  const { peer, rtt, window, ram, most, budget } = flags;
  for (const [key, value] of Object.entries(flags)) {
    if (value === undefined || value === false) continue;
    const flag = flagOf(key);
    if (!OF_LINKS.includes(key)) throw new UsageError(`${flag}: not with --${peer === undefined ? 'rtt' : 'peer'}`);
    if (peer !== undefined && OF_PREDICTIONS.includes(key))
      throw new UsageError(`${flag}: not with --peer, which measures over the link`);
  }
  const count = most === undefined ? MOST_CHANNELS : Number(most);
  if (!Number.isInteger(count) || count < 1 || count > 64) throw badValue('--most', most!, '1 to 64');
  const budgetNs = budgetOf(budget);
  return {
    most: count,
    budgetMs: budgetNs === undefined ? BUDGET_MS : budgetNs / 1e6,
    ramBytes: bytesOf('--ram', ram, LEAST_BYTES, MOST_RAM_BYTES, 'a size from 1m to 1024g, as in 64m'),
    roundTripMs: rtt === undefined ? 0 : roundTripOf(rtt),
    windowBytes: bytesOf('--window', window, 1, MOST_RAM_BYTES, 'bytes in flight on a connection, as in 1m'),
  };
}

function roundTripOf(text: string): number {
  const milliseconds = (parseNanoseconds(text) ?? 0) / 1e6;
  if (milliseconds > 0 && milliseconds <= 60_000) return milliseconds;
  throw badValue('--rtt', text, 'a round trip time up to 1min, as in 25ms');
}

function bytesOf(
  flag: string,
  text: string | undefined,
  least: number,
  most: number,
  takes: string,
): number | undefined {
  if (text === undefined) return undefined;
  const bytes = parseBytes(text);
  if (bytes === undefined || bytes < least || bytes > most) throw badValue(flag, text, takes);
  return bytes;
}
