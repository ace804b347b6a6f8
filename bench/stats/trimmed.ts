// The trimmed mean: as steady as a mean where values are normal, and unmoved by a few that are not.

/** Share left out at each end. */
const TRIM = 0.2;

/** @throws RangeError when there are no values */
export function trimmedMean(values: readonly number[], trim = TRIM): number {
  if (values.length === 0) throw new RangeError('trimmed mean: expected at least one value');
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(sorted.length * trim);
  const kept = sorted.subarray(cut, sorted.length - cut);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

/**
 * The standard error of the trimmed mean, from the winsorised values. Source: Tukey and McLaughlin, "Less vulnerable
 * confidence and significance procedures for location based on a single sample", 1963.
 *
 * @throws RangeError when there are fewer than two values
 */
export function trimmedError(values: readonly number[], trim = TRIM): number {
  const n = values.length;
  if (n < 2) throw new RangeError(`trimmed mean: expected at least two values for its error, got ${n}`);
  const sorted = Float64Array.from(values).sort();
  const cut = Math.floor(n * trim);
  const [low, high] = [sorted[cut]!, sorted[n - 1 - cut]!];
  const pulled = sorted.map((value) => Math.min(high, Math.max(low, value)));
  const mean = pulled.reduce((sum, value) => sum + value, 0) / n;
  const variance = pulled.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  return Math.sqrt(variance / n) / (1 - (2 * cut) / n);
}
