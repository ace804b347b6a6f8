// What a commit is judged by: the levels that a series had before it, and where the loss from one of them began.
import { differences, differenceText } from '../result/conditions.js';
import { type Changes, changePoints, LEAST_POINTS } from '../stats/change-points.js';
import { theilSen } from '../stats/drift.js';
import { squaresAboutMean } from '../stats/mean.js';
import { median } from '../stats/quantile.js';
import { usualSpread } from '../stats/spread.js';
import type { History, HistoryCommit, PlainSeries } from './history.js';

/** Of a level, so many commits are looked at, the newest ones. */
export const BASELINE_COMMITS = 10;
/** Those that make the level that was last accepted: few, so that what is lost after it is not in it. */
const ACCEPTED_COMMITS = 3;
/** By how much the median of so few commits widens the difference to it: the variance of a median is pi / 2 of a mean's. */
const FEW_MEDIAN = Math.sqrt(1 + Math.PI / 2 / ACCEPTED_COMMITS);
/** Taken for the noise of a history too short to show it. */
const UNKNOWN_NOISE = 0.03;
/** Among fewer points a step that is not certain yet looks like wandering. */
const LEAST_WANDERING = 30;
/** Fewer points do not show whether a loss came little by little. */
const LEAST_LINE = 6;

/** Points of a series that share a level, by their index. */
export interface Reference {
  readonly points: readonly number[];
  /** From run to run, as a fraction. */
  readonly noise: number;
}

export interface References {
  readonly levels: readonly Reference[];
  /** Set where all points were measured under other conditions than the candidate: nothing can be blamed on a commit. */
  readonly machine: string | undefined;
}

export interface ReferenceBounds {
  readonly accepted: number;
  readonly anchored: number;
  readonly higher: boolean;
  readonly changed: readonly (readonly string[])[];
}

/**
 * The levels before the last point: that of now; that of the first commits since somebody accepted one, which small
 * losses add up from; and each from which a step to the worse was never accepted. Only of the candidate's machine and
 * harness, where there are such.
 *
 * @param accepted first point whose level counts
 * @param anchored first point of the last accepted level, or of the last release
 * @param changed by commit of the history: the fields in which its machine differs from the candidate's
 */
export function referencesOf(
  { points, at }: PlainSeries,
  { commits }: History,
  { accepted, anchored, higher, changed }: ReferenceBounds,
): References {
  const end = points.length - 1;
  const candidate = commits[at[end]!]!;
  const all = Array.from({ length: Math.max(0, end - accepted) }, (_, index) => accepted + index);
  const changedAt = (point: number) => changed[at[point]!]!;
  const alike = all.filter((point) => changedAt(point).length === 0);
  const machine = alike.length === 0 && all.length > 0 ? changedAt(all.at(-1)!).join('; ') : undefined;
  const pool = machine === undefined ? alike : all;
  const own = pool.filter((point) => sameCode(commits[at[point]!]!, candidate));
  const used = own.length > 0 ? own : pool;
  if (used.length === 0) return { levels: [], machine };
  const changes = changePoints(used.map((point) => points[point]!));
  const values = used.map((point) => Math.log(points[point]!.value));
  const noise = noiseOf(values, changes);
  const since = changes.steps.at(-1)?.at ?? 0;
  const recent = { points: used.slice(since).slice(-BASELINE_COMMITS), noise };
  if (own.length === 0 || machine !== undefined) return { levels: [recent], machine };
  const first = own.findIndex((point) => point >= anchored);
  // Where a commit is one value, it takes more of them to show a level.
  const isOneValue = own.every((point) => points[point]!.error === undefined);
  const anchor = first < 0 ? [] : own.slice(first, first + (isOneValue ? BASELINE_COMMITS : ACCEPTED_COMMITS));
  const wandered = own.length < LEAST_WANDERING ? 0 : (changes.wanders?.move ?? 0) * Math.sqrt(own.length);
  const levels: Reference[] = [
    recent,
    ...(anchor.length > 0 ? [{ points: anchor, noise: Math.max(hopNoise(values) * FEW_MEDIAN, wandered) }] : []),
    ...changes.steps.flatMap(({ at: step, ratio }, index) => {
      if (first < 0 || step <= first || ratio > 1 === higher) return [];
      const from = Math.max(first, changes.steps[index - 1]?.at ?? 0, step - BASELINE_COMMITS);
      return [{ points: own.slice(from, step), noise }];
    }),
  ];
  return { levels, machine };
}

/** Fields in which two commits' machines differ, as text. */
export function changedConditions(before: HistoryCommit, after: HistoryCommit): string[] {
  return differences(before.runs.at(-1)!.conditions, after.runs.at(-1)!.conditions).map(differenceText);
}

export function sameCode(a: HistoryCommit, b: HistoryCommit): boolean {
  const [own, other] = [a.runs.at(-1)!, b.runs.at(-1)!];
  return own.code.harness === other.code.harness && own.node === other.node;
}

/** From run to run about one level: of the history where it is long enough, else of what there is. */
function noiseOf(logs: readonly number[], { noise, drifts }: Changes): number {
  if (logs.length >= LEAST_POINTS) return drifts.length > 0 ? hopNoise(logs) : noise;
  return logs.length < 3 ? UNKNOWN_NOISE : Math.sqrt(squaresAboutMean(logs) / (logs.length - 1));
}

/** The same from one run to the next, which losses from commit to commit hardly widen. */
function hopNoise(logs: readonly number[]): number {
  if (logs.length < 3) return UNKNOWN_NOISE;
  return usualSpread(logs.slice(1).map((log, at) => log - logs[at]!)) / Math.SQRT2;
}

/** Where a loss began: at a commit, or little by little from one on. */
export interface Began {
  readonly kind: 'step' | 'slowly';
  readonly point: number;
}

/** Splits the points from the first of a reference to the candidate where two levels fit them best, unless a line does. */
export function beganAt({ points }: PlainSeries, reference: Reference): Began {
  const from = reference.points[0]!;
  const logs = points.slice(from).map(({ value }) => Math.log(value));
  const spread = (values: readonly number[]) => {
    const level = median(values);
    return values.reduce((sum, value) => sum + Math.abs(value - level), 0);
  };
  let best = { cut: logs.length - 1, cost: Infinity };
  for (let cut = 1; cut < logs.length; cut++) {
    const cost = spread(logs.slice(0, cut)) + spread(logs.slice(cut));
    if (cost <= best.cost) best = { cut, cost };
  }
  if (logs.length >= LEAST_LINE) {
    const { slope, intercept } = theilSen(logs);
    const line = logs.reduce((sum, log, at) => sum + Math.abs(log - intercept - slope * at), 0);
    if (line < best.cost) return { kind: 'slowly', point: from };
  }
  return { kind: 'step', point: from + best.cut };
}
