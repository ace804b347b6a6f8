// A run for github-action-benchmark: its tools customBiggerIsBetter and customSmallerIsBetter take one direction each.
import { shownMetrics } from '../store/compare-runs.js';
import { betterOf } from '../store/comparisons.js';
import { shownMetric } from '../store/latency-summary.js';
import type { Result } from '../store/result.js';
import { benchmarkName, unitOf } from './names.js';

export interface ActionEntry {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** Half the interval. */
  readonly range?: string;
  readonly extra: string;
}

export function toGithubAction({ cells, machine, node, run }: Result, better: 'higher' | 'lower'): ActionEntry[] {
  const measured = cells.filter(({ status, sameAs }) => status === 'measured' && sameAs === undefined);
  return measured.flatMap((cell) =>
    shownMetrics(cell)
      .filter((metric) => betterOf(metric) === better)
      .flatMap((metric): ActionEntry[] => {
        const summary = shownMetric(cell, metric);
        if (!summary) return [];
        const { median: value, low, high, rounds } = summary;
        const range = low === undefined ? {} : { range: `± ${Number(((high! - low) / 2).toPrecision(3))}` };
        const extra = `${rounds ?? run.rounds} processes, ${machine.key}, Node ${node.version}`;
        return [{ name: `${benchmarkName(cell.id)} ${metric}`, unit: unitOf(metric), value, ...range, extra }];
      }),
  );
}
