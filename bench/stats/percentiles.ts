// Which percentiles a number of samples supports.

/** Percentiles that tables print, and how many samples it takes on average to see one beyond each. */
const PERCENTILES = [
  { percentile: 50, oneIn: 2 },
  { percentile: 90, oneIn: 10 },
  { percentile: 99, oneIn: 100 },
  { percentile: 99.9, oneIn: 1000 },
  { percentile: 99.99, oneIn: 10_000 },
];
/** A percentile with fewer samples beyond it is an accident of those few. */
const SAMPLES_BEYOND = 10;

/** The percentiles, of 50, 90, 99, 99.9 and 99.99, that have at least 10 of so many samples beyond them. */
export function supportedPercentiles(count: number): number[] {
  return PERCENTILES.filter(({ oneIn }) => count >= SAMPLES_BEYOND * oneIn).map(({ percentile }) => percentile);
}
