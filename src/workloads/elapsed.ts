// How a workload stops its clock; in a calibration a design is made slower by a known share here.

/** Nanoseconds since `start`. */
export type Elapsed = (start: bigint) => number;

export const elapsed: Elapsed = (start) => Number(process.hrtime.bigint() - start);

/** Spins on for `share` of the time that has passed, so that all of it takes 1 + share times as long. */
export function stretched(share: number): Elapsed {
  return (start) => {
    const end = elapsed(start) * (1 + share);
    let now = elapsed(start);
    while (now < end) now = elapsed(start);
    return now;
  };
}

/**
 * Counts all time as longer by `share`, and takes no longer: of a sync, whose signals are shorter than a look at the clock,
 * and find channels asleep where the provider came later.
 */
export function countedLonger(share: number): Elapsed {
  return (start) => elapsed(start) * (1 + share);
}
