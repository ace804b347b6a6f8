// What a run says of the latencies of a cell: percentiles over its processes, and all their samples in one histogram.

import { LATENCIES } from '../../src/sender/hand-off-clock.js';
import { rounded } from '../base/rounding.js';
import {
  decodeCounts,
  distributionOf,
  encodeCounts,
  type Latencies,
  mergeLatencies,
  PERCENTILES,
  type PercentileName,
} from '../measure/latencies.js';
import type { Histograms, LatencySummary, MetricSummary, ResultCell } from './document.js';

/** A metric of a cell as tables show it: `handoffNs.p99` may rest on all samples together, and has no interval then. */
export function shownMetric(
  { metrics }: Pick<ResultCell, 'metrics'>,
  name: string,
): (Pick<MetricSummary, 'median'> & Partial<MetricSummary>) | undefined {
  if (metrics[name]) return metrics[name];
  const [part, percentile] = name.split('.') as ['handoffNs', PercentileName];
  const value = percentile && metrics[part]?.[percentile];
  return value === undefined ? undefined : { median: value };
}

/** All samples of a cell's visits. */
export function pooled(visits: readonly { readonly latencies?: Latencies }[]): Latencies | undefined {
  const timed = visits.flatMap(({ latencies }) => (latencies ? [latencies] : []));
  return timed.length === 0 ? undefined : mergeLatencies(timed);
}

/** As a result stores them. */
export function encodeLatencies(latencies: Latencies): Histograms {
  const some = Object.entries(latencies).filter(([, counts]) => counts.length > 0);
  return Object.fromEntries(some.map(([name, counts]) => [`${name}Ns`, encodeCounts(counts)]));
}

/** What `encodeLatencies` made. Throws Error for anything else. */
export function decodeLatencies(histograms: Histograms): Latencies {
  const decode = (text: string | undefined) => (text === undefined ? [] : decodeCounts(text));
  return Object.fromEntries(LATENCIES.map((name) => [name, decode(histograms[`${name}Ns`])])) as unknown as Latencies;
}

/** `metrics.handoffNs` and the like, from `metrics["handoffNs.p50"]` and the like and from all samples. */
export function latencySummaries(
  latencies: Latencies,
  metrics: Readonly<Record<string, MetricSummary>>,
): Record<string, LatencySummary> {
  return Object.fromEntries(
    Object.entries(latencies).flatMap(([name, counts]) => {
      const all = distributionOf(counts);
      if (!all) return [];
      const of = (key: string) => metrics[`${name}Ns.${key}`];
      const pick = (value: (percentile: PercentileName) => number | undefined) =>
        Object.fromEntries(
          (Object.keys(PERCENTILES) as PercentileName[]).flatMap((percentile) => {
            const found = value(percentile);
            return found === undefined ? [] : [[percentile, rounded(found)]];
          }),
        );
      const summary: LatencySummary = {
        ...pick((percentile) => of(percentile)?.median ?? all[percentile]),
        max: rounded(all.max),
        count: all.count,
        low: pick((percentile) => of(percentile)?.low),
        high: pick((percentile) => of(percentile)?.high),
        rounds: of('max')?.rounds ?? 0,
      };
      return [[`${name}Ns`, summary]];
    }),
  );
}
