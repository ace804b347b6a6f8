// What other benchmarks measured, as the result document has it: one table, a cell for each benchmark, no axes.
import { createHash } from 'node:crypto';
import { UsageError } from '../base/usage-error.js';
import { metricsOf } from '../result/cell-metrics.js';
import { type Result, type ResultCell, SCHEMA } from '../result/document.js';
import type { Commit } from '../system/commit.js';
import { IMPORTED } from '../tables/shown-metrics.js';

/** One benchmark of a run. */
export interface ImportedCell {
  readonly name: string;
  /** By metric: a value for each process, repetition or row. */
  readonly values: Readonly<Record<string, readonly number[]>>;
  /** Why it has none. */
  readonly failed?: string;
}

export interface ImportedRun {
  /** The tool that wrote it: numbers of two tools are not compared. */
  readonly tool: string;
  readonly cells: readonly ImportedCell[];
  /** When it was made, ISO 8601; undefined where nothing says. */
  readonly time?: string | undefined;
  /** As the file names it. */
  readonly commit?: string | undefined;
  /** The file and line that errors name. */
  readonly where: string;
}

/** Where nothing says: not a field of a machine, so never one that differs. */
const UNKNOWN = 'unknown';
/** Fields of a cell that say nothing of a benchmark from elsewhere. */
const NO_AXES = {
  ...{ workload: 'throughput', channels: 1, requesters: 1, depth: 1, pageSize: 4096, pagesPerBatch: 1 },
  ...{ transport: 'memory', codec: 'none', wait: { provider: 'park', sender: 'park' }, place: 'spread' },
  ...{ elide: true, rowBytes: 128, ram: '0' },
} as const;

/** The same run makes the same id. Throws UsageError for two benchmarks of one name. */
export function importedResult(
  { tool, cells, where }: ImportedRun,
  about: { readonly machineKey: string; readonly time: string; readonly commit: Commit | undefined },
): Result {
  const { machineKey, time, commit } = about;
  const ids = new Map<string, string>();
  for (const { name } of cells) {
    const id = cellId(name);
    const other = ids.get(id);
    if (other !== undefined)
      throw new UsageError(`${where}: "${other}" and "${name}" would be one series: give one of them another name`);
    ids.set(id, name);
  }
  const text = JSON.stringify([tool, time, commit?.sha ?? null, cells]);
  const rounds = Math.max(1, ...cells.flatMap(({ values }) => Object.values(values).map(({ length }) => length)));
  return {
    schema: SCHEMA,
    run: {
      ...{ id: createHash('sha256').update(text).digest('hex').slice(0, 8), command: `multifd-bench import (${tool})` },
      ...{ startedAt: time, finishedAt: time, complete: true, seed: 0, rounds, slices: 1, sliceMs: 1, turnFactor: 1 },
      keepAwake: false,
    },
    machine: {
      ...{ key: machineKey, cpuModel: UNKNOWN, cores: 1, memoryBytes: 0, architecture: UNKNOWN, kernel: UNKNOWN },
      ...{ governor: null, clockSource: null, hypervisor: false, loadAverage: 0, stealShare: null },
    },
    node: { version: 'none', v8: 'none', flags: [] },
    commit: commit ?? null,
    code: { harness: tool, variants: {} },
    warnings: [],
    cells: cells.map(resultCell),
    comparisons: [],
  };
}

function resultCell({ name, values, failed }: ImportedCell): ResultCell {
  const metrics = Object.keys(values);
  const count = Math.max(0, ...metrics.map((metric) => values[metric]!.length));
  const visits = Array.from({ length: failed === undefined ? count : 0 }, (_, round) => {
    const own = metrics.flatMap((metric) => {
      const value = values[metric]![round];
      return value === undefined ? [] : [[metric, value] as const];
    });
    return {
      ...{ round, position: 0, values: Object.fromEntries(own), counters: {}, jobsPerChannel: [] },
      turns: Object.fromEntries(own.map(([metric, value]) => [metric, [value]])),
    };
  });
  return {
    ...{ id: cellId(name), table: IMPORTED, variant: wordOf(name), ...NO_AXES },
    ...(failed === undefined
      ? { status: 'measured', metrics: metricsOf(visits as never, undefined), visits }
      : { status: 'failed', reason: failed, metrics: {}, visits: [] }),
  } as ResultCell;
}

function cellId(name: string): string {
  return `${IMPORTED} ${wordOf(name)}`;
}

/** Ids are words between spaces, and those with = are axes. */
function wordOf(name: string): string {
  return (
    name
      .trim()
      .replaceAll(/[\s=\p{Cc}]+/gu, '_')
      .replaceAll(/^_+|_+$/g, '') || '_'
  );
}
