// What a run says of the latencies of a cell: percentiles over its processes, and all their samples in one histogram.
import {
  decodeCounts,
  distributionOf,
  encodeCounts,
  type Latencies,
  mergeLatencies,
  PERCENTILES,
  type PercentileName,
} from '../measure/latencies.js';
import type { MetricSummary, ResultCell } from './result.js';
import { rounded } from './rounding.js';

/**
 * In nanoseconds. A percentile is the median over processes where each has at least 10 samples beyond it; else that of
 * all samples together where those are enough, and without an interval; else it is not there.
 */
export type LatencySummary = Readonly<Partial<Record<PercentileName, number>>> & {
  /** The longest of all samples, and how many there are. */
  readonly max: number;
  readonly count: number;
  readonly low: Readonly<Partial<Record<PercentileName, number>>>;
  readonly high: Readonly<Partial<Record<PercentileName, number>>>;
  /** Fresh processes behind it. */
  readonly rounds: number;
};

/** By metric: `handoffNs`, `takenNs`, `freedNs`. */
export type Histograms = Readonly<Record<string, string>>;

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
  return Object.fromEntries(Object.entries(latencies).map(([name, counts]) => [`${name}Ns`, encodeCounts(counts)]));
}

/** What `encodeLatencies` made. Throws Error for anything else. */
export function decodeLatencies({ handoffNs, takenNs, freedNs }: Histograms): Latencies {
  const decode = (text: string | undefined) => (text === undefined ? [] : decodeCounts(text));
  return { handoff: decode(handoffNs), taken: decode(takenNs), freed: decode(freedNs) };
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
