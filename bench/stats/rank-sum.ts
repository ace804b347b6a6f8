// The Mann-Whitney test: two independent samples by ranks, for runs that were not measured in pairs.
import { normalTail } from './normal.js';
import { doubledRanks, twoSided } from './ranks.js';

/** Up to so many values in both samples together p is exact, ties included; beyond, the normal approximation holds. */
const EXACT_VALUES = 50;

export interface RankSum {
  /** Two-sided, against samples of one distribution. */
  readonly p: number;
  /** The share of pairs in which the value of b is larger than that of a, ties counting half: 0.5 for no difference. */
  readonly above: number;
}

/**
 * Compares two independent samples. Source: Mann and Whitney, "On a test of whether one of two random variables is
 * stochastically larger than the other", 1947; ties as in Lehmann, "Nonparametrics", 1975, section 1.4.
 *
 * @throws RangeError when a sample is empty
 */
export function rankSum(a: readonly number[], b: readonly number[]): RankSum {
  if (a.length === 0 || b.length === 0) {
    throw new RangeError(`rank sum: expected two samples, got ${a.length} and ${b.length} values`);
  }
  const ranks = doubledRanks([...a, ...b]);
  const observed = ranks.slice(a.length).reduce((total, rank) => total + rank, 0);
  const above = (observed - b.length * (b.length + 1)) / (2 * a.length * b.length);
  const p = ranks.length <= EXACT_VALUES ? exactP(ranks, b.length, observed) : normalP(ranks, b.length, observed);
  return { p, above };
}

/** The smallest p that samples of these sizes can give, one wholly above the other: 2 over the ways to choose. */
export function smallestRankSumP(sizeA: number, sizeB: number): number {
  let ways = 1;
  for (let taken = 1; taken <= sizeB; taken++) ways *= (sizeA + taken) / taken;
  return Math.min(1, 2 / ways);
}

/** Counts the ways to take `size` of the ranks by their sum; up to 50 ranks the counts are whole and exact. */
function exactP(ranks: readonly number[], size: number, observed: number): number {
  const largest = ranks.reduce((total, rank) => total + rank, 0);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(largest + 1));
  ways[0][0] = 1;
  for (const rank of ranks) {
    for (let taken = size; taken >= 1; taken--) {
      for (let sum = rank; sum <= largest; sum++) ways[taken][sum] += ways[taken - 1][sum - rank];
    }
  }
  const all = ways[size].reduce((total, count) => total + count, 0);
  return twoSided(
    ways[size].map((count) => count / all),
    observed,
  );
}

/** The ranks' own variance takes care of ties; half a rank of continuity, which is one here. */
function normalP(ranks: readonly number[], size: number, observed: number): number {
  const total = ranks.length;
  const meanRank = total + 1;
  const squares = ranks.reduce((sum, rank) => sum + (rank - meanRank) ** 2, 0);
  const variance = (size * (total - size) * squares) / (total * (total - 1));
  const distance = Math.max(0, Math.abs(observed - size * meanRank) - 1);
  return distance === 0 ? 1 : Math.min(1, 2 * normalTail(distance / Math.sqrt(variance)));
}
