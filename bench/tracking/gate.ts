// A commit's saved runs against those before it: every cell up the ladder, but for the confirming rerun.

import { betterOf, byRound } from '../result/comparisons.js';
import type { Result } from '../result/document.js';
import { changePoints, LEAST_POINTS } from '../stats/change-points.js';
import { climb, type GateEvidence, type Rung, type Thresholds } from '../stats/gate-ladder.js';
import { holm } from '../stats/holm.js';
import { mean, squaresAboutMean } from '../stats/mean.js';
import { median } from '../stats/quantile.js';
import { rankSum } from '../stats/rank-sum.js';
import { readStored } from '../store/read.js';
import type { Blessing } from './blessings.js';
import type { History, HistoryCommit, Series } from './history.js';

/** Of the level before the candidate, so many commits are looked at, the newest ones. */
const BASELINE_COMMITS = 10;
/** Taken for the noise of a history too short to show it. */
const UNKNOWN_NOISE = 0.03;

/** passed: a rung did not hold, or a rerun said otherwise; suspect: all but the rerun hold; failed: that too. */
export type GateStatus = 'passed' | 'suspect' | 'failed' | 'accepted' | 'no-data';

export interface GateRow {
  readonly cell: string;
  readonly metric: string;
  /** Candidate to baseline. */
  readonly ratio: number | undefined;
  readonly status: GateStatus;
  readonly rungs: readonly Rung[];
  /** The newest commit of the baseline. */
  readonly baseline: string | undefined;
  /** Why it is taken for granted, or has no data. */
  readonly reason?: string;
}

export interface GateOptions {
  /** Up to the candidate, which is its last commit. */
  readonly history: History;
  readonly series: readonly Series[];
  readonly blessings: readonly Blessing[];
  /** Undefined for what is ignored. */
  readonly thresholds: (cell: string, metric: string) => Thresholds | undefined;
  readonly holds: (filter: string, cell: string, metric: string) => boolean;
}

/** A series with what the candidate and its baseline have of it. */
interface Judged {
  readonly series: Series;
  readonly limits: Thresholds;
  readonly evidence: Omit<GateEvidence, 'adjustedP'>;
  readonly p: number;
  readonly ratio: number;
  readonly baseline: string | undefined;
}

export function judge(options: GateOptions): GateRow[] {
  const results = new Map<string, Result>();
  const judged = options.series.flatMap((each) => judgeSeries(each, options, results) ?? []);
  const asked = judged.filter((each) => 'evidence' in each);
  const adjusted = holm(asked.map(({ p }) => p));
  return judged.map((each) => {
    if (!('evidence' in each)) return each;
    const { series, limits, evidence, ratio, baseline } = each;
    const rungs = climb({ ...evidence, adjustedP: adjusted[asked.indexOf(each)]! }, limits);
    const last = rungs.at(-1)!;
    const status = last.holds ? 'suspect' : last.name === 'data' ? 'no-data' : 'passed';
    return { cell: series.cell, metric: series.metric, ratio, status, rungs, baseline };
  });
}

/** The evidence, or the row where there is none; undefined for what is ignored. */
function judgeSeries(series: Series, options: GateOptions, results: Map<string, Result>): Judged | GateRow | undefined {
  const { history, thresholds } = options;
  const { cell, metric, at } = series;
  const limits = thresholds(cell, metric);
  if (!limits) return undefined;
  const row = { cell, metric, ratio: undefined, rungs: [], baseline: undefined };
  if (at.at(-1) !== history.commits.length - 1)
    return { ...row, status: 'no-data', reason: 'not measured of this commit' };
  const accepted = acceptance(options, series);
  const before = baselineOf(series, accepted?.from ?? 0);
  if (before.length > 0) return evidenceOf(series, before, history, results, limits);
  if (accepted) return { ...row, status: 'accepted', reason: accepted.reason };
  return { ...row, status: 'no-data', reason: 'nothing before it measured this cell' };
}

/** The newest accepted change of a series, and the first of its points that has it. */
function acceptance({ history, blessings, holds }: GateOptions, { cell, metric, at }: Series) {
  const places = blessings.flatMap(({ commit, filter, reason }) => {
    const own = history.placeOf(commit);
    return own === undefined || (filter !== undefined && !holds(filter, cell, metric)) ? [] : [{ own, reason }];
  });
  const newest = places.toSorted((x, y) => x.own - y.own).at(-1);
  if (!newest) return undefined;
  const from = at.findIndex((commit) => (history.commits[commit]!.place ?? -1) >= newest.own);
  return from < 0 ? undefined : { from, reason: newest.reason };
}

/** Points before the candidate's that share its level until then: from the last step, or accepted change, on. */
function baselineOf({ points }: Series, from: number): number[] {
  const end = points.length - 1;
  const { steps } = changePoints(points.slice(0, end));
  const begin = Math.max(from, steps.at(-1)?.at ?? 0, end - BASELINE_COMMITS);
  return Array.from({ length: Math.max(0, end - begin) }, (_, at) => begin + at);
}

function evidenceOf(
  series: Series,
  before: readonly number[],
  { commits }: History,
  results: Map<string, Result>,
  limits: Thresholds,
): Judged {
  const { cell, metric, at, points } = series;
  const candidate = commits.at(-1)!;
  const commitsBefore = before.map((point) => commits[at[point]!]!);
  const processesOf = ({ runs }: HistoryCommit) =>
    runs.flatMap(({ file }) => logsOf(read(file.path, results), cell, metric));
  const own = processesOf(candidate);
  const others = commitsBefore.flatMap(processesOf);
  const level = median(before.map((point) => points[point]!.value));
  const { value } = points.at(-1)!;
  const higher = betterOf(metric) === 'higher';
  const ratio = value / level;
  const newest = commitsBefore.at(-1)!;
  const ranks = own.length > 0 && others.length > 0 ? rankSum(others, own) : { p: 1, above: 0.5 };
  const evidence = {
    processes: { baseline: others.length, candidate: own.length },
    sameCode: sameCode(candidate, newest),
    worse: higher ? 1 / ratio : ratio,
    difference: higher ? level - value : value - level,
    noise: noiseOf(series, before),
    separation: higher ? 1 - ranks.above : ranks.above,
  };
  return { series, limits, evidence, p: ranks.p, ratio, baseline: newest.sha };
}

/** From run to run about one level: of the history where it is long enough, else of the baseline. */
function noiseOf({ points }: Series, before: readonly number[]): number {
  const earlier = points.slice(0, -1);
  if (earlier.length >= LEAST_POINTS) return changePoints(earlier).noise;
  const logs = before.map((point) => Math.log(points[point]!.value));
  return logs.length < 3 ? UNKNOWN_NOISE : Math.sqrt(squaresAboutMean(logs) / (logs.length - 1));
}

function sameCode(a: HistoryCommit, b: HistoryCommit): boolean {
  const [own, other] = [a.runs.at(-1)!, b.runs.at(-1)!];
  return own.code.harness === other.code.harness && own.node === other.node;
}

/** The logarithm of each process's value. */
function logsOf({ cells }: Result, id: string, metric: string): number[] {
  const cell = cells.find((each) => each.id === id && each.status === 'measured');
  const values = [...byRound(cell?.visits ?? [], metric).values()];
  return values.filter((own) => own.every((value) => value > 0)).map((own) => mean(own.map(Math.log)));
}

function read(path: string, results: Map<string, Result>): Result {
  const known = results.get(path) ?? readStored(path);
  results.set(path, known);
  return known;
}
