// A run's result: every cell with all its axes, the value of each visit, and the medians derived from them.

import { mapValues, roundAll, rounded } from '../base/rounding.js';
import type { CellCounts } from '../measure/counts.js';
import type { Measured } from '../measure/measure.js';
import type { Failure, RecordedVisit } from '../measure/round.js';
import { resultAxes } from '../plan/axis-fields.js';
import type { Plan, PlannedCell } from '../plan/planned.js';
import { showRam } from '../plan/ram-flag.js';
import { LEAST_SLICES, type Steadiness, steadiness } from '../stats/steadiness.js';
import { harnessHash, variantHash } from '../system/code-hash.js';
import { measuredFlags } from '../system/runtime.js';
import { loadMissed, metricsOf } from './cell-metrics.js';
import { compareAblations } from './compare-ablations.js';
import { compareWithBaseline } from './comparisons.js';
import { type Result, type ResultCell, type ResultComparison, SCHEMA, type Surroundings } from './document.js';
import { encodeLatencies, pooled } from './latency-summary.js';
import { priceOf } from './price.js';
import { fitSlopes } from './slopes.js';

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
      visitMs: plan.visitMs,
      ...(plan.turnMs === undefined ? {} : { turnMs: plan.turnMs }),
      keepAwake,
      ...(around.neighbours ? { neighbours: around.neighbours } : {}),
    },
    machine,
    node: { version: process.version, v8: process.versions.v8, flags: measuredFlags() },
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
    ...resultAxes(cell),
    ram: showRam(plan.ram),
    status,
    ...(repeats === undefined ? {} : { sameAs: repeats }),
    ...(reason === undefined ? {} : { reason }),
    ...(failure && failure.dump.length > 0 ? { dump: failure.dump } : {}),
    ...(own.length > 0 ? { pinned: own.every(({ pinned }) => pinned) } : {}),
    ...steadinessOf(own),
    metrics: status === 'measured' ? metricsOf(own, latencies) : {},
    ...(latencies && { histograms: encodeLatencies(latencies) }),
    visits: own.map(({ values, turns, counters, runQueueNs, delayNsPerChannel, longTurns, ...visit }) => ({
      round: visit.round,
      position: visit.position,
      values: mapValues(values, rounded),
      turns: Object.fromEntries(shown.map((metric) => [metric, (turns[metric] ?? []).map(rounded)])),
      counters: mapValues(counters, rounded),
      jobsPerChannel: visit.jobsPerChannel,
      ...(runQueueNs ? { runQueueNs: runQueueNs.map(rounded) } : {}),
      ...(delayNsPerChannel && { delayNsPerChannel: delayNsPerChannel.map(rounded) }),
      ...(longTurns && { longTurns }),
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
