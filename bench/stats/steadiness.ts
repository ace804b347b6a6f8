// Whether an ordered series of slices has settled: steady, drifting or unstable.
import { normalTail } from './normal.js';
import { median, quantile } from './quantile.js';

export type Steadiness = 'steady' | 'drifting' | 'unstable';

/** A shorter series cannot show a trend. */
export const LEAST_SLICES = 6;
/** A trend counts when it is this certain .. */
const TREND_P = 0.01;
/** .. and moves the level by more than this fraction of it from the first slice to the last. */
const LARGEST_DRIFT = 0.02;
/** Fraction of the level that the middle four fifths of the slices may span; normal noise of 10 % spans 26 %. */
const LARGEST_SPAN = 0.25;

/**
 * Judges values in the order they were measured. 'drifting': Kendall's test against time gives p < 0.01 and the median
 * slope over all pairs (Theil and Sen) moves the level by more than 2 % over the series; a step shows as a drift too.
 * Else 'unstable': from the 10 % to the 90 % quantile is more than a quarter of the median. Else 'steady'. Independent
 * noise is called drifting in less than 1 % of series. A series can be flat and not settled: this says what was seen.
 * Sources: Mann 1945; Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968.
 *
 * @param values positive, from `LEAST_SLICES` to some hundreds: all pairs are looked at
 * @throws RangeError for fewer values or one that is not positive
 */
export function steadiness(values: readonly number[]): Steadiness {
  if (values.length < LEAST_SLICES || !values.every((value) => value > 0)) {
    throw new RangeError(`steadiness: expected at least ${LEAST_SLICES} positive values, got [${values.join(', ')}]`);
  }
  const level = median(values);
  const pairs = values.flatMap((first, from) =>
    values.slice(from + 1).map((second, steps) => ({ rise: second - first, steps: steps + 1 })),
  );
  const drift = median(pairs.map(({ rise, steps }) => rise / steps)) * (values.length - 1);
  const balance = pairs.reduce((total, { rise }) => total + Math.sign(rise), 0);
  if (Math.abs(drift) > LARGEST_DRIFT * level && trendP(balance, values.length) < TREND_P) return 'drifting';
  return quantile(values, 0.9) - quantile(values, 0.1) > LARGEST_SPAN * level ? 'unstable' : 'steady';
}

/** Two-sided p of Kendall's balance of rising over falling pairs, normal with continuity; ties only make it larger. */
function trendP(balance: number, count: number): number {
  const variance = (count * (count - 1) * (2 * count + 5)) / 18;
  return 2 * normalTail(Math.max(0, Math.abs(balance) - 1) / Math.sqrt(variance));
}
