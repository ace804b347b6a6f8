// Where a series over commits changed: steps from one level to another, drift, and spells that passed.
import { mannKendall, theilSen } from './drift.js';
import {
  certainBorders,
  costOfLevels,
  levelsOf,
  noiseAbout,
  type Series,
  type Step,
  stepAt,
  stretches,
  UPPER_QUARTILE,
} from './level-changes.js';
import { clippedCost, levelSegments } from './level-segments.js';
import { median, quantile } from './quantile.js';

/** One commit's value. */
export interface SeriesPoint {
  /** In the metric's unit, > 0. */
  readonly value: number;
  /** Standard error of the value's logarithm, from the spread over the processes of its runs; absent where unknown. */
  readonly error?: number;
}

/** The level moved from point to point. */
interface Drift {
  readonly from: number;
  readonly to: number;
  /** Last level to first. */
  readonly ratio: number;
  readonly p: number;
}

/** A few points lay at another level, and what came after lies where those before them did. */
interface Spell {
  readonly from: number;
  readonly to: number;
  /** To the level around it. */
  readonly ratio: number;
}

export interface Changes {
  readonly steps: readonly Step[];
  readonly drifts: readonly Drift[];
  readonly spells: readonly Spell[];
  /** Medians of the stretches between the steps, in the metric's unit. */
  readonly levels: readonly number[];
  /** Standard deviation of a point's logarithm about its level; NaN for too few points. */
  readonly noise: number;
}

/** A shorter series shows nothing. */
export const LEAST_POINTS = 8;
/**
 * A step, and a drift, is reported of a series without one with this probability at most; and of any series without one
 * among those that are looked at together.
 */
const STEP_P = { series: 0.01, together: 0.05 };
const DRIFT_P = { series: 0.005, together: 0.025 };
/** Fewer points make no trend: steps are all that is looked for. */
const LEAST_DRIFT_POINTS = 12;
/** Drifts up to this fraction over their stretch are never called one. */
const LEAST_DRIFT = 0.03;
/** Share of a step's penalty that a line over the whole series may cost more than the best levels do. */
const LINE_PENALTY = 0.25;
/** Longer stretches at another level are no spell. */
const LONGEST_SPELL = 9;
/** A point farther from its level than this, in standard errors, counts no more for being so far. */
const CLIP = 3;
/** Series without any noise, as exact counts are, are taken to have this much. */
const LEAST_NOISE = 0.001;

/**
 * The changes of a series. Candidates for steps are the borders of `levelSegments`; the least certain one is taken away
 * until ranks (`cutP`) are certain of all that remain, and these are larger than 2 %. A stretch of a few points between
 * two of them after which the old level is back is a spell, and the rest is judged without it. Where a line over the
 * whole series describes it about as well as its levels do, and rises or falls for certain, it is a drift; else each
 * stretch is asked for one of its own. One-commit spikes, and two modes that alternate, are no change. A step can be
 * seen once some points show it: four or five after a long even stretch, some more among many series. `multifd-bench calibrate --histories` counts
 * how often it errs.
 *
 * @param together how many series are looked at together
 * @throws RangeError when a value is not a positive number
 */
export function changePoints(points: readonly SeriesPoint[], together = 1): Changes {
  const limit = (p: typeof STEP_P) => Math.min(p.series, p.together / together);
  const stepP = limit(STEP_P);
  const all = points.map(({ value }) => Math.log(value));
  if (!all.every(Number.isFinite)) throw new RangeError('change points: expected positive values');
  let kept = points.map((_, index) => index);
  const spells: Spell[] = [];
  for (;;) {
    const logs = kept.map((index) => all[index]!);
    if (logs.length < LEAST_POINTS)
      return { steps: [], drifts: [], spells, levels: levelsOf(logs, []), noise: Number.NaN };
    const own = kept.map((index) => points[index]!);
    const series: Series = { logs, errors: errorsOf(own, logs) };
    const penalty = 2 * Math.log(logs.length);
    const borders = certainBorders(logs, levelSegments(logs, series.errors, { penalty, clip: CLIP }), stepP);
    const spell = spellOf(logs, borders, stepP);
    if (!spell) return withIndices(kept, { ...changesOf(series, borders, penalty, limit(DRIFT_P)), spells });
    const { from, to, ratio } = spell;
    spells.push({ from: kept[from]!, to: kept[to]!, ratio });
    kept = kept.filter((_, at) => at < from || at > to);
  }
}

function changesOf(
  series: Series,
  borders: readonly number[],
  penalty: number,
  driftP: number,
): Omit<Changes, 'spells'> {
  const { logs } = series;
  const line = driftOf(series, 0, logs.length, driftP);
  if (line && line.cost <= costOfLevels(series, borders, CLIP) + penalty * (borders.length - 1 + LINE_PENALTY)) {
    return { steps: [], drifts: [line.drift], levels: levelsOf(logs, []), noise: noiseAbout(logs, []) };
  }
  return {
    steps: borders.map((_, index) => stepAt(series, borders, index, CLIP)),
    drifts: stretches(borders, logs.length).flatMap(([from, end]) => driftOf(series, from, end, driftP)?.drift ?? []),
    levels: levelsOf(logs, borders),
    noise: noiseAbout(logs, borders),
  };
}

/**
 * What each point may stray: the spread from point to point, of which the points' own errors are a part, so that a
 * noisy run counts less. The 75 % point of the hops from one to the next is moved neither by spikes nor by a few changes
 * of level, and sees two modes that alternate as the noise that they are.
 */
function errorsOf(points: readonly SeriesPoint[], logs: readonly number[]): number[] {
  const hops = logs.slice(1).map((log, at) => Math.abs(log - logs[at]!));
  const spread = Math.max(LEAST_NOISE, quantile(hops, 0.75) / (UPPER_QUARTILE * Math.SQRT2));
  const known = points.flatMap(({ error }) => (error === undefined ? [] : [error ** 2]));
  if (known.length < points.length / 2) return points.map(() => spread);
  const usual = median(known);
  const between = Math.max(spread ** 2 - usual, (spread / 2) ** 2);
  return points.map(({ error }) => Math.sqrt(between + (error === undefined ? usual : error ** 2)));
}

/** The first short stretch without which its neighbours are one. */
function spellOf(logs: readonly number[], borders: readonly number[], stepP: number): Spell | undefined {
  const all = stretches(borders, logs.length);
  for (let index = 1; index < all.length - 1; index++) {
    const [from, end] = all[index]!;
    if (end - from > LONGEST_SPELL) continue;
    const before = logs.slice(all[index - 1]![0], from);
    const around = [...before, ...logs.slice(end, all[index + 1]![1])];
    if (certainBorders(around, [before.length], stepP).length > 0) continue;
    return { from, to: end - 1, ratio: Math.exp(median(logs.slice(from, end)) - median(around)) };
  }
  return undefined;
}

/** A drift of the stretch, where it is certain and large enough, and what the values cost about its line. */
function driftOf(
  { logs, errors }: Series,
  from: number,
  end: number,
  most: number,
): { drift: Drift; cost: number } | undefined {
  const own = logs.slice(from, end);
  if (own.length < LEAST_DRIFT_POINTS) return undefined;
  const { p } = mannKendall(own);
  if (p >= most) return undefined;
  const { slope, intercept } = theilSen(own);
  const change = slope * (own.length - 1);
  if (Math.abs(change) < Math.log1p(LEAST_DRIFT)) return undefined;
  const residuals = own.map((log, at) => log - intercept - slope * at);
  const cost = clippedCost(residuals, errors.slice(from, end), CLIP);
  return { drift: { from, to: end - 1, ratio: Math.exp(change), p }, cost };
}

/** The same with the indices of the points that were given, of which some were taken out. */
function withIndices(kept: readonly number[], changes: Changes): Changes {
  const index = (at: number) => kept[at]!;
  return {
    ...changes,
    steps: changes.steps.map((step) => ({
      ...step,
      at: index(step.at),
      earliest: index(step.earliest),
      latest: index(step.latest),
    })),
    drifts: changes.drifts.map((drift) => ({ ...drift, from: index(drift.from), to: index(drift.to) })),
  };
}
