// The Mann-Whitney test: two independent samples by ranks, for runs that were not measured in pairs.
import { normalTail } from './normal.js';
import { doubledRanks } from './ranks.js';

/** Up to so many values in both samples together p is exact, ties included; beyond, the normal approximation holds. */
const EXACT_VALUES = 200;
/** Distributions of samples without ties that are kept: a history asks for those of few sizes, thousands of times. */
const KEPT = 64;

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
  return Math.min(1, 2 / waysToChoose(sizeA + sizeB, sizeB));
}

function waysToChoose(all: number, size: number): number {
  let ways = 1;
  for (let taken = 1; taken <= size; taken++) ways *= (all - size + taken) / taken;
  return ways;
}

/** From the counts of the ways to take so many of the ranks that lie in the tail of the observed sum. */
function exactP(ranks: readonly number[], size: number, observed: number): number {
  // The smaller sample has the smaller table; ranks that are turned round make each tail a lower one.
  const small = Math.min(size, ranks.length - size);
  const all = ranks.length * (ranks.length + 1);
  const turned = (sum: number) => small * 2 * (ranks.length + 1) - sum;
  const own = small === size ? observed : all - observed;
  const isUpper = own > small * (ranks.length + 1);
  const ordered = (isUpper ? ranks.map((rank) => 2 * (ranks.length + 1) - rank) : [...ranks]).sort((x, y) => x - y);
  const sum = isUpper ? turned(own) : own;
  const hasTies = ordered.some((rank, at) => rank === ordered[at + 1]);
  const least = ordered.slice(0, small).reduce((total, rank) => total + rank, 0);
  const below = hasTies ? waysUpTo(ordered, small, sum - least) : waysWithoutTies(ordered.length, small);
  const at = hasTies ? sum - least : (sum - least) / 2;
  let [atMost, less] = [0, 0];
  for (let excess = 0; excess <= at; excess++) {
    less = atMost;
    atMost += below[excess]!;
  }
  const ways = waysToChoose(ranks.length, small);
  return Math.min(1, (2 * Math.min(atMost, ways - less)) / ways);
}

/**
 * By how much their sum exceeds the least one, up to `most`: the number of ways to take `size` of the ranks. Sums of
 * positive terms alone, so that doubles lose nothing of note.
 */
function waysUpTo(ordered: readonly number[], size: number, most: number): Float64Array {
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1));
  ways[0]![0] = 1;
  // The nth that is taken exceeds the nth rank: sums of these excesses are small and never negative.
  for (const rank of ordered) {
    for (let taken = size; taken >= 1; taken--) {
      const excess = rank - ordered[taken - 1]!;
      if (excess < 0) continue;
      const [into, from] = [ways[taken]!, ways[taken - 1]!];
      for (let sum = excess; sum <= most; sum++) into[sum]! += from[sum - excess]!;
    }
  }
  return ways[size]!;
}

const withoutTies = new Map<string, Float64Array>();

/** The same of ranks 1, 2, 3 .., up to the middle of the distribution, which is symmetric. */
function waysWithoutTies(length: number, size: number): Float64Array {
  const key = `${length} ${size}`;
  const ranks = Array.from({ length }, (_, at) => at + 1);
  const known = withoutTies.get(key) ?? waysUpTo(ranks, size, Math.floor((size * (length - size)) / 2));
  if (withoutTies.size >= KEPT) withoutTies.clear();
  withoutTies.set(key, known);
  return known;
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
