// The axis of percentiles.

/** Where a share stands on an axis that gives 90 %, 99 % and 99.9 % equal room. */
export function logOdds(share: number): number {
  return Math.log10(share / (1 - share));
}
