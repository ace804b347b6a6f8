// A run for github-action-benchmark: its tools customBiggerIsBetter and customSmallerIsBetter take one direction each.

import { processes } from '../base/quantities.js';
import { shownMetrics } from '../result/compare-runs.js';
import { betterOf } from '../result/comparisons.js';
import type { Result } from '../result/document.js';
import { shownMetric } from '../result/latency-summary.js';
import { benchmarkName, unitOf } from './export-names.js';

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
        const extra = `${processes(rounds ?? run.rounds)}, ${machine.key}, Node ${node.version}`;
        return [{ name: `${benchmarkName(cell.id)} ${metric}`, unit: unitOf(metric), value, ...range, extra }];
      }),
  );
}
