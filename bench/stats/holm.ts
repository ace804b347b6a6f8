// Many comparisons at once: Holm's adjustment, and families that no rank test could ever decide.

/** A verdict needs an adjusted p below this. */
export const SIGNIFICANCE = 0.05;

/**
 * The p-values adjusted for being several, in the order given: rejecting those below alpha keeps the chance of even one
 * false rejection below alpha. Source: Holm, "A simple sequentially rejective multiple test procedure", 1979.
 *
 * @throws RangeError when a p is outside 0..1
 */
export function holm(pValues: readonly number[]): number[] {
  const stray = pValues.find((p) => !(p >= 0 && p <= 1));
  if (stray !== undefined) throw new RangeError(`holm: expected p-values in 0..1, got ${stray}`);
  const adjusted = new Array<number>(pValues.length);
  const order = pValues.map((_, index) => index).sort((x, y) => pValues[x] - pValues[y]);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[index]));
    adjusted[index] = largest;
  });
  return adjusted;
}

/**
 * The most comparisons of one family in which a test can still reject at least one, when its smallest p is the given
 * one. A rank test on n pairs cannot give less than `smallestSignedRankP(n)`: 6 pairs decide 1 comparison, 8 decide 6,
 * 10 decide 25. Student's t has no such bound.
 */
export function largestFamily(smallestP: number): number {
  return Math.max(0, Math.ceil(SIGNIFICANCE / smallestP) - 1);
}

/**
 * Refuses a family in which no comparison could ever be decided. For comparisons that rest on ranks, as those of runs
 * that were not measured in pairs do. A run's own verdicts rest on t: no family is too large for them, but each
 * comparison resolves less, and its row says how much (`smallestResolvable` takes the size of the family).
 *
 * @throws RangeError when the comparisons are too many for the smallest p of their test
 */
export function requireDecidable(comparisons: number, smallestP: number): void {
  const most = largestFamily(smallestP);
  if (comparisons > most) {
    throw new RangeError(
      `a family of ${comparisons} comparisons by ranks: expected at most ${most}, because the smallest p this many ` +
        `processes can give is ${smallestP.toPrecision(2)}; measure more processes or ask for fewer comparisons`,
    );
  }
}
