// What a report shows, as plain data: made from a saved run, embedded in the page, drawn and written as CSV from there.

import { groupOf } from '../result/comparisons.js';
import type { Result, ResultCell, ResultComparison, ResultSlope } from '../result/document.js';
import { shownMetric } from '../result/latency-summary.js';
import { fitSlopes } from '../result/slopes.js';
import type { Verdict } from '../stats/verdict.js';
import { isOversubscribed } from '../tables/comparison-table.js';
import { METRIC_VIEWS } from '../tables/metrics.js';
import type { HistoryChange } from '../tracking/history-changes.js';
import { type Curves, curvesOf } from './curves.js';
import { type Group, groupsOf } from './groups.js';
import type { DrawnPeer } from './peer.js';
import { printable } from './printable.js';

/** `low` and `high` are absent where a percentile rests on all samples together. */
export interface Value {
  readonly median: number;
  readonly low?: number;
  readonly high?: number;
  readonly rounds?: number;
}

export interface ReportCell {
  readonly group: number;
  readonly variant: string;
  readonly channels: number;
  readonly requesters: number;
  readonly pageSize: number;
  readonly pagesPerBatch: number;
  readonly status: ResultCell['status'];
  readonly reason?: string;
  /** Whether provider and senders are more than the CPUs. */
  readonly oversubscribed: boolean;
  readonly steadiness?: string;
  /** Turns of 50 ms: in short ones it, or one beside it, is another design. */
  readonly longTurns?: boolean;
  readonly metrics: Readonly<Record<string, Value>>;
  readonly curves?: Curves;
}

/** `low` to `resolvable` are absent where one process alone cannot bound them: JSON has no infinity. */
export interface ReportComparison {
  readonly group: number;
  readonly channels: number;
  readonly pageSize: number;
  readonly a: string;
  readonly b: string;
  readonly metric: string;
  readonly ratio: number;
  readonly low?: number;
  readonly high?: number;
  readonly noiseFloor?: number;
  readonly resolvable?: number;
  readonly p: number;
  readonly n: number;
  readonly underNoiseFloor: boolean;
  readonly verdict: Verdict;
}

/** A line that a model draws over the measured points of one variant. */
export interface ModelCurve {
  readonly group: number;
  readonly pageSize: number;
  readonly variant: string;
  readonly metric: string;
  readonly name: 'USL' | 'closed network';
  readonly points: readonly (readonly [channels: number, value: number])[];
}

export interface Report {
  readonly name: string;
  readonly cores: number;
  readonly variants: readonly string[];
  /** Whether the designs were asked for by name, and so all are under study. */
  readonly named: boolean;
  readonly groups: readonly Group[];
  /** The table of each group. */
  readonly tables: readonly string[];
  readonly cells: readonly ReportCell[];
  readonly comparisons: readonly ReportComparison[];
  readonly slopes: readonly ResultSlope[];
  readonly models: readonly ModelCurve[];
  /** Of its cells over commits; absent where it was not asked for or there is none. */
  readonly history?: DrawnHistory;
  /** Beside QEMU's own sender, on the machine of the run; absent where that was not measured. */
  readonly peer?: DrawnPeer;
}

/** The report of one run. `name`: what the reader knows the run by. */
export function reportOf(result: Result, name: string): Report {
  const { groups, indexes } = groupsOf(result.cells);
  const places = new Map<string, number>(
    result.cells.map((cell, index) => [`${cell.variant} ${groupOf(cell)}`, indexes[index]!] as const),
  );
  const cellOf = new Map<string, ResultCell>(
    result.cells.map((cell) => [`${cell.variant} ${groupOf(cell)}`, cell] as const),
  );
  const comparisons = result.comparisons.flatMap((compared): ReportComparison[] => {
    const key = `${compared.b} ${compared.cell}`;
    const cell = cellOf.get(key);
    if (!cell) return [];
    const { a, b, metric, ratio, adjustedP: p, n, underNoiseFloor, verdict } = compared;
    const { channels, pageSize } = cell;
    const place = { group: places.get(key)!, channels, pageSize };
    return [{ ...place, a, b, metric, ratio, p, n, underNoiseFloor, verdict, ...boundsOf(compared) }];
  });
  return printable({
    name,
    cores: result.machine.cores,
    variants: [...new Set(result.cells.map(({ variant }) => variant))],
    named: result.run.flags?.variants !== undefined,
    groups,
    tables: groups.map((_, group) => result.cells[indexes.indexOf(group)]!.table),
    cells: result.cells.map((cell, index) => reportCell(cell, indexes[index]!, result.machine.cores)),
    comparisons,
    slopes: fittedSlopes(result),
    models: [],
  });
}

/** With the points that each line was fitted to: older files hold medians, which a mean of fits does not go through. */
function fittedSlopes({ slopes = [], cells }: Result): readonly ResultSlope[] {
  return slopes.map((slope) => {
    const own = cells.filter(({ table, variant }) => table === slope.table && variant === slope.variant);
    const fitted = fitSlopes(own, slope.metric).find(({ cell }) => cell === slope.cell);
    return fitted ? { ...slope, values: fitted.values } : slope;
  });
}

function boundsOf({ low, high, noiseFloor, resolvable }: ResultComparison): Partial<ReportComparison> {
  return {
    ...(Number.isFinite(high) ? { low, high } : {}),
    ...(Number.isFinite(noiseFloor) ? { noiseFloor } : {}),
    ...(Number.isFinite(resolvable) ? { resolvable } : {}),
  };
}

function reportCell(cell: ResultCell, group: number, cores: number): ReportCell {
  const { variant, channels, requesters, pageSize, pagesPerBatch, status, reason, steadiness, histograms } = cell;
  const metrics = Object.keys(METRIC_VIEWS).flatMap((name): [string, Value][] => {
    const value = shownMetric(cell, name);
    return value ? [[name, value]] : [];
  });
  return {
    ...{ group, variant, channels, requesters, pageSize, pagesPerBatch, status },
    ...(reason === undefined ? {} : { reason }),
    oversubscribed: isOversubscribed(cell, cores),
    ...(steadiness === undefined ? {} : { steadiness }),
    ...(cell.visits.some(({ longTurns }) => longTurns) && { longTurns: true }),
    metrics: Object.fromEntries(metrics),
    ...(histograms === undefined ? {} : { curves: curvesOf(histograms) }),
  };
}

/** A commit that is drawn. */
interface DrawnCommit {
  readonly name: string;
  readonly time: string;
  readonly subject: string;
}

export interface DrawnChange {
  readonly kind: HistoryChange['kind'];
  readonly verdict: HistoryChange['verdict'];
  readonly ratio: number;
  readonly low?: number;
  readonly high?: number;
  /** Places of commits among those that are drawn. */
  readonly from: number;
  readonly to: number;
  /** What else changed with it, or why it is taken for granted. */
  readonly note?: string;
}

export interface DrawnSeries {
  readonly group: number;
  readonly variant: string;
  readonly channels: number;
  readonly pageSize: number;
  readonly metric: string;
  /** Places of the commits that measured it, its medians there, and the standard errors of their logarithms. */
  readonly at: readonly number[];
  readonly medians: readonly number[];
  readonly errors?: readonly number[];
  readonly changes: readonly DrawnChange[];
}

export interface DrawnHistory {
  /** Which order the commits are in. */
  readonly order: string;
  /** How many commits there are, and among how many of the newest changes were looked for. */
  readonly measured: number;
  readonly searched: number;
  readonly commits: readonly DrawnCommit[];
  readonly series: readonly DrawnSeries[];
}
