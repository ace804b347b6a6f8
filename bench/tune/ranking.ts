// From rounds to a ranking: how much each candidate loses to the best one, and what that says of it.
import { holm, SIGNIFICANCE } from '../stats/holm.js';
import { mean, squaresAboutMean } from '../stats/mean.js';
import { pairTurns } from '../stats/paired.js';
import { studentQuantile, studentTail } from '../stats/student.js';
import { LEAST_DIFFERENCE } from '../stats/verdict.js';
import { type Candidate, keyOf, type Reading, type Round } from './candidate.js';

/**
 * `equal`: shown to lose no more than `LEAST_DIFFERENCE`, which the project never calls a difference. `worse`: shown to
 * lose more. `undecided`: neither, by what was measured so far.
 */
export type Standing = 'equal' | 'undecided' | 'worse';

export interface Ranked {
  readonly candidate: Candidate;
  /** Rounds in which it was compared with the best. */
  readonly rounds: number;
  /** Share of the best one's throughput that it loses, with its 95 % interval: below 0 it gains. */
  readonly loss: number;
  readonly low: number;
  readonly high: number;
  /** Against a loss of no more than `LEAST_DIFFERENCE`; the adjusted one after Holm over the candidates. */
  readonly p: number;
  readonly adjustedP: number;
  readonly standing: Standing;
}

export interface Ranking {
  readonly best: Candidate;
  /** In the order of arms and channels. */
  readonly ranked: readonly Ranked[];
  /** Standard deviation of a round's log-ratio, over all candidates. */
  readonly noise: number;
}

/**
 * How sure `equal` is, one-sided: enough to steer the search, in simulation 98 % of its answers are within the margin.
 * What is advised rests on the whole 95 % interval (decision.ts).
 */
const EQUAL_CONFIDENCE = 0.9;
/** The variance of all candidates together counts as so many rounds of a candidate's own. */
const SHARED_DEGREES = 4;
const MARGIN = Math.log1p(LEAST_DIFFERENCE);

/**
 * Ranks the candidates that `eligible` lets through; undefined while there are none, or fewer than two rounds.
 *
 * What is best is chosen, for each round, by all the other rounds: the best of many noisy values is too good by luck,
 * and luck does not repeat itself. Differences are of neighbouring turns in one process. Their variance is a
 * candidate's own, moderated by that of all candidates, since few rounds say little about it (Smyth, "Linear models and
 * empirical Bayes methods", 2004).
 */
export function rank(
  rounds: readonly Round[],
  eligible: (candidate: Candidate) => boolean = () => true,
): Ranking | undefined {
  const known = rounds.map((round) => round.filter(({ candidate }) => eligible(candidate)));
  const candidates = candidatesOf(known);
  if (candidates.length === 0 || known.length < 2) return undefined;
  const best = bestOf(known)!;
  const differences = new Map<string, number[]>(candidates.map((candidate) => [keyOf(candidate), []]));
  known.forEach((round, at) => {
    const reference = bestOf(known.toSpliced(at, 1), round);
    const against = round.find(({ candidate }) => reference !== undefined && keyOf(candidate) === keyOf(reference));
    if (!against) return;
    for (const reading of round) differences.get(keyOf(reading.candidate))!.push(-logRatio(against, reading));
  });
  const shared = sharedVariance([...differences.values()]);
  const estimates = candidates.map((candidate) => estimate(differences.get(keyOf(candidate))!, shared));
  const adjusted = holm(estimates.map(({ worseP }) => worseP));
  const ranked = candidates.map((candidate, at): Ranked => {
    const { difference, reach, upper, worseP: p, rounds: count } = estimates[at]!;
    const adjustedP = adjusted[at]!;
    const isBest = keyOf(candidate) === keyOf(best);
    const standing = isBest || upper < MARGIN ? 'equal' : adjustedP < SIGNIFICANCE ? 'worse' : 'undecided';
    const asLoss = (log: number) => 1 - Math.exp(-log);
    return {
      ...{ candidate, rounds: count, loss: asLoss(difference), low: asLoss(difference - reach) },
      ...{ high: asLoss(difference + reach), p, adjustedP, standing },
    };
  });
  return { best, ranked, noise: Math.sqrt(shared) };
}

/** The logarithm of a's throughput to b's in their process. */
export function logRatio(b: Reading, a: Reading): number {
  if (a === b) return 0;
  const paired = pairTurns(b.turns, a.turns);
  return mean(paired.b.map(Math.log)) - mean(paired.a.map(Math.log));
}

/** Every candidate of the rounds once, in the order of arms and channels. */
function candidatesOf(rounds: readonly Round[]): Candidate[] {
  const all = new Map(rounds.flat().map(({ candidate }) => [keyOf(candidate), candidate]));
  return [...all.values()].sort((x, y) => x.arm - y.arm || x.channels - y.channels);
}

function estimate(differences: readonly number[], shared: number) {
  const n = differences.length;
  if (n === 0) return { difference: 0, reach: Infinity, upper: Infinity, worseP: 1, rounds: 0 };
  const difference = mean(differences);
  const degrees = SHARED_DEGREES + n - 1;
  const variance = (SHARED_DEGREES * shared + (n > 1 ? squaresAboutMean(differences) : 0)) / degrees;
  const error = Math.sqrt(variance / n);
  return {
    difference,
    reach: studentQuantile(0.975, degrees) * error,
    upper: difference + studentQuantile(EQUAL_CONFIDENCE, degrees) * error,
    worseP: error === 0 ? Number(difference <= MARGIN) : studentTail((difference - MARGIN) / error, degrees),
    rounds: n,
  };
}

function sharedVariance(lists: readonly (readonly number[])[]): number {
  const several = lists.filter((list) => list.length > 1 && list.some((value) => value !== 0));
  const degrees = several.reduce((sum, list) => sum + list.length - 1, 0);
  return degrees === 0 ? 0 : several.reduce((sum, list) => sum + squaresAboutMean(list), 0) / degrees;
}

/** The best candidate among those that `among` has, else among all. */
function bestOf(rounds: readonly Round[], among?: Round): Candidate | undefined {
  const scores = scoresOf(rounds);
  const allowed = among?.map(({ candidate }) => keyOf(candidate));
  let best: Candidate | undefined;
  for (const candidate of candidatesOf(rounds)) {
    if (allowed && !allowed.includes(keyOf(candidate))) continue;
    if (!best || scores.get(keyOf(candidate))! > scores.get(keyOf(best))!) best = candidate;
  }
  return best;
}

const FITTING_STEPS = 8;

/**
 * How good each candidate is, as a logarithm: its level less a standard error, so that one of few rounds is not the
 * best by luck. Every round has a level of its own, since not every candidate is in every round.
 */
export function scoresOf(rounds: readonly Round[]): ReadonlyMap<string, number> {
  const logs = rounds.map((round) =>
    round.map(({ candidate, turns }) => ({ key: keyOf(candidate), log: mean(turns.flat().map(Math.log)) })),
  );
  let levels = new Map<string, { level: number; squares: number; count: number }>();
  for (let step = 0; step < FITTING_STEPS; step++) {
    const sums = new Map<string, { sum: number; squares: number; count: number }>();
    for (const round of logs) {
      if (round.length === 0) continue;
      // In the first step the round's own mean stands for its level.
      const level = mean(round.map(({ key, log }) => log - (levels.get(key)?.level ?? 0)));
      for (const { key, log } of round) {
        const own = log - level;
        const { sum, squares, count } = sums.get(key) ?? { sum: 0, squares: 0, count: 0 };
        sums.set(key, { sum: sum + own, squares: squares + own * own, count: count + 1 });
      }
    }
    levels = new Map(
      [...sums].map(([key, { sum, squares, count }]) => {
        const level = sum / count;
        return [key, { level, count, squares: Math.max(0, squares - count * level * level) }];
      }),
    );
  }
  const all = [...levels.values()];
  const degrees = Math.max(
    1,
    all.reduce((total, { count }) => total + count - 1, 0),
  );
  const variance = all.reduce((total, { squares }) => total + squares, 0) / degrees;
  return new Map([...levels].map(([key, { level, count }]) => [key, level - Math.sqrt(variance / count)]));
}
