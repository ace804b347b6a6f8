// A run as Google Benchmark's JSON (json_schema_version 1): every process is a repetition, so that compare.py can test.

import { shownMetrics } from '../result/compare-runs.js';
import { byRound } from '../result/comparisons.js';
import type { Result, ResultCell } from '../result/document.js';
import { benchmarkName } from './export-names.js';

/** Cells without numbers are left out: compare.py takes no notice of `error_occurred`, and a time of 0 for a speed-up. */
export function toGoogleBenchmark(result: Result): object {
  const { run, machine, node, commit } = result;
  const leftOut = result.cells
    .filter(isWithoutNumbers)
    .map(({ id, status, reason }) => `${benchmarkName(id)}: ${status}: ${reason ?? 'no reason'}`);
  return {
    context: {
      date: run.startedAt,
      // Results are shared: the machine's key stands for it.
      host_name: machine.key,
      executable: 'multifd-bench',
      num_cpus: machine.cores,
      mhz_per_cpu: 0,
      cpu_scaling_enabled: machine.governor !== null && machine.governor !== 'performance',
      caches: [],
      load_avg: [machine.loadAverage],
      library_build_type: 'release',
      json_schema_version: 1,
      node: node.version,
      commit: commit?.sha ?? 'none',
      run: run.id,
      ...(leftOut.length > 0 ? { left_out: leftOut.join('; ') } : {}),
    },
    benchmarks: result.cells.filter(({ sameAs }) => sameAs === undefined).flatMap(benchmarksOf),
  };
}

function benchmarksOf(cell: ResultCell, family: number): object[] {
  if (cell.status !== 'measured') return [];
  const name = benchmarkName(cell.id);
  const about = { name, family_index: family, per_family_instance_index: 0, run_name: name, run_type: 'iteration' };
  const rounds = [...new Set(cell.visits.map(({ round }) => round))];
  return rounds.map((round, index) => {
    const value = (metric: string) => ofRound(cell, metric, round);
    const realTime = timeOf(cell, value);
    const jobs = cell.visits
      .filter((visit) => visit.round === round)
      .reduce((sum, { counters }) => sum + (counters.jobs ?? 0), 0);
    const [items, mib] = [value('jobsPerSecond'), value('mibPerSecond')];
    return {
      ...{ ...about, repetitions: rounds.length, repetition_index: index, threads: 1, iterations: Math.max(1, jobs) },
      ...{ real_time: realTime, cpu_time: value('cpuNsPerJob') ?? realTime, time_unit: 'ns' },
      ...(items === undefined ? {} : { items_per_second: items }),
      ...(mib === undefined ? {} : { bytes_per_second: mib * 2 ** 20 }),
      ...Object.fromEntries(
        shownMetrics(cell).flatMap((metric) => {
          const shown = value(metric);
          return shown === undefined || /PerSecond$/.test(metric) ? [] : [[metric, shown]];
        }),
      ),
    };
  });
}

/** A cell that failed or is invalid: nothing stands for it. */
export function isWithoutNumbers({ status, sameAs }: ResultCell): boolean {
  return sameAs === undefined && (status === 'failed' || status === 'invalid');
}

/** The time of one thing of the workload: a hand-off, a sync, a migration, or a job. */
function timeOf({ workload }: ResultCell, value: (metric: string) => number | undefined): number {
  const parts: Readonly<Record<string, readonly string[]>> = {
    sync: ['signalNs', 'collectNs'],
    precopy: ['totalNs'],
    'hand-off': ['handoffNs.p50'],
  };
  const times = (parts[workload] ?? ['nsPerJob']).map(value);
  if (times.every((time) => time !== undefined)) return times.reduce((sum, time) => sum + time, 0);
  return value('nsPerJob') ?? 1e9 / (value('jobsPerSecond') ?? Number.NaN);
}

/** The mean over a process's visits; undefined where one of them has none. */
function ofRound({ visits }: ResultCell, metric: string, round: number): number | undefined {
  const values = byRound(visits, metric).get(round) ?? [];
  if (values.length === 0 || values.some((value) => value === undefined)) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
