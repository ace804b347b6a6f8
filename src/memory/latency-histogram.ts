// A latency histogram in shared words: log-linear counters in HdrHistogram's layout, so nothing is allocated to record.

/** 2^10 counters for each doubling: a counter is at most 1/1024 wide, which keeps three significant figures. */
const HALF_MAGNITUDE = 10;
const HALF = 1 << HALF_MAGNITUDE;
/** Latencies of this many nanoseconds and more (68 s) count as the longest: a cell that stands still ends long before. */
const LONGEST_NS = 2 ** 36;
/** Counters of one histogram: values below 2048 one by one, then 1024 a doubling. */
export const HISTOGRAM_COUNTERS = counterOf(LONGEST_NS - 1) + 1;

/** A histogram as pairs of counter and count, the empty ones left out: index, count, index, count, .. */
export type SparseCounts = readonly number[];

/** The counter of a latency in nanoseconds, rounded down; what is below 0 counts as 0. */
export function counterOf(nanoseconds: number): number {
  if (!(nanoseconds >= 1)) return 0;
  const value = Math.min(nanoseconds, LONGEST_NS - 1);
  const high = value >= 2 ** 31 ? 32 - Math.clz32(value / 2 ** 32) + 31 : 31 - Math.clz32(value);
  const bucket = Math.max(0, high - HALF_MAGNITUDE);
  return bucket * HALF + Math.floor(value / 2 ** bucket);
}

/** The smallest latency that a counter holds. */
export function lowestOf(counter: number): number {
  const bucket = Math.max(0, (counter >> HALF_MAGNITUDE) - 1);
  return (counter - bucket * HALF) * 2 ** bucket;
}

/** A view on the counters of one histogram. One thread records; another reads when that thread has said it is idle. */
export class LatencyHistogram {
  private readonly words: Int32Array;
  private readonly first: number;

  /** `first`: the first of its `HISTOGRAM_COUNTERS` words. */
  constructor(words: Int32Array, first: number) {
    this.words = words;
    this.first = first;
  }

  record(nanoseconds: number): void {
    // Owned: one thread records.
    this.words[this.first + counterOf(nanoseconds)]!++;
  }

  /** Reads all counters and sets them to 0. */
  take(): SparseCounts {
    const taken: number[] = [];
    for (let counter = 0; counter < HISTOGRAM_COUNTERS; counter++) {
      // Owned: whoever records is idle.
      const count = this.words[this.first + counter]!;
      if (count > 0) taken.push(counter, count);
    }
    // Owned: whoever records is idle.
    this.words.fill(0, this.first, this.first + HISTOGRAM_COUNTERS);
    return taken;
  }
}

/** Adds histograms up. */
export function mergeCounts(all: readonly SparseCounts[]): SparseCounts {
  const sums = new Map<number, number>();
  for (const counts of all) {
    for (let at = 0; at < counts.length; at += 2) sums.set(counts[at]!, (sums.get(counts[at]!) ?? 0) + counts[at + 1]!);
  }
  return [...sums].sort(([a], [b]) => a - b).flat();
}
