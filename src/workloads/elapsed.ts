// How a workload stops its clock; in a calibration a design is made slower by a known share here.

/** Nanoseconds since `start`. */
export type Elapsed = (start: bigint) => number;

export const elapsed: Elapsed = (start) => Number(process.hrtime.bigint() - start);

/** A look at the clock takes some 100 ns: what is shorter than this cannot be spun away. */
const LEAST_SPIN_NS = 2000;

/**
 * Spins on for `share` of the time that has passed, so that all of it takes 1 + share times as long. Where that would be
 * too short for the clock, as in signalling a sync, the time only counts as so much longer.
 */
export function stretched(share: number): Elapsed {
  return (start) => {
    const passed = elapsed(start);
    const end = passed * (1 + share);
    if (end - passed < LEAST_SPIN_NS) return end;
    let now = passed;
    while (now < end) now = elapsed(start);
    return now;
  };
}
