// A series cut into stretches of one level each, so that a stray point costs little and makes no stretch of its own.

/** More levels than this are not told apart: those of the series are thinned out evenly. */
const MOST_LEVELS = 200;

export interface SegmentOptions {
  /** What one more stretch must save, in squared standard errors. */
  readonly penalty: number;
  /** Standard errors from its level beyond which a point costs no more: what bounds the say of a spike. */
  readonly clip: number;
}

/**
 * The indices at which new stretches begin, ascending, without 0: the cut that costs least when a point costs its
 * squared distance from the level of its stretch in standard errors, up to `clip` squared, and each further stretch the
 * penalty (the Potts functional with the biweight loss). It is exact over levels among the values, by dynamic
 * programming over the level that the last point has: n points and at most 200 levels take 200 n steps. Source:
 * Fearnhead and Rigaill, "Changepoint detection in the presence of outliers", 2019 (R package robseg).
 *
 * @param errors standard error of each value, > 0, in the values' unit
 */
export function levelSegments(
  values: readonly number[],
  errors: readonly number[],
  { penalty, clip }: SegmentOptions,
): number[] {
  const levels = levelsOf(values);
  const most = clip * clip;
  const cost = new Float64Array(levels.length);
  /** By point and level: whether a stretch begins there. */
  const begins = new Uint8Array(values.length * levels.length);
  /** The cheapest level of the point before. */
  const cheapest = new Int32Array(values.length);
  for (let at = 0; at < values.length; at++) {
    const least = at === 0 ? 0 : indexOfLeast(cost);
    const jump = cost[least]! + penalty;
    cheapest[at] = least;
    for (let level = 0; level < levels.length; level++) {
      if (at > 0 && jump < cost[level]!) {
        cost[level] = jump;
        begins[at * levels.length + level] = 1;
      }
      const distance = (values[at]! - levels[level]!) / errors[at]!;
      cost[level]! += Math.min(distance * distance, most);
    }
  }
  const found: number[] = [];
  let level = values.length === 0 ? 0 : indexOfLeast(cost);
  for (let at = values.length - 1; at > 0; at--) {
    if (begins[at * levels.length + level] === 1) {
      found.push(at);
      level = cheapest[at]!;
    }
  }
  return found.reverse();
}

/** Cost of the values about one level, or about a line: what `levelSegments` adds up. */
export function clippedCost(residuals: readonly number[], errors: readonly number[], clip: number): number {
  return residuals.reduce((sum, residual, at) => sum + Math.min((residual / errors[at]!) ** 2, clip * clip), 0);
}

function levelsOf(values: readonly number[]): Float64Array {
  const distinct = Float64Array.from(new Set(values)).sort();
  if (distinct.length <= MOST_LEVELS) return distinct;
  const step = (distinct.length - 1) / (MOST_LEVELS - 1);
  return Float64Array.from({ length: MOST_LEVELS }, (_, at) => distinct[Math.round(at * step)]!);
}

function indexOfLeast(values: Float64Array): number {
  let least = 0;
  for (let at = 1; at < values.length; at++) if (values[at]! < values[least]!) least = at;
  return least;
}
