// What is said of a cell's latencies: per process where each has samples enough, of all together where only they have.
import { describe, expect, it } from 'vitest';
import { counterOf } from '../../src/memory/latency-histogram.js';
import { decodeLatencies, encodeLatencies, latencySummaries, pooled, shownMetric } from './latency-summary.js';

/** `count` samples of 1000 ns and one of 9000. */
const counts = (count: number) => [1000, count, counterOf(9000), 1];
const visits = [700, 700].map((count) => ({ latencies: { handoff: counts(count), taken: counts(9), freed: [] } }));
const median = { median: 990, low: 980, high: 1005, rounds: 6 };
const metrics = { 'handoffNs.p50': median, 'handoffNs.max': { median: 9000, low: 9000, high: 9000, rounds: 6 } };

describe('a latency summary', () => {
  const latencies = pooled([...visits, {}])!;
  const summaries = latencySummaries(latencies, metrics);

  it('takes the median over processes, and falls back to all samples, without an interval', () => {
    expect(summaries.handoffNs).toEqual({
      p50: 990,
      p90: 1000,
      p99: 1000,
      max: 9000,
      count: 1402,
      low: { p50: 980 },
      high: { p50: 1005 },
      rounds: 6,
    });
  });

  it('leaves out percentiles that no number of samples here supports, and parts that a design has not', () => {
    expect(Object.keys(summaries)).toEqual(['handoffNs', 'takenNs']);
    expect(summaries.takenNs).toMatchObject({ p50: 1000, count: 20 });
    expect(summaries.takenNs).not.toHaveProperty('p90');
  });

  it('is what a table shows', () => {
    const cell = { metrics: { ...metrics, ...summaries } as never };
    expect(shownMetric(cell, 'handoffNs.p50')).toEqual(median);
    expect(shownMetric(cell, 'handoffNs.p99')).toEqual({ median: 1000 });
    expect(shownMetric(cell, 'handoffNs.p999')).toBeUndefined();
    expect(shownMetric(cell, 'jobsPerSecond')).toBeUndefined();
  });

  it('is made again from the stored histograms, to their two significant figures', () => {
    const again = latencySummaries(decodeLatencies(encodeLatencies(latencies)), metrics);
    expect(again.handoffNs).toMatchObject({ p50: 990, count: 1402, low: { p50: 980 } });
    expect(again.handoffNs!.p99! / 1000).toBeCloseTo(1, 2);
    expect(again.handoffNs!.max / 9000).toBeCloseTo(1, 2);
  });
});
