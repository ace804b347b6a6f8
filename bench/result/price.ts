// The headline of a slope run: what the mutex costs a job, and whether a parked hand-off can tell.
import type { Price, ResultSlope } from './document.js';

/** Within this share of a parked hand-off the two designs are called the same. */
const MARGIN = 0.005;

/** Undefined unless the run measured a dose of locks both spinning and parked. */
export function priceOf(slopes: readonly ResultSlope[]): Price | undefined {
  const find = (table: string) => slopes.find((each) => each.table === table && each.kind === 'lock');
  const [spinning, parked] = [find('slope-spinning'), find('slope-parked')];
  if (!spinning || !parked) return undefined;
  const { estimate: ns, low, high } = spinning.slope;
  const handOff = parked.intercept;
  const shareHigh = Math.max(Math.abs(low), Math.abs(high)) / handOff.low;
  return {
    ns,
    low,
    high,
    handOffNs: handOff.estimate,
    share: ns / handOff.estimate,
    shareHigh,
    parkedSlope: parked.slope,
    agrees: low <= parked.slope.high && parked.slope.low <= high,
    within: shareHigh < MARGIN,
  };
}
