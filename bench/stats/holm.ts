// Many comparisons at once: Holm's adjustment.

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
