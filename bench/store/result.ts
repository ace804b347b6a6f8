// A run's result: every cell with all its axes, the value of each visit, and the medians derived from them.
import type { ScanKind } from '../../src/memory/scan.js';
import type { Cell, Dose } from '../../src/session/cell.js';
import type { CellCounts } from '../measure/counts.js';
import type { Failure, RecordedVisit } from '../measure/round.js';
import type { Measured, Stopped } from '../measure/rounds.js';
import { showWait } from '../plan/axes.js';
import type { Plan, PlannedCell } from '../plan/plan.js';
import { showRam } from '../plan/ram-flag.js';
import type { Shard } from '../plan/shard.js';
import { LEAST_SLICES, type Steadiness, steadiness } from '../stats/steadiness.js';
import { loadMissed, metricsOf } from './cell-metrics.js';
import { harnessHash, variantHash } from './code-hash.js';
import type { Commit } from './commit.js';
import { compareAblations } from './compare-ablations.js';
import { compareWithBaseline, type ResultComparison } from './comparisons.js';
import { encodeLatencies, type Histograms, type LatencySummary, pooled } from './latency-summary.js';
import type { Machine } from './machine.js';
import { SCHEMA } from './migrate.js';
import { type Price, priceOf } from './price.js';
import { mapValues, roundAll, rounded } from './rounding.js';
import { fitSlopes, type ResultSlope } from './slopes.js';

export interface MetricSummary {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** Fresh processes behind it. */
  readonly rounds: number;
}

/** One entry a number, and in timed cells `handoffNs`, `takenNs` and `freedNs` with all that is known of each. */
export type Metrics = Readonly<Record<string, MetricSummary>> &
  Readonly<Partial<Record<'handoffNs' | 'takenNs' | 'freedNs', LatencySummary>>>;

export interface ResultCell {
  readonly id: string;
  readonly table: string;
  readonly variant: string;
  readonly workload: string;
  readonly channels: number;
  readonly requesters: number;
  readonly depth: number;
  /** Batches of a channel that were published together; absent, each by itself. */
  readonly publishEvery?: number;
  readonly pageSize: number;
  readonly pagesPerBatch: number;
  readonly transport: string;
  readonly codec: string;
  readonly wait: { readonly provider: string; readonly sender: string };
  readonly place: string;
  /** Share of the capacity that an open loop offered; absent in closed loops. */
  readonly load?: number;
  readonly syncLoad?: 'idle' | 'slow';
  readonly providerWorkNs?: number;
  readonly senderWorkNs?: number;
  /** Absent where it is `plain`. */
  readonly scan?: ScanKind;
  readonly dose?: Dose;
  readonly elide: boolean;
  readonly rowBytes: number;
  readonly ram: string;
  readonly status: 'measured' | 'failed' | 'invalid' | 'skipped';
  readonly reason?: string;
  /** The id of the cell whose visits these are: it differs only in what the design has no choice of. */
  readonly sameAs?: string;
  /** What the shared words held when the cell hung. */
  readonly dump?: readonly string[];
  /** False where a thread could not be pinned. */
  readonly pinned?: boolean;
  /** Shared accesses of a batch and of a sync, where they were counted (`--explain`). */
  readonly counts?: CellCounts;
  /** How its slices behaved in most processes; absent where a process has too few of them to say. */
  readonly steadiness?: Steadiness;
  readonly metrics: Metrics;
  /** Timed cells: all samples, in HdrHistogram's compressed form, by metric. */
  readonly histograms?: Histograms;
  readonly visits: readonly {
    readonly round: number;
    readonly position: number;
    readonly values: Readonly<Record<string, number>>;
    /** What the table shows, turn by turn: what comparisons are made from. Absent in older files. */
    readonly turns?: Readonly<Record<string, readonly number[]>>;
    readonly counters: Readonly<Record<string, number>>;
    readonly jobsPerChannel: readonly number[];
    /** By thread: requesters, then senders. Absent in older files, and where the kernel does not count it. */
    readonly runQueueNs?: readonly number[];
    readonly delayNsPerChannel?: readonly number[];
  }[];
}

export interface Result {
  readonly schema: number;
  readonly run: {
    readonly id: string;
    readonly command: string;
    readonly startedAt: string;
    readonly finishedAt: string;
    /** False when it was interrupted or killed: it holds the rounds that were finished. */
    readonly complete: boolean;
    /** What ended it. Absent in older files. */
    readonly stopped?: Stopped;
    /** Share of its time inside timed slices, of the rounds that this file adds. */
    readonly timedShare?: number;
    /** The flags that made the plan: what `run --resume` reads. */
    readonly flags?: Readonly<Record<string, string | boolean>>;
    /** Id of the run whose rounds it goes on from. */
    readonly resumed?: string;
    /** Which part of a plan that was split (`--shard`), counted from 1. */
    readonly shard?: Shard;
    /** Ids of the runs that were merged into this one. */
    readonly merged?: readonly string[];
    readonly seed: number;
    readonly rounds: number;
    /** Timed slices a turn, and their length; turns of the designs under study are multiplied by the factor. */
    readonly slices: number;
    readonly sliceMs: number;
    readonly turnFactor: number;
    /** True when a thread of the idle class kept each CPU from halting. */
    readonly keepAwake: boolean;
  };
  readonly machine: Machine;
  readonly node: { readonly version: string; readonly v8: string; readonly flags: readonly string[] };
  readonly commit: Commit | null;
  readonly code: { readonly harness: string; readonly variants: Readonly<Record<string, string>> };
  readonly warnings: readonly string[];
  readonly cells: readonly ResultCell[];
  readonly comparisons: readonly ResultComparison[];
  /** One for each design that was measured with several doses. Absent in older files. */
  readonly slopes?: readonly ResultSlope[];
  /** The headline of a dose of locks. */
  readonly price?: Price;
}

export interface Surroundings {
  readonly id: string;
  readonly command: string;
  readonly startedAt: Date;
  readonly machine: Machine;
  readonly keepAwake: boolean;
  readonly commit: Commit | undefined;
  readonly warnings: readonly string[];
  readonly flags: Readonly<Record<string, string | boolean>>;
  readonly resumed: string | undefined;
  /** Of another build, where that was measured. */
  readonly code?: Result['code'];
  /** By cell id, where they were counted. */
  readonly counts?: ReadonlyMap<string, CellCounts>;
}

export function makeResult(plan: Plan, measured: Measured, around: Surroundings): Result {
  const { finishedRounds, stopped } = measured;
  const cells = resultCells(plan, measured).map((cell) => withCounts(cell, around.counts));
  const { id, command, startedAt, machine, keepAwake, commit, warnings, flags, resumed } = around;
  return {
    schema: SCHEMA,
    run: {
      id,
      command,
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      complete: stopped !== 'interrupted' && stopped !== 'killed',
      stopped,
      timedShare: Number((measured.timedNs / measured.wholeNs).toPrecision(3)),
      flags,
      ...(resumed === undefined ? {} : { resumed }),
      ...(plan.shard ? { shard: plan.shard } : {}),
      seed: plan.seed,
      rounds: finishedRounds,
      slices: plan.slices,
      sliceMs: plan.sliceMs,
      turnFactor: plan.turnFactor,
      keepAwake,
    },
    machine,
    node: { version: process.version, v8: process.versions.v8, flags: process.execArgv },
    commit: commit ?? null,
    code: around.code ?? {
      harness: harnessHash(),
      variants: Object.fromEntries(
        plan.listed.map(({ variant, source }) => [variant.name, variantHash(source.module)]),
      ),
    },
    warnings,
    cells,
    comparisons: comparisonsOf(plan, cells),
    ...slopesOf(plan, cells),
  };
}

/** The rows of all tables, from what was measured so far. */
export function resultCells(plan: Plan, { visits, failures }: Pick<Measured, 'visits' | 'failures'>): ResultCell[] {
  return plan.cells.map((planned) => resultCell(plan, planned, visits, failures));
}

/** Every design against the baseline, and every value of an ablation against one, table by table and metric by metric. */
export function comparisonsOf({ tables, studied }: Plan, cells: readonly ResultCell[]): ResultComparison[] {
  return tables.flatMap(({ id: table, metrics }) =>
    metrics.flatMap((metric) => {
      const own = cells.filter((cell) => cell.table === table);
      return [...compareWithBaseline(own, metric, studied), ...compareAblations(own, metric)];
    }),
  );
}

/** What doses cost, design by design, and the headline of it. */
export function slopesOf({ tables }: Plan, cells: readonly ResultCell[]): Pick<Result, 'slopes' | 'price'> {
  const slopes = tables.flatMap(({ id: table, metrics }) =>
    metrics.flatMap((metric) =>
      fitSlopes(
        cells.filter((cell) => cell.table === table),
        metric,
      ),
    ),
  );
  const price = priceOf(slopes);
  return slopes.length === 0 ? {} : { slopes, ...(price ? { price } : {}) };
}

function withCounts(cell: ResultCell, counted: Surroundings['counts']): ResultCell {
  const counts = counted?.get(cell.sameAs ?? cell.id);
  return counts ? { ...cell, counts: roundAll(counts) as CellCounts } : cell;
}

function resultCell(
  plan: Plan,
  planned: PlannedCell,
  visits: readonly RecordedVisit[],
  failures: readonly Failure[],
): ResultCell {
  const { id, table, cell, skipped, repeats } = planned;
  const measuredAs = repeats ?? id;
  const own = visits.filter(({ cellId }) => cellId === measuredAs);
  const shown = plan.tables.find((spec) => spec.id === table)!.metrics;
  const failure = failures.find(({ cellId }) => cellId === measuredAs);
  const missed = loadMissed(cell, own);
  const measured = missed === undefined ? 'measured' : 'invalid';
  const status = skipped !== undefined ? 'skipped' : failure || own.length === 0 ? 'failed' : measured;
  const reason = skipped ?? failure?.reason ?? (own.length === 0 ? 'no round was finished' : missed);
  const latencies = status === 'measured' ? pooled(own) : undefined;
  return {
    id,
    table,
    ...axesOf(cell),
    ram: showRam(plan.ram),
    status,
    ...(repeats === undefined ? {} : { sameAs: repeats }),
    ...(reason === undefined ? {} : { reason }),
    ...(failure && failure.dump.length > 0 ? { dump: failure.dump } : {}),
    ...(own.length > 0 ? { pinned: own.every(({ pinned }) => pinned) } : {}),
    ...steadinessOf(own),
    metrics: status === 'measured' ? metricsOf(own, latencies) : {},
    ...(latencies && { histograms: encodeLatencies(latencies) }),
    visits: own.map(({ round, position, values, turns, counters, jobsPerChannel, runQueueNs, delayNsPerChannel }) => ({
      round,
      position,
      values: mapValues(values, rounded),
      turns: Object.fromEntries(shown.map((metric) => [metric, (turns[metric] ?? []).map(rounded)])),
      counters: mapValues(counters, rounded),
      jobsPerChannel,
      ...(runQueueNs ? { runQueueNs: runQueueNs.map(rounded) } : {}),
      ...(delayNsPerChannel && { delayNsPerChannel: delayNsPerChannel.map(rounded) }),
    })),
  };
}

/** The middle one of what the processes show, from steady over drifting to unstable. */
function steadinessOf(visits: readonly RecordedVisit[]): { steadiness?: Steadiness } {
  const rounds = [...new Set(visits.map(({ round }) => round))];
  const states = rounds.flatMap((round) => {
    const slices = visits.filter((visit) => visit.round === round).flatMap((visit) => visit.slices);
    const inTime = slices.sort((x, y) => x.startedNs - y.startedNs).map(({ jobsPerSecond }) => jobsPerSecond);
    return inTime.length < LEAST_SLICES ? [] : [steadiness(inTime)];
  });
  const order: readonly Steadiness[] = ['steady', 'drifting', 'unstable'];
  const middle = states.sort((x, y) => order.indexOf(x) - order.indexOf(y))[states.length >> 1];
  return middle === undefined ? {} : { steadiness: middle };
}

function axesOf(cell: Cell) {
  const { variant, workload, channels, requesters, depth, pageSize, pagesPerBatch, transport, codec, place } = cell;
  const wait = { provider: showWait(cell.providerWait), sender: showWait(cell.senderWait) };
  const shape = { variant, workload, channels, requesters, depth, pageSize, pagesPerBatch };
  const { publishEvery, load, syncLoad, providerWorkNs, senderWorkNs, scan, dose } = cell;
  const where = { publishEvery, load, syncLoad, providerWorkNs, senderWorkNs, scan, dose };
  const some = Object.entries(where).filter(([, value]) => value);
  return {
    ...shape,
    transport,
    codec,
    wait,
    place,
    ...Object.fromEntries(some),
    elide: cell.elide,
    rowBytes: cell.rowBytes,
  };
}
