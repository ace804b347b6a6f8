// The trimmed mean: nearly as steady as a mean where values are normal, and unmoved by a few that are not.

/**
 * The mean of what is left without the share `cut` of the values at each end.
 *
 * @throws RangeError when there are no values
 */
export function trimmedMean(values: readonly number[], cut: number): number {
  if (values.length === 0) throw new RangeError('trimmed mean: expected at least one value');
  const sorted = Float64Array.from(values).sort();
  const left = Math.floor(sorted.length * cut);
  const kept = sorted.subarray(left, sorted.length - left);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}
