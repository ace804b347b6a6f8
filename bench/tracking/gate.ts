// A commit's saved runs against those before it: every cell up the ladder, but for the confirming rerun.

import { betterOf } from '../result/comparisons.js';
import { climb, type GateEvidence, type Thresholds } from '../stats/gate-ladder.js';
import { holm } from '../stats/holm.js';
import type { Blessing } from './blessings.js';
import { absentRow } from './gate-absent.js';
import { passesAnyway } from './gate-brief.js';
import { type Evidence, evidenceOf } from './gate-evidence.js';
import type { Processes } from './gate-processes.js';
import { beganAt, changedConditions, referencesOf } from './gate-references.js';
import type { Acceptance, GateLimits, GateRow } from './gate-row.js';
import type { History, PlainSeries } from './history.js';

export interface GateOptions {
  /** Up to the candidate, which is its last commit. */
  readonly history: History;
  readonly series: readonly PlainSeries[];
  readonly processes: Processes;
  readonly blessings: readonly Blessing[];
  /** Place on the line of the last release before the candidate: its level was accepted. */
  readonly release?: number | undefined;
  /** Undefined for what is ignored. */
  readonly thresholds: (cell: string, metric: string) => GateLimits | undefined;
  readonly holds: (filter: string, cell: string, metric: string) => boolean;
  /** Cells that pass for certain are only counted: their rows have no ratio, rungs and baseline. */
  readonly brief?: boolean | undefined;
}

/** What all series need. */
interface Shared {
  readonly processes: Processes;
  /** By commit of the history: the fields in which its machine differs from the candidate's. */
  readonly changed: readonly (readonly string[])[];
}

/** A series with what the candidate and its baseline have of it. */
interface Judged extends Evidence {
  readonly series: PlainSeries;
  readonly limits: Thresholds;
  readonly machine: string | undefined;
}

export function judge(options: GateOptions): GateRow[] {
  const { commits } = options.history;
  const shared = {
    processes: options.processes,
    changed: commits.map((commit) => changedConditions(commit, commits.at(-1)!)),
  };
  const judged = options.series.flatMap((each) => judgeSeries(each, options, shared) ?? []);
  const asked = judged.filter((each) => 'evidence' in each || each.status === 'passed');
  const adjusted = holm(asked.map((each) => ('evidence' in each ? each.p : 1)));
  const adjustedOf = new Map(asked.map((each, at) => [each, adjusted[at]!]));
  return judged.map((each) => {
    if (!('evidence' in each)) return each;
    const leastP = Math.min(1, each.leastP * asked.length);
    return rowOf(each, { ...each.evidence, adjustedP: adjustedOf.get(each)!, leastP }, options.history);
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
function judgeSeries(series: PlainSeries, options: GateOptions, shared: Shared): Judged | GateRow | undefined {
  const { history, thresholds, release } = options;
  const { cell, metric, at } = series;
  const limits = thresholds(cell, metric);
  if (!limits) return undefined;
  const accepted = acceptance(options, series);
  if (at.at(-1) !== history.commits.length - 1) return absentRow(series, history, limits, accepted);
  const from = accepted?.from ?? 0;
  const released = release === undefined ? 0 : firstFrom(series, history, release);
  const anchored = Math.max(from, released < 0 ? 0 : released);
  const { processes, changed } = shared;
  const bounds = { accepted: from, anchored, higher: isHigher(metric), changed };
  if (options.brief && passesAnyway(series, history, bounds, limits))
    return { cell, metric, ratio: undefined, status: 'passed', rungs: [], baseline: undefined };
  const { levels, machine } = referencesOf(series, history, bounds);
  const evidences = levels.map((level) => evidenceOf(series, level, history, processes, limits));
  // Of the levels that it lost from for certain the best one, else the one that is most certain; each was one more chance to be wrong.
  const lost = evidences.filter(({ isLost }) => isLost);
  const byLoss = (lost.length > 0 ? lost : evidences).toSorted((x, y) => y.evidence.worse - x.evidence.worse);
  const chances = levels.length * options.series.length;
  const certain = byLoss.find(({ p }) => p * chances < limits.significance);
  const worst = lost.length > 0 ? (certain ?? byLoss.toSorted((x, y) => x.p - y.p)[0]) : byLoss[0];
  if (worst)
    return {
      ...worst,
      series,
      limits,
      p: Math.min(1, worst.p * levels.length),
      leastP: worst.leastP * levels.length,
      machine,
    };
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

function isHigher(metric: string): boolean {
  return betterOf(metric) === 'higher';
}
