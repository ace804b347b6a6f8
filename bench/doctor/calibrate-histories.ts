// calibrate --histories: how often change points err, on simulated histories of known outcome.
import { randomBytes } from 'node:crypto';
import { Random } from '../../src/random.js';
import { wholeNumber } from '../base/usage-error.js';
import { HISTORY_KINDS, HISTORY_NOISE, scoreHistories } from '../stats/simulated-histories.js';
import { missedGoals, renderHistoryScores } from './history-scores.js';

export interface CalibrateHistoriesFlags {
  readonly series: string;
  readonly seed?: string;
  readonly json?: boolean;
}

/** Prints the table, or with `--json` its numbers. Returns 0, or 1 when a goal is missed. */
export function calibrateHistories(flags: CalibrateHistoriesFlags): number {
  const seed = flags.seed === undefined ? randomBytes(2).readUInt16LE() : wholeNumber('--seed', flags.seed, 0, 2 ** 32);
  const series = wholeNumber('--series', flags.series, 1, 100_000);
  const scores = HISTORY_KINDS.map((kind) => scoreHistories(new Random(seed), kind, series));
  const missed = missedGoals(scores);
  if (flags.json) process.stdout.write(`${JSON.stringify({ seed, noise: HISTORY_NOISE, scores, missed }, null, 1)}\n`);
  else process.stdout.write(`${renderHistoryScores(scores, HISTORY_NOISE, seed)}\n`);
  for (const line of missed) process.stderr.write(`missed: ${line}\n`);
  return missed.length > 0 ? 1 : 0;
}
