// The numbers of a cell from its visits: medians over processes, and whether an open loop's are worth anything.

import type { Cell } from '../../src/session/cell.js';
import { rounded } from '../base/rounding.js';
import type { Latencies } from '../measure/latencies.js';
import { LEAST_REACHED } from '../measure/offered-load.js';
import type { RecordedVisit } from '../measure/round.js';
import { median, medianInterval } from '../stats/quantile.js';
import { byRound } from './comparisons.js';
import type { MetricSummary, Metrics } from './document.js';
import { latencySummaries } from './latency-summary.js';

/** Why the latencies of an open loop are none of its load: in most visits the provider could not keep the pace. */
export function loadMissed({ load, workload }: Cell, visits: readonly RecordedVisit[]): string | undefined {
  if (workload !== 'hand-off' || load === undefined || visits.length === 0) return undefined;
  const reached = median(visits.map(({ values }) => values.reachedLoad!));
  if (reached >= LEAST_REACHED) return undefined;
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
  return `load not reached: ${percent(load * reached)} of the capacity`;
}

/** The numbers of a cell: of its processes, and of its latencies where it was timed. */
export function metricsOf(visits: readonly RecordedVisit[], latencies: Latencies | undefined): Metrics {
  const metrics = summarise(visits);
  return { ...metrics, ...(latencies && latencySummaries(latencies, metrics)) } as Metrics;
}

/** Medians over processes of the mean over a process's visits, each with its order-statistic interval. */
function summarise(visits: readonly RecordedVisit[]): Record<string, MetricSummary> {
  // A percentile that some visit has too few samples for is left to all of them together.
  const names = Object.keys(visits[0]!.values).filter((name) => visits.every(({ values }) => name in values));
  return Object.fromEntries(
    names.map((name) => {
      const perRound = [...byRound(visits, name).values()].map(
        (values) => values.reduce((a, b) => a + b) / values.length,
      );
      const { estimate, low, high } = medianInterval(perRound);
      return [name, { median: rounded(estimate), low: rounded(low), high: rounded(high), rounds: perRound.length }];
    }),
  );
}
