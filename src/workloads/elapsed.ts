// How a workload stops its clock; in a calibration the time of one design counts as longer by a known share here.

/** Nanoseconds since `start`. */
export type Elapsed = (start: bigint) => number;

/**
 * The time that has passed, as longer by `share`: a difference that is known exactly. Nothing takes longer: who spun meanwhile would be
 * interrupted by senders that are still at work, and come later by what they take. One function for all designs, 0 included:
 * a sync's signals are shorter than some closures.
 */
export function elapsedWith(share = 0): Elapsed {
  const factor = 1 + share;
  return (start) => Number(process.hrtime.bigint() - start) * factor;
}
