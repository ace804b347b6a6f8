// Ranks, and the exact distribution of their sums: what the rank tests share.

/**
 * The twofold ranks 2, 4, 6 .. of values in order; tied values share the mean of theirs, which is whole when doubled.
 */
export function doubledRanks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((x, y) => values[x] - values[y]);
  const ranks = new Array<number>(values.length);
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end]] === values[order[first]]) end++;
    for (let at = first; at < end; at++) ranks[order[at]] = first + 1 + end;
    first = end;
  }
  return ranks;
}

/** The two-sided p of an observed sum, from the probabilities of all sums 0, 1, 2 .. */
export function twoSided(probabilities: ArrayLike<number>, observed: number): number {
  let atMost = 0;
  let atLeast = 0;
  for (let sum = 0; sum < probabilities.length; sum++) {
    if (sum <= observed) atMost += probabilities[sum];
    if (sum >= observed) atLeast += probabilities[sum];
  }
  return Math.min(1, 2 * Math.min(atMost, atLeast));
}
