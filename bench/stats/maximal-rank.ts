// Whether a level changed somewhere: the rank sum of the best of all cuts, with the p of having searched for it.
import { rankSum } from './rank-sum.js';
import { doubledRanks } from './ranks.js';

/** A side of fewer values is tested exactly too, against so many values of the other one. */
const SHORT_SIDE = 10;
const LONG_SIDE = 30;

/**
 * An upper bound of the p of the largest standardised statistic over all cuts that leave a share of the values or more
 * on either side. Source: Miller and Siegmund, "Maximally selected chi square statistics", 1982, in the form of
 * Lausen and Schumacher, "Maximally selected rank statistics", 1992 (R package maxstat, `pLausen92`).
 *
 * @param statistic standardised, >= 0
 * @param leastShare of the values on either side, below 0.5
 */
export function maximallySelectedP(statistic: number, leastShare: number): number {
  if (statistic <= 1) return 1;
  const density = Math.exp((-statistic * statistic) / 2) / Math.sqrt(2 * Math.PI);
  const searched = 2 * Math.log((1 - leastShare) / leastShare);
  return Math.min(1, density * (4 / statistic + (statistic - 1 / statistic) * searched));
}

/** Mann and Whitney's statistic of two samples, standardised; ties take part of its variance. */
export function standardisedRankSum(a: readonly number[], b: readonly number[]): number {
  const ranks = doubledRanks([...a, ...b]);
  const total = ranks.length;
  const observed = ranks.slice(a.length).reduce((sum, rank) => sum + rank, 0);
  const squares = ranks.reduce((sum, rank) => sum + (rank - total - 1) ** 2, 0);
  const variance = (a.length * b.length * squares) / (total * (total - 1));
  return variance === 0 ? 0 : (observed - b.length * (total + 1)) / Math.sqrt(variance);
}

/**
 * The p of a cut between two stretches of a series that was searched for it: the smaller of two bounds. One is that of
 * `maximallySelectedP`; the other, which is sharper where a side is short, Bonferroni's over all cuts of the series with
 * the exact p of the values next to this one.
 *
 * @param length of the whole series
 */
export function cutP(before: readonly number[], after: readonly number[], length: number): number {
  const statistic = Math.abs(standardisedRankSum(before, after));
  const normal = maximallySelectedP(statistic, 2 / Math.max(length, 5));
  const [short, long] =
    before.length < after.length ? [before, after.slice(0, LONG_SIDE)] : [after, before.slice(-LONG_SIDE)];
  if (short.length >= SHORT_SIDE) return normal;
  return Math.min(normal, rankSum(long, short).p * (length - 1));
}
