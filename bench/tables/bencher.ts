// A run in Bencher Metric Format: benchmark, measure, and a value with its interval.

import { shownMetrics } from '../result/compare-runs.js';
import type { Result } from '../result/document.js';
import { shownMetric } from '../result/latency-summary.js';
import { benchmarkName } from './export-names.js';

/** Measures that Bencher has by itself, in its units (operations a second, and nanoseconds). */
const BUILT_IN: Readonly<Record<string, string>> = { jobsPerSecond: 'throughput', 'handoffNs.p50': 'latency' };

export function toBencher({ cells }: Result): object {
  const measured = cells.filter(({ status, sameAs }) => status === 'measured' && sameAs === undefined);
  return Object.fromEntries(
    measured.map((cell) => [
      benchmarkName(cell.id),
      Object.fromEntries(
        shownMetrics(cell).flatMap((metric) => {
          const summary = shownMetric(cell, metric);
          if (!summary) return [];
          const { median: value, low, high } = summary;
          const bounds = low === undefined ? {} : { lower_value: low, upper_value: high };
          return [[BUILT_IN[metric] ?? slug(metric), { value, ...bounds }]];
        }),
      ),
    ]),
  );
}

/** `handoffNs.p99` as `handoff-ns-p99`. */
function slug(metric: string): string {
  return metric.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('.', '-');
}
