// A commit's saved runs against those before it: every cell up the ladder, but for the confirming rerun.

import { betterOf, byRound } from '../result/comparisons.js';
import type { Result } from '../result/document.js';
import { climb, type GateEvidence, type Thresholds } from '../stats/gate-ladder.js';
import { holm } from '../stats/holm.js';
import { mean } from '../stats/mean.js';
import { predictionP } from '../stats/prediction.js';
import { median } from '../stats/quantile.js';
import { rankSum, smallestRankSumP } from '../stats/rank-sum.js';
import { readStored } from '../store/read.js';
import type { Blessing } from './blessings.js';
import { absentRow } from './gate-absent.js';
import { beganAt, type Reference, referencesOf, sameCode } from './gate-references.js';
import type { Acceptance, GateLimits, GateRow } from './gate-row.js';
import type { History, HistoryCommit, PlainSeries } from './history.js';

export interface GateOptions {
  /** Up to the candidate, which is its last commit. */
  readonly history: History;
  readonly series: readonly PlainSeries[];
  readonly blessings: readonly Blessing[];
  /** Place on the line of the last release before the candidate: its level was accepted. */
  readonly release?: number | undefined;
  /** Undefined for what is ignored. */
  readonly thresholds: (cell: string, metric: string) => GateLimits | undefined;
  readonly holds: (filter: string, cell: string, metric: string) => boolean;
}

/** A series with what the candidate and its baseline have of it. */
interface Judged {
  readonly series: PlainSeries;
  readonly limits: Thresholds;
  readonly evidence: Omit<GateEvidence, 'adjustedP'>;
  readonly p: number;
  /** The smallest that so many processes could have given. */
  readonly leastP: number;
  readonly ratio: number;
  readonly reference: Reference;
  readonly machine: string | undefined;
}

export function judge(options: GateOptions): GateRow[] {
  const results = new Map<string, Result>();
  const judged = options.series.flatMap((each) => judgeSeries(each, options, results) ?? []);
  const asked = judged.filter((each) => 'evidence' in each);
  const adjusted = holm(asked.map(({ p }) => p));
  return judged.map((each) => {
    if (!('evidence' in each)) return each;
    const leastP = Math.min(1, each.leastP * asked.length);
    return rowOf(each, { ...each.evidence, adjustedP: adjusted[asked.indexOf(each)]!, leastP }, options.history);
  });
}

function rowOf(
  { series, limits, ratio, reference, machine }: Judged,
  evidence: GateEvidence,
  { commits }: History,
): GateRow {
  const commitAt = (point: number) => commits[series.at[point]!]!;
  const row = { cell: series.cell, metric: series.metric, ratio };
  const newest = commitAt(reference.points.at(-1)!).sha;
  const rungs = climb(evidence, limits);
  if (machine !== undefined) {
    const seen = `the machine changed here: ${machine}: a rerun of both builds decides`;
    return { ...row, status: 'suspect', baseline: newest, rungs: [{ name: 'machine', holds: true, seen }] };
  }
  const last = rungs.at(-1)!;
  if (!last.holds) return { ...row, status: last.undecided ? 'no-data' : 'passed', rungs, baseline: newest };
  const began = beganAt(series, reference);
  if (began.point === series.points.length - 1) return { ...row, status: 'suspect', rungs, baseline: newest };
  const { sha, subject, runs } = commitAt(began.point);
  const since = { commit: sha ?? runs[0]!.id, subject: subject ?? '', kind: began.kind };
  const before = began.kind === 'step' ? commitAt(began.point - 1).sha : newest;
  return { ...row, status: 'suspect', rungs, baseline: before, since };
}

/** The evidence, or the row where there is none; undefined for what is ignored. */
function judgeSeries(
  series: PlainSeries,
  options: GateOptions,
  results: Map<string, Result>,
): Judged | GateRow | undefined {
  const { history, thresholds, release } = options;
  const { cell, metric, at } = series;
  const limits = thresholds(cell, metric);
  if (!limits) return undefined;
  const accepted = acceptance(options, series);
  if (at.at(-1) !== history.commits.length - 1) return absentRow(series, history, limits, accepted);
  const from = accepted?.from ?? 0;
  const released = release === undefined ? 0 : firstFrom(series, history, release);
  const anchored = Math.max(from, released < 0 ? 0 : released);
  const { levels, machine } = referencesOf(series, history, { accepted: from, anchored, higher: isHigher(metric) });
  const evidences = levels.map((level) => evidenceOf(series, level, history, results, limits));
  // Of the levels that it lost from the one that is most certain, else the best; each was one more chance to be wrong.
  const lost = evidences.filter(({ evidence }) => climb(evidence, limits).at(-1)!.holds);
  const byLoss = (lost.length > 0 ? lost : evidences).toSorted((x, y) => y.evidence.worse - x.evidence.worse);
  const worst = lost.length > 0 ? byLoss.toSorted((x, y) => x.p - y.p)[0] : byLoss[0];
  if (worst)
    return { ...worst, p: Math.min(1, worst.p * levels.length), leastP: worst.leastP * levels.length, machine };
  const row = { cell, metric, ratio: undefined, rungs: [], baseline: undefined };
  if (accepted) return { ...row, status: 'accepted', reason: accepted.reason };
  return { ...row, status: 'no-data', reason: 'nothing before it measured this cell' };
}

/** The newest accepted change of a series; one after its last point begins behind that. */
function acceptance({ history, blessings, holds }: GateOptions, series: PlainSeries): Acceptance | undefined {
  const { cell, metric } = series;
  const places = blessings.flatMap(({ commit, filter, reason }) => {
    const place = history.placeOf(commit);
    return place === undefined || (filter !== undefined && !holds(filter, cell, metric)) ? [] : [{ place, reason }];
  });
  const newest = places.toSorted((x, y) => x.place - y.place).at(-1);
  if (!newest) return undefined;
  const from = firstFrom(series, history, newest.place);
  return { ...newest, from: from < 0 ? series.points.length : from };
}

/** The first point of a commit at that place of the line, or after it; -1 where there is none. */
function firstFrom({ at }: PlainSeries, { commits }: History, place: number): number {
  return at.findIndex((commit) => (commits[commit]!.place ?? -1) >= place);
}

function evidenceOf(
  series: PlainSeries,
  reference: Reference,
  { commits }: History,
  results: Map<string, Result>,
  limits: Thresholds,
): Omit<Judged, 'machine'> {
  const { cell, metric, at, points } = series;
  const candidate = commits.at(-1)!;
  const commitsBefore = reference.points.map((point) => commits[at[point]!]!);
  const processesOf = ({ runs }: HistoryCommit) =>
    runs.flatMap(({ file }) => logsOf(read(file.path, results), cell, metric));
  const own = processesOf(candidate);
  const others = commitsBefore.flatMap(processesOf);
  const level = median(reference.points.map((point) => points[point]!.value));
  const { value } = points.at(-1)!;
  const higher = isHigher(metric);
  const ratio = value / level;
  const isOneValue = own.length === 1 && others.length > 1 && others.length <= commitsBefore.length;
  const ranks = own.length > 0 && others.length > 0 ? rankSum(others, own) : { p: 1, above: 0.5 };
  const evidence = {
    processes: { baseline: others.length, candidate: own.length },
    sameCode: sameCode(candidate, commitsBefore.at(-1)!),
    worse: higher ? 1 / ratio : ratio,
    difference: higher ? level - value : value - level,
    noise: reference.noise,
    ...(isOneValue ? { isOneValue } : { separation: higher ? 1 - ranks.above : ranks.above }),
  };
  return {
    series,
    limits,
    evidence,
    p: isOneValue ? predictionP(others, own[0]!) : ranks.p,
    leastP: isOneValue ? 0 : smallestRankSumP(others.length, own.length),
    ratio,
    reference,
  };
}

function isHigher(metric: string): boolean {
  return betterOf(metric) === 'higher';
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
