// Order statistics: quantiles, the median and its exact interval, the median absolute deviation.

/** An interval by ranks. Ranks come in steps, so the confidence it really has is given beside it. */
export interface RankInterval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  /** At least what was asked for, or the most that so few values can give. */
  readonly confidence: number;
}

/** So many are sorted faster as doubles than by insertion. */
const MANY = 100;

/**
 * A sorted copy.
 *
 * @throws RangeError when there are no values, or one is not finite
 */
export function sorted(values: readonly number[]): number[] {
  for (const value of values) if (!Number.isFinite(value)) throw unusable(value);
  if (values.length === 0) throw unusable('none');
  return values.length < MANY ? inserted(values) : [...new Float64Array(values).sort()];
}

/** By insertion: several times as fast as with a comparing function. */
function inserted(values: readonly number[]): number[] {
  const ordered = [...values];
  for (let end = 1; end < ordered.length; end++) {
    const value = ordered[end]!;
    let at = end;
    for (; at > 0 && ordered[at - 1]! > value; at--) ordered[at] = ordered[at - 1]!;
    ordered[at] = value;
  }
  return ordered;
}

const unusable = (value: number | string) => new RangeError(`expected finite numbers, at least one, got ${value}`);

/**
 * The quantile, linear between neighbours (type 7 of Hyndman and Fan, 1996: the default of R, numpy and tinybench).
 *
 * @param share 0 for the smallest value, 0.5 for the median, 1 for the largest
 * @throws RangeError when there are no values, one is not finite, or share is outside 0..1
 */
export function quantile(values: readonly number[], share: number): number {
  return quantileOfSorted(sorted(values), share);
}

/** The same of values that are in order already. */
export function quantileOfSorted(ordered: readonly number[], share: number): number {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`quantile: expected a share in 0..1, got ${share}`);
  const position = (ordered.length - 1) * share;
  const below = Math.floor(position);
  const above = Math.ceil(position);
  return ordered[below] + (ordered[above] - ordered[below]) * (position - below);
}

/** The middle value, or the mean of the middle two. Errors as `quantile`. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * The median with its order-statistic interval: from the (k+1)th smallest value to the (k+1)th largest, with the
 * largest k whose exact binomial tails fit into 1 - confidence. No assumption but independent values. Below 6 values
 * even the whole range has less than 95 %: then it is the whole range, with the confidence that has. Source: Conover,
 * "Practical nonparametric statistics", 1999, section 3.2; the interval that benchstat prints.
 *
 * @throws RangeError when there are no values or one is not finite
 */
export function medianInterval(values: readonly number[], confidence = 0.95): RankInterval {
  const ordered = sorted(values);
  const count = ordered.length;
  const allowed = (1 - confidence) / 2;
  // Logarithms: 2^-count leaves the range of a double at 1075 values.
  let logTerm = -count * Math.LN2;
  let tail = Math.exp(logTerm);
  let outside = 0;
  for (;;) {
    logTerm += Math.log((count - outside) / (outside + 1));
    const wider = tail + Math.exp(logTerm);
    if (!(wider <= allowed)) break;
    tail = wider;
    outside++;
  }
  return {
    estimate: quantileOfSorted(ordered, 0.5),
    low: ordered[outside],
    high: ordered[count - 1 - outside],
    confidence: 1 - 2 * tail,
  };
}
