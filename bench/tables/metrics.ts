// How each metric is shown: its unit, its scale and which direction is better.

import type { LatencyMetric, MetricName } from '../plan/tables.js';
import { betterOf } from '../result/comparisons.js';
import type { ResultCell } from '../result/document.js';

interface MetricView {
  readonly title: string;
  /** Shown value = value x scale. */
  readonly scale: number;
  /** Above a column, where metrics stand side by side. */
  readonly heading?: string;
}

const SHORT = {
  ...{ handoffNs: 'round trip', takenNs: 'pickup', freedNs: 'return' },
  ...{ ramWaitNs: 'RAM waits', deviceWaitNs: 'device waits' },
} as const;

const PARTS = {
  handoffNs: 'round trip of a hand-off',
  takenNs: 'pickup of a batch',
  freedNs: 'return of a channel',
  ramWaitNs: 'hand-over of RAM, from call to return',
  deviceWaitNs: 'hand-over of device state, from call to return',
} as const;
const PERCENTILES = { p50: 'p50', p90: 'p90', p99: 'p99', p999: 'p99.9', max: 'longest' } as const;

/** Each part of a hand-off at each percentile. */
const LATENCY_VIEWS = Object.fromEntries(
  Object.entries(PARTS).flatMap(([part, what]) =>
    Object.entries(PERCENTILES).map(([key, name]) => [
      `${part}.${key}`,
      {
        title: `us, ${what}, ${name} (lower is better)`,
        heading: `${SHORT[part as keyof typeof PARTS]} ${name}`,
        scale: 1e-3,
      },
    ]),
  ),
) as Record<LatencyMetric, MetricView>;

export const METRIC_VIEWS: Readonly<Record<MetricName, MetricView>> = {
  ...LATENCY_VIEWS,
  delayNs: { title: 'us from signalling to a SYNC written, any channel (lower is better)', scale: 1e-3 },
  slowestDelayNs: { title: 'us from signalling to the last SYNC written (lower is better)', scale: 1e-3 },
  jobsPerSecond: { title: 'thousand batches/s (higher is better)', scale: 1e-3 },
  nsPerJob: { title: 'ns per batch (lower is better)', scale: 1 },
  mibPerSecond: { title: 'MiB/s (higher is better)', scale: 1 },
  cpuNsPerJob: { title: 'CPU us per batch (lower is better)', scale: 1e-3 },
  deviceMibPerSecond: { title: 'MiB/s of device state (higher is better)', scale: 1 },
  fairness: { title: "Jain's index of what each device handed over, 1 is even (higher is better)", scale: 1 },
  totalNs: { title: 'ms in all (lower is better)', scale: 1e-6 },
  downtimeNs: { title: 'ms of downtime, the last round (lower is better)', scale: 1e-6 },
  signalNs: { title: 'us to signal a sync (lower is better)', scale: 1e-3 },
  syncNs: { title: 'us to signal and collect a sync (lower is better)', scale: 1e-3 },
  collectNs: { title: 'us to collect a sync (lower is better)', scale: 1e-3 },
};

/** `thousand batches/s (higher is better)`; the name and the direction of a metric that no table shows. */
export function titleOf(metric: string): string {
  const known = Object.hasOwn(METRIC_VIEWS, metric) ? METRIC_VIEWS[metric as MetricName] : undefined;
  return known?.title ?? `${metric} (${betterOf(metric)} is better)`;
}

/** `pickup p50`, or `thousand batches/s`. */
export function headingOfMetric(metric: string): string {
  const known = Object.hasOwn(METRIC_VIEWS, metric) ? METRIC_VIEWS[metric as MetricName] : undefined;
  return known?.heading ?? known?.title.replace(/ \(\w+ is better\)$/, '') ?? metric;
}

/** What a stored value is multiplied by to be shown. */
export function scaleOf(metric: string): number {
  return Object.hasOwn(METRIC_VIEWS, metric) ? METRIC_VIEWS[metric as MetricName].scale : 1;
}

/** Above a table with metrics side by side: what they are parts of. */
export function partsOf({ load }: Pick<ResultCell, 'load'>): string {
  return load === undefined
    ? 'us (lower is better); pickup: publish to receipt, return: write done to seen free'
    : 'us (lower is better); round trip: from when a batch was due until it was written';
}
