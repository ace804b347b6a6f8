// A run's result: every cell with all its axes, the value of each visit, and the medians derived from them.
import type { Cell } from '../../src/session/cell.js';
import type { Failure, Measured, RecordedVisit } from '../measure/rounds.js';
import { axes, showWait } from '../plan/axes.js';
import type { Plan, PlannedCell } from '../plan/plan.js';
import { showRam } from '../plan/ram-flag.js';
import { type Comparison, compare } from '../stats/comparison.js';
import { holm } from '../stats/holm.js';
import { medianInterval } from '../stats/quantile.js';
import { type Verdict, verdict } from '../stats/verdict.js';
import { harnessHash, variantHash } from './code-hash.js';
import type { Commit } from './commit.js';
import type { Machine } from './machine.js';

/** Raised with every change of meaning; readers refuse what they do not know. */
export const SCHEMA = 1;

export interface MetricSummary {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  /** Fresh processes behind it. */
  readonly rounds: number;
}

export interface ResultCell {
  readonly id: string;
  readonly table: string;
  readonly variant: string;
  readonly workload: string;
  readonly channels: number;
  readonly requesters: number;
  readonly depth: number;
  readonly pageSize: number;
  readonly pagesPerBatch: number;
  readonly transport: string;
  readonly codec: string;
  readonly wait: { readonly provider: string; readonly sender: string };
  readonly place: string;
  readonly elide: boolean;
  readonly rowBytes: number;
  readonly ram: string;
  readonly status: 'measured' | 'failed' | 'invalid' | 'skipped';
  readonly reason?: string;
  /** What the shared words held when the cell hung. */
  readonly dump?: readonly string[];
  /** False where a thread could not be pinned. */
  readonly pinned?: boolean;
  readonly metrics: Readonly<Record<string, MetricSummary>>;
  readonly visits: readonly {
    readonly round: number;
    readonly position: number;
    readonly values: Readonly<Record<string, number>>;
    readonly counters: Readonly<Record<string, number>>;
    readonly jobsPerChannel: readonly number[];
  }[];
}

export interface ResultComparison {
  /** The cell's id, but for the variant. */
  readonly cell: string;
  readonly a: string;
  readonly b: string;
  readonly metric: string;
  /** b to a. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  readonly p: number;
  readonly adjustedP: number;
  readonly n: number;
  readonly noiseFloor: number;
  readonly underNoiseFloor: boolean;
  readonly resolvable: number;
  readonly verdict: Verdict;
}

export interface Result {
  readonly schema: number;
  readonly run: {
    readonly id: string;
    readonly command: string;
    readonly startedAt: string;
    readonly finishedAt: string;
    /** False when it was interrupted: it holds the rounds that were finished. */
    readonly complete: boolean;
    readonly seed: number;
    readonly rounds: number;
    /** Timed slices a turn, and their length; turns of the designs under study are multiplied by the factor. */
    readonly slices: number;
    readonly sliceMs: number;
    readonly turnFactor: number;
  };
  readonly machine: Machine;
  readonly node: { readonly version: string; readonly v8: string; readonly flags: readonly string[] };
  readonly commit: Commit | null;
  readonly code: { readonly harness: string; readonly variants: Readonly<Record<string, string>> };
  readonly warnings: readonly string[];
  readonly cells: readonly ResultCell[];
  readonly comparisons: readonly ResultComparison[];
}

/** The pair under study: compared in every table, unless one of them is not there. */
export const BASELINE = 'mutex';
const HIGHER_IS_BETTER = new Set(['jobsPerSecond', 'pagesPerSecond', 'mibPerSecond']);

export interface Surroundings {
  readonly id: string;
  readonly command: string;
  readonly startedAt: Date;
  readonly machine: Machine;
  readonly commit: Commit | undefined;
  readonly warnings: readonly string[];
}

export function makeResult(plan: Plan, measured: Measured, around: Surroundings): Result {
  const { visits, failures, finishedRounds } = measured;
  const cells = plan.cells.map((planned) => resultCell(plan, planned, visits, failures));
  const { id, command, startedAt, machine, commit, warnings } = around;
  return {
    schema: SCHEMA,
    run: {
      id,
      command,
      startedAt: startedAt.toISOString(),
      finishedAt: new Date().toISOString(),
      complete: finishedRounds === plan.rounds,
      seed: plan.seed,
      rounds: finishedRounds,
      slices: plan.slices,
      sliceMs: plan.sliceMs,
      turnFactor: plan.turnFactor,
    },
    machine,
    node: { version: process.version, v8: process.versions.v8, flags: process.execArgv },
    commit: commit ?? null,
    code: {
      harness: harnessHash(),
      variants: Object.fromEntries(
        plan.listed.map(({ variant, source }) => [variant.name, variantHash(source.module)]),
      ),
    },
    warnings,
    cells,
    comparisons: plan.tables.flatMap(({ id: table, metrics }) =>
      metrics.flatMap((metric) =>
        compareWithBaseline(
          cells.filter((cell) => cell.table === table),
          metric,
        ),
      ),
    ),
  };
}

function resultCell(
  plan: Plan,
  planned: PlannedCell,
  visits: readonly RecordedVisit[],
  failures: readonly Failure[],
): ResultCell {
  const { id, table, cell, skipped } = planned;
  const own = visits.filter(({ cellId }) => cellId === id);
  const failure = failures.find(({ cellId }) => cellId === id);
  const status = skipped !== undefined ? 'skipped' : failure || own.length === 0 ? 'failed' : 'measured';
  const reason = skipped ?? failure?.reason ?? (own.length === 0 ? 'no round was finished' : undefined);
  return {
    id,
    table,
    ...axesOf(cell),
    ram: showRam(plan.ram),
    status,
    ...(reason === undefined ? {} : { reason }),
    ...(failure && failure.dump.length > 0 ? { dump: failure.dump } : {}),
    ...(own.length > 0 ? { pinned: own.every(({ pinned }) => pinned) } : {}),
    metrics: status === 'measured' ? summarise(own) : {},
    visits: own.map(({ round, position, values, counters, jobsPerChannel }) => ({
      round,
      position,
      values: mapValues(values, rounded),
      counters: mapValues(counters, rounded),
      jobsPerChannel,
    })),
  };
}

function axesOf(cell: Cell) {
  const { variant, workload, channels, requesters, depth, pageSize, pagesPerBatch, transport, codec, place } = cell;
  const wait = { provider: showWait(cell.providerWait), sender: showWait(cell.senderWait) };
  const shape = { variant, workload, channels, requesters, depth, pageSize, pagesPerBatch };
  return { ...shape, transport, codec, wait, place, elide: cell.elide, rowBytes: cell.rowBytes };
}

/** Medians over processes of the mean over a process's visits, each with its order-statistic interval. */
function summarise(visits: readonly RecordedVisit[]): Record<string, MetricSummary> {
  const names = Object.keys(visits[0]!.values);
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

/** Every other variant against the baseline, cell by cell; Holm over the pair under study, in one table and metric. */
function compareWithBaseline(cells: readonly ResultCell[], metric: string): ResultComparison[] {
  const pairs = cells.flatMap((b) => {
    const a = cells.find((cell) => cell.variant === BASELINE && groupOf(cell) === groupOf(b));
    if (!a || a === b || a.status !== 'measured' || b.status !== 'measured') return [];
    const [ofA, ofB] = [byRound(a.visits, metric), byRound(b.visits, metric)];
    const processes = [...ofA].flatMap(([round, values]) => {
      const others = ofB.get(round);
      return others && values.length > 1 && others.length > 1 ? [{ a: values, b: others }] : [];
    });
    return processes.length > 0 ? [{ a, b, comparison: compare(processes) }] : [];
  });
  const studied = pairs.filter(({ b }) => b.variant === 'atomic-barrier');
  const adjusted = holm(studied.map(({ comparison }) => comparison.p));
  return pairs.map((pair) => {
    const { a, b, comparison } = pair;
    const adjustedP = adjusted[studied.indexOf(pair)] ?? comparison.p;
    const better = HIGHER_IS_BETTER.has(metric) ? 'higher' : 'lower';
    const names = { cell: groupOf(b), a: a.variant, b: b.variant, metric };
    return {
      ...names,
      ...numbers(comparison),
      adjustedP: rounded(adjustedP),
      verdict: verdict(comparison, adjustedP, { better }),
    };
  });
}

function numbers({ ratio, low, high, p, n, noiseFloor, underNoiseFloor, resolvable }: Comparison) {
  const fractions = mapValues({ ratio, low, high, p, noiseFloor, resolvable }, rounded);
  return { ...fractions, n, underNoiseFloor };
}

/** A cell without its variant: what two rows must share to be compared. */
export function groupOf({ id, variant }: Pick<ResultCell, 'id' | 'variant'>): string {
  return id.replace(` ${variant} `, ' ');
}

function byRound(visits: readonly { round: number; values: Readonly<Record<string, number>> }[], metric: string) {
  const rounds = new Map<number, number[]>();
  for (const { round, values } of visits) rounds.set(round, [...(rounds.get(round) ?? []), values[metric]!]);
  return rounds;
}

/** Five significant digits: more would only make files differ. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

function mapValues<K extends string>(record: Readonly<Record<K, number>>, change: (value: number) => number) {
  return Object.fromEntries(Object.entries<number>(record).map(([key, value]) => [key, change(value)])) as Record<
    K,
    number
  >;
}

/** Names of the axes as results have them, for readers that list them. */
export const AXIS_NAMES = Object.keys(axes);
