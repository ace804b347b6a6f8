// How each metric is shown: its unit, its scale and which direction is better.
import type { MetricName } from '../plan/tables.js';

interface MetricView {
  readonly title: string;
  /** Shown value = value x scale. */
  readonly scale: number;
}

export const METRIC_VIEWS: Readonly<Record<MetricName, MetricView>> = {
  jobsPerSecond: { title: 'thousand batches/s (higher is better)', scale: 1e-3 },
  nsPerJob: { title: 'ns a batch (lower is better)', scale: 1 },
  mibPerSecond: { title: 'MiB/s (higher is better)', scale: 1 },
  cpuNsPerJob: { title: 'CPU us a batch (lower is better)', scale: 1e-3 },
  totalNs: { title: 'ms in all (lower is better)', scale: 1e-6 },
  downtimeNs: { title: 'ms of downtime, the last round (lower is better)', scale: 1e-6 },
  signalNs: { title: 'us to signal a sync (lower is better)', scale: 1e-3 },
  collectNs: { title: 'us to collect a sync (lower is better)', scale: 1e-3 },
};
