// Where a series over commits changed: steps from one level to another, drift, and spells that passed.
import { mannKendall, theilSen } from './drift.js';
import {
  aboutLevels,
  certainBorders,
  costOfLevels,
  fewestPoints,
  levelsOf,
  noiseAbout,
  type Series,
  type Step,
  standingOut,
  stepAt,
  stretches,
  type Undecided,
  undecidedBorders,
} from './level-changes.js';
import { clippedCost, levelSegments } from './level-segments.js';
import { median } from './quantile.js';
import { usualSpread } from './spread.js';
import { bestWandering, costAboutScale, LEAST_NOISE, outruns, type Wandering } from './wandering.js';

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
  /** What looks like a step among too few points for any to be certain. */
  readonly undecided: readonly Undecided[];
  /** The level moves by itself, which explains changes that would be reported else. */
  readonly wanders?: { readonly move: number };
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

/**
 * The changes of a series. Candidates for steps are the borders of `levelSegments`; the least certain one is taken away
 * until ranks (`cutP`) are certain of all that remain, and these are larger than 2 % and than what one point strays.
 * Where a level that wanders by itself describes the series better than these steps do, only those stay that stand out
 * from the wandering. A stretch of a few points between two steps after which the old level is back is a spell, and the
 * rest is judged without it. Where a line over the whole series describes it about as well as its levels do, and rises
 * or falls for certain, it is a drift; else each stretch is asked for one of its own. One-commit spikes, and two modes
 * that alternate, are no change. A step can be seen once some points show it: four or five after a long even stretch,
 * some more among many series. `change-points.long.test.ts` counts how often it errs.
 *
 * @param together how many series are looked at together
 * @throws RangeError when a value is not a positive number
 */
export function changePoints(points: readonly SeriesPoint[], together = 1): Changes {
  const limits = { step: limit(STEP_P, together), drift: limit(DRIFT_P, together) };
  const all = points.map(({ value }) => Math.log(value));
  if (!all.every(Number.isFinite)) throw new RangeError('change points: expected positive values');
  let kept = points.map((_, index) => index);
  const spells: Spell[] = [];
  for (;;) {
    const logs = kept.map((index) => all[index]!);
    if (logs.length < LEAST_POINTS)
      return { steps: [], drifts: [], spells, levels: levelsOf(logs, []), noise: Number.NaN, undecided: [] };
    const own = kept.map((index) => points[index]!);
    const series: Series = { logs, errors: errorsOf(own, logs) };
    const penalty = 2 * Math.log(logs.length);
    const candidates = levelSegments(logs, series.errors, { penalty, clip: CLIP });
    const borders = certainBorders(logs, candidates, { p: limits.step });
    const spell = spellOf(logs, borders, limits.step);
    if (!spell) {
      const changes = changesOf(series, candidates, borders, penalty, limits);
      return withIndices(kept, { ...changes, spells });
    }
    const { from, to, ratio } = spell;
    spells.push({ from: kept[from]!, to: kept[to]!, ratio });
    kept = kept.filter((_, at) => at < from || at > to);
  }
}

/** What is asked of a step that was reported before: it was certain then, and need only not be refuted. */
const KEPT_P = 0.05;

/** The step at a point between the given borders, and whether what lies on its sides still differs. */
export function keptStep(
  points: readonly SeriesPoint[],
  borders: readonly number[],
  at: number,
): { readonly step: Step; readonly differs: boolean } {
  const logs = points.map(({ value }) => Math.log(value));
  const all = [...borders, at].sort((x, y) => x - y);
  const index = all.indexOf(at);
  const [from, end] = [all[index - 1] ?? 0, all[index + 1] ?? logs.length];
  const differs = certainBorders(logs.slice(from, end), [at - from], { p: KEPT_P }).length > 0;
  return { step: stepAt({ logs, errors: errorsOf(points, logs) }, all, index, CLIP), differs };
}

/** Points that a series must have for a step to be certain, were there no noise at all. */
export function fewestPointsForStep(together: number): number {
  return fewestPoints(limit(STEP_P, together));
}

function limit(p: typeof STEP_P, together: number): number {
  return Math.min(p.series, p.together / together);
}

function changesOf(
  series: Series,
  candidates: readonly number[],
  certain: readonly number[],
  penalty: number,
  limits: { readonly step: number; readonly drift: number },
): Omit<Changes, 'spells'> {
  const { logs } = series;
  const line = driftOf(series, 0, logs.length, limits.drift);
  const isLine = (borders: readonly number[]) =>
    line && line.cost <= costOfLevels(series, borders, CLIP) + penalty * (borders.length - 1 + LINE_PENALTY);
  const drawn = isLine(certain) ? undefined : certain;
  const wandering = drawn && drawn.length === 0 && !line ? undefined : wanderingOf(logs, drawn, line?.residuals);
  const isMore = ({ drift }: Line) =>
    !wandering || outruns(Math.log(drift.ratio), drift.to - drift.from + 1, wandering);
  if (!drawn && isMore(line!)) {
    return { steps: [], drifts: [line!.drift], levels: levelsOf(logs, []), noise: noiseAbout(logs, []), undecided: [] };
  }
  const borders = wandering ? standingOut(logs, candidates, certain, { p: limits.step, wandering }) : certain;
  const drifts =
    borders.length === 0
      ? [line ?? []].flat()
      : stretches(borders, logs.length).flatMap(([from, end]) => driftOf(series, from, end, limits.drift) ?? []);
  const kept = drifts.filter(isMore);
  const explained = borders.length < certain.length || kept.length < drifts.length;
  return {
    steps: borders.map((_, index) => stepAt(series, borders, index, CLIP)),
    drifts: kept.map(({ drift }) => drift),
    levels: levelsOf(logs, borders),
    noise: noiseAbout(logs, borders),
    undecided: wandering ? [] : undecidedBorders(logs, borders, candidates, limits.step),
    ...(wandering && explained ? { wanders: { move: Math.expm1(wandering.move) } } : {}),
  };
}

/** The wandering of a series, where it describes it better than the levels, or else the line, that were drawn. */
function wanderingOf(
  logs: readonly number[],
  borders: readonly number[] | undefined,
  residuals: readonly number[] | undefined,
): Wandering | undefined {
  // A step has a place and a height.
  const drawn = borders
    ? costAboutScale(aboutLevels(logs, borders), CLIP, 2 * borders.length + 1)
    : costAboutScale(residuals!, CLIP, 2);
  const wandering = bestWandering(logs, CLIP);
  return wandering.cost < drawn ? wandering : undefined;
}

/**
 * What each point may stray: the spread from point to point, of which the points' own errors are a part, so that a
 * noisy run counts less. The hops from one to the next are moved neither by spikes nor by a few changes of level, and
 * see two modes that alternate as the noise that they are.
 */
function errorsOf(points: readonly SeriesPoint[], logs: readonly number[]): number[] {
  const hops = logs.slice(1).map((log, at) => log - logs[at]!);
  const spread = Math.max(LEAST_NOISE, usualSpread(hops) / Math.SQRT2);
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
    if (certainBorders(around, [before.length], { p: stepP }).length > 0) continue;
    return { from, to: end - 1, ratio: Math.exp(median(logs.slice(from, end)) - median(around)) };
  }
  return undefined;
}

/** A drift, what the values are off from its line, and what that costs. */
interface Line {
  readonly drift: Drift;
  readonly residuals: readonly number[];
  readonly cost: number;
}

/** A drift of the stretch, where it is certain and large enough. */
function driftOf({ logs, errors }: Series, from: number, end: number, most: number): Line | undefined {
  const own = logs.slice(from, end);
  if (own.length < LEAST_DRIFT_POINTS) return undefined;
  const { p } = mannKendall(own);
  if (p >= most) return undefined;
  const { slope, intercept } = theilSen(own);
  const change = slope * (own.length - 1);
  if (Math.abs(change) < Math.log1p(LEAST_DRIFT)) return undefined;
  const residuals = own.map((log, at) => log - intercept - slope * at);
  const cost = clippedCost(residuals, errors.slice(from, end), CLIP);
  return { drift: { from, to: end - 1, ratio: Math.exp(change), p }, residuals, cost };
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
    undecided: changes.undecided.map((each) => ({ ...each, at: index(each.at) })),
    drifts: changes.drifts.map((drift) => ({ ...drift, from: index(drift.from), to: index(drift.to) })),
  };
}
