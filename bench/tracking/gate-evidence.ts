// What speaks for a loss from one level of a series: by medians alone, and where these say so by the processes too.
import { betterOf } from '../result/comparisons.js';
import { climb, type GateEvidence, type Thresholds } from '../stats/gate-ladder.js';
import { predictionP } from '../stats/prediction.js';
import { median } from '../stats/quantile.js';
import { rankSum, smallestRankSumP } from '../stats/rank-sum.js';
import type { Processes } from './gate-processes.js';
import { type Reference, sameCode } from './gate-references.js';
import type { History, HistoryCommit, PlainSeries } from './history.js';

export interface Evidence {
  readonly reference: Reference;
  readonly ratio: number;
  readonly evidence: Omit<GateEvidence, 'adjustedP'>;
  /** Every rung holds, but for that of the adjusted p, which is not known yet. */
  readonly isLost: boolean;
  readonly p: number;
  /** The smallest that so many processes could have given. */
  readonly leastP: number;
}

/** Files are read only where the medians of the runs, which a cache holds, do not let the series pass already. */
export function evidenceOf(
  series: PlainSeries,
  reference: Reference,
  { commits }: History,
  processes: Processes,
  limits: Thresholds,
): Evidence {
  const { cell, metric, at, points } = series;
  const candidate = commits.at(-1)!;
  const before = reference.points.map((point) => commits[at[point]!]!);
  const level = median(reference.points.map((point) => points[point]!.value));
  const { value } = points.at(-1)!;
  const higher = betterOf(metric) === 'higher';
  const ratio = value / level;
  const roundsOf = (all: readonly HistoryCommit[]) =>
    all.reduce((sum, { runs }) => runs.reduce((own, { rounds }) => own + rounds, sum), 0);
  const counted = { baseline: roundsOf(before), candidate: roundsOf([candidate]) };
  const isOneValue = counted.candidate === 1 && before.length > 1 && counted.baseline <= before.length;
  const byMedians = {
    processes: counted,
    ...(isOneValue ? { isOneValue } : {}),
    sameCode: sameCode(candidate, before.at(-1)!),
    worse: higher ? 1 / ratio : ratio,
    difference: higher ? level - value : value - level,
    noise: reference.noise,
  };
  // A cell may have been visited in fewer rounds than its run: that does not make one pass which would not.
  if (!climb({ ...byMedians, isOneValue: true }, { ...limits, processes: 0 }).at(-1)!.holds)
    return { reference, ratio, evidence: byMedians, isLost: false, p: 1, leastP: 0 };
  const own = processes.logsOf(candidate, cell, metric);
  const others = before.flatMap((commit) => processes.logsOf(commit, cell, metric));
  const ranks = own.length > 0 && others.length > 0 ? rankSum(others, own) : { p: 1, above: 0.5 };
  const evidence = {
    ...byMedians,
    processes: { baseline: others.length, candidate: own.length },
    ...(isOneValue ? {} : { separation: higher ? 1 - ranks.above : ranks.above }),
  };
  return {
    ...{ reference, ratio, evidence, isLost: climb(evidence, limits).at(-1)!.holds },
    p: isOneValue && own.length === 1 && others.length > 1 ? predictionP(others, own[0]!) : ranks.p,
    leastP: isOneValue ? 0 : smallestRankSumP(others.length, own.length),
  };
}
