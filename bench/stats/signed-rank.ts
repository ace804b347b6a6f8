// Wilcoxon's signed-rank test and the Hodges-Lehmann estimate: paired differences by ranks, exact for any count.
import { median, type RankInterval, sorted } from './quantile.js';
import { doubledRanks, twoSided } from './ranks.js';

/**
 * The probabilities of all sums 0, 1, 2 .. when each rank is added or left out by the toss of a coin, by dynamic
 * programming. Ranks are whole numbers; pass doubled ranks where there are ties.
 */
function signedRankProbabilities(ranks: readonly number[]): Float64Array {
  const largest = ranks.reduce((total, rank) => total + rank, 0);
  const probabilities = new Float64Array(largest + 1);
  probabilities[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--) {
      const without = probabilities[sum];
      const withRank = sum >= rank ? probabilities[sum - rank] : 0;
      probabilities[sum] = (without + withRank) / 2;
    }
  }
  return probabilities;
}

/**
 * The exact two-sided p of the signed-rank test against differences symmetric about zero. Ties share their mean rank
 * and the distribution is that of the ranks at hand; zeros are ranked with the rest and then left out (Pratt). Sources:
 * Wilcoxon 1945; Pratt, "Remarks on zeros and ties in the Wilcoxon signed rank procedures", 1959.
 */
export function signedRankP(differences: readonly number[]): number {
  const ranks = doubledRanks(differences.map(Math.abs));
  const counted = ranks.filter((_, index) => differences[index] !== 0);
  const positive = ranks.reduce((total, rank, index) => (differences[index] > 0 ? total + rank : total), 0);
  return twoSided(signedRankProbabilities(counted), positive);
}

/**
 * The Hodges-Lehmann estimate, the median of the means of all pairs (each value with itself included), with the
 * interval that inverts the exact signed-rank test. Below 6 values even the whole range has less than 95 %: then it is
 * the whole range, with the confidence that has. Ties leave the confidence at least as large as stated. Source:
 * Hollander, Wolfe and Chicken, "Nonparametric statistical methods", 2014, section 3.2-3.3.
 *
 * @throws RangeError when there are no values or one is not finite
 */
export function hodgesLehmann(values: readonly number[], confidence = 0.95): RankInterval {
  const pairMeans = sorted(values.flatMap((value, index) => values.slice(index).map((other) => (value + other) / 2)));
  const probabilities = signedRankProbabilities(values.map((_, index) => index + 1));
  let outside = 0;
  let tail = probabilities[0];
  while (tail + probabilities[outside + 1] <= (1 - confidence) / 2) tail += probabilities[++outside];
  return {
    estimate: median(pairMeans),
    low: pairMeans[outside],
    high: pairMeans[pairMeans.length - 1 - outside],
    confidence: 1 - 2 * tail,
  };
}
