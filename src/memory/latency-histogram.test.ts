// The histogram's counters against HdrHistogram's own, and that a count is neither lost nor kept.
import fc from 'fast-check';
import { build, type JsHistogram } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import { counterOf, HISTOGRAM_COUNTERS, LatencyHistogram, lowestOf, mergeCounts } from './latency-histogram.js';

const latencies = fc.double({ min: 0, max: 2 ** 36 - 1, noNaN: true }).map((value) => Math.floor(value));
const anyScale = fc
  .tuple(fc.nat(36), fc.double({ min: 0.5, max: 1, maxExcluded: true, noNaN: true }))
  .map(([power, share]) => Math.floor(2 ** power * share));

describe('counters', () => {
  it('hold what HdrHistogram holds at three significant figures', () => {
    const hdr = build({
      bitBucketSize: 64,
      lowestDiscernibleValue: 1,
      highestTrackableValue: 2 ** 36,
      numberOfSignificantValueDigits: 3,
    }) as JsHistogram & { countsArrayIndex(value: number): number };
    fc.assert(
      fc.property(fc.oneof(latencies, anyScale), (value) => {
        expect(counterOf(value)).toBe(hdr.countsArrayIndex(value));
        expect(lowestOf(counterOf(value))).toBe(hdr.lowestEquivalentValue(value));
      }),
    );
  });

  it('are in order, at most 1/1024 wide, and all within the histogram', () => {
    fc.assert(
      fc.property(fc.oneof(latencies, anyScale), (value) => {
        const counter = counterOf(value);
        expect(counter).toBeLessThan(HISTOGRAM_COUNTERS);
        expect(lowestOf(counter)).toBeLessThanOrEqual(value);
        expect(lowestOf(counter + 1)).toBeGreaterThan(value);
        expect(lowestOf(counter + 1) - lowestOf(counter)).toBeLessThanOrEqual(Math.max(1, value / 1024));
      }),
    );
  });

  it('take what is out of range into the first and the last', () => {
    expect(counterOf(-5)).toBe(0);
    expect(counterOf(Number.NaN)).toBe(0);
    expect(counterOf(1e15)).toBe(HISTOGRAM_COUNTERS - 1);
  });
});

describe('a histogram in shared words', () => {
  it('gives back what was recorded, once, and touches no word of its neighbours', () => {
    const words = new Int32Array(new SharedArrayBuffer(4 * (HISTOGRAM_COUNTERS + 20)));
    words.fill(7, 0, 10).fill(7, 10 + HISTOGRAM_COUNTERS);
    const histogram = new LatencyHistogram(words, 10);
    for (const value of [5, 5, 1e6, 0, 2 ** 40]) histogram.record(value);
    expect(histogram.take()).toEqual([0, 1, 5, 2, counterOf(1e6), 1, HISTOGRAM_COUNTERS - 1, 1]);
    expect(histogram.take()).toEqual([]);
    expect([...words].filter((word) => word !== 0)).toEqual(Array(20).fill(7));
  });

  it('adds up, counter by counter', () => {
    expect(mergeCounts([[3, 1, 9, 2], [], [1, 4, 9, 5]])).toEqual([1, 4, 3, 1, 9, 7]);
  });
});
