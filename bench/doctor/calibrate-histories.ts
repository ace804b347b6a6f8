// calibrate --histories: how often change points err, on simulated histories of known outcome.
import { Random } from '../../src/random.js';
import { seedOf, wholeNumber } from '../base/usage-error.js';
import {
  HISTORY_KINDS,
  HISTORY_NOISE,
  type HistoryNoise,
  type HistoryScore,
  NEAR_COMMITS,
  scoreHistories,
} from '../stats/simulated-histories.js';
import { percent } from '../tables/readings.js';
import { boxed } from '../terminal/boxed-table.js';

export interface CalibrateHistoriesFlags {
  readonly series: string;
  readonly seed?: string;
  readonly json?: boolean;
}

/** Prints the table, or with `--json` its numbers. Returns 0, or 1 when a goal is missed. */
export function calibrateHistories(flags: CalibrateHistoriesFlags): number {
  const seed = seedOf(flags.seed);
  const series = wholeNumber('--series', flags.series, 1, 100_000);
  const scores = HISTORY_KINDS.map((kind) => scoreHistories(new Random(seed), kind, series));
  const missed = missedGoals(scores);
  if (flags.json) process.stdout.write(`${JSON.stringify({ seed, noise: HISTORY_NOISE, scores, missed }, null, 1)}\n`);
  else process.stdout.write(`${renderHistoryScores(scores, HISTORY_NOISE, seed)}\n`);
  for (const line of missed) process.stderr.write(`missed: ${line}\n`);
  return missed.length > 0 ? 1 : 0;
}

/** Most false alarms among series of these kinds, and least finds. */
const GOALS: readonly { readonly kind: string; readonly most?: number; readonly least?: number }[] = [
  { kind: 'no change', most: 0.02 },
  { kind: 'two modes', most: 0.02 },
  { kind: 'one-commit spikes', most: 0.02 },
  { kind: 'step of 10 %', least: 0.95 },
  { kind: 'step of 20 %', least: 0.95 },
];

function renderHistoryScores(scores: readonly HistoryScore[], noise: HistoryNoise, seed: number): string {
  const table = boxed(['history', 'series', 'reported', 'found', 'at the commit', 'wrong']);
  for (const { kind, series, reported, found, exact, wrong } of scores) {
    const changes = kind.step !== undefined || kind.drift !== undefined;
    const share = (count: number) => percent(count / series);
    const exactly = kind.step === undefined ? '' : share(exact);
    table.push([kind.name, series, share(reported), changes ? share(found) : '', exactly, share(wrong)]);
  }
  const { commits, processes, process, run } = noise;
  return [
    table.toString(),
    'reported: series with a step or a drift in the report; found: the one that is there,',
    `in its direction, a step within ${NEAR_COMMITS} commits or in the range that is reported with it;`,
    'wrong: a change in the report that is not there, is elsewhere, or is of the other kind.',
    `Each of ${commits} commits, ten or more on either side of a step; ${processes} processes a run that`,
    `differ by ${percent(process)}, runs by ${percent(run)} (standard deviations); seed ${seed}.`,
  ].join('\n');
}

/** What the scores miss, a line each. */
function missedGoals(scores: readonly HistoryScore[]): string[] {
  return GOALS.flatMap(({ kind, most = 1, least = 0 }) => {
    const score = scores.find((each) => each.kind.name === kind)!;
    const [reported, found] = [score.reported / score.series, score.found / score.series];
    if (reported > most) return [`${kind}: ${percent(reported)} reported, ${percent(most)} are the most`];
    return found < least ? [`${kind}: ${percent(found)} found, ${percent(least)} are the least`] : [];
  });
}
