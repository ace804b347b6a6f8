// The borders between the levels of a series: which of them ranks are certain of, how large they are, where they lie.
import { clippedCost } from './level-segments.js';
import { cutP } from './maximal-rank.js';
import { median } from './quantile.js';
import type { RatioInterval } from './ratio.js';
import { usualSpread } from './spread.js';
import { LEAST_DIFFERENCE } from './verdict.js';
import { standOut, type Wandering } from './wandering.js';

/** Logarithms of the values in order, and the standard error of each. */
export interface Series {
  readonly logs: readonly number[];
  readonly errors: readonly number[];
}

/** The level changed between two points. Indices are those of the points that were given. */
export interface Step extends RatioInterval {
  /** The first point of the new level. */
  readonly at: number;
  /** Where else that first point may as well be: from here to there, `at` included. */
  readonly earliest: number;
  readonly latest: number;
  /** Of a series without change that was searched for steps. */
  readonly p: number;
}

/** The cost may rise by so much where a step could as well have been: 95 % of chi-square with one degree. */
const ALSO_LIKELY = 3.84;
const NORMAL_97_5 = 1.95996;
/** What lasts fewer points than this may be a spike. */
const LEAST_SIDE = 3;
const MOST_POINTS = 1000;

/** What a border must be: more certain than this p, and out of what the series does by itself where it wanders. */
export interface Demands {
  readonly p: number;
  readonly wandering?: Wandering | undefined;
}

/** The candidates without those that are too small or not certain; the least certain one is taken away first. */
export function certainBorders(logs: readonly number[], candidates: readonly number[], demands: Demands): number[] {
  const borders = [...candidates];
  const pOf = (_: number, index: number) => {
    const [before, after] = sides(logs, borders, index);
    if (!isLarge(before, after)) return 2;
    const out = demands.wandering ? standOut(before, after, demands.wandering) : 1;
    if (out < 1) return 2 - out;
    return cutP(before, after, logs.length);
  };
  const ps = borders.map(pOf);
  while (borders.length > 0) {
    const worst = ps.indexOf(Math.max(...ps));
    if (ps[worst]! < demands.p) break;
    borders.splice(worst, 1);
    ps.splice(worst, 1);
    for (const index of [worst - 1, worst]) if (index in ps) ps[index] = pOf(borders[index]!, index);
  }
  return borders;
}

/** Of the certain borders those that stand out of the wandering, each moved to the candidate near it that does so most. */
export function standingOut(
  logs: readonly number[],
  candidates: readonly number[],
  certain: readonly number[],
  demands: Demands & { readonly wandering: Wandering },
): number[] {
  const borders = certainBorders(logs, certain, demands);
  for (const [index, at] of borders.entries()) {
    const [from, end] = [borders[index - 1] ?? 0, borders[index + 1] ?? logs.length];
    const outOf = (cut: number) => standOut(logs.slice(from, cut), logs.slice(cut, end), demands.wandering);
    const others = candidates.filter((cut) => from < cut && cut < end);
    borders[index] = others.reduce((best, cut) => (outOf(cut) > outOf(best) ? cut : best), at);
  }
  return borders;
}

/** Steps within what one point strays are not told apart from a level that wanders a little. */
function isLarge(before: readonly number[], after: readonly number[]): boolean {
  const noise = noiseAbout([...before, ...after], [before.length]);
  return Math.abs(median(after) - median(before)) >= Math.max(Math.log1p(LEAST_DIFFERENCE), noise);
}

/** What looks like a step where there are too few points for any step to be certain. */
export interface Undecided {
  /** The first point of what may be a new level. */
  readonly at: number;
  readonly ratio: number;
  /** Points of the series with which a step there, seen without noise, would be certain; undefined for more than 1000. */
  readonly needs: number | undefined;
}

/** Of each stretch the largest candidate that no values, however far apart, would make certain. */
export function undecidedBorders(
  logs: readonly number[],
  borders: readonly number[],
  candidates: readonly number[],
  p: number,
): Undecided[] {
  return stretches(borders, logs.length).flatMap(([from, end]) => {
    const inside = candidates.flatMap((at) => {
      if (at - from < LEAST_SIDE || end - at < LEAST_SIDE) return [];
      const [before, after] = [logs.slice(from, at), logs.slice(at, end)];
      if (!isLarge(before, after) || leastCutP(at - from, end - at, logs.length) < p) return [];
      const more = pointsNeeded(at - from, end - at, logs.length, p);
      return [{ at, ratio: Math.exp(median(after) - median(before)), needs: more }];
    });
    return inside.toSorted((x, y) => Math.abs(Math.log(y.ratio)) - Math.abs(Math.log(x.ratio))).slice(0, 1);
  });
}

/** Points in all with which a step in the middle, seen without noise, would be certain. */
export function fewestPoints(p: number): number {
  let points = 2;
  while (leastCutP(points >> 1, points - (points >> 1), points) >= p) points++;
  return points;
}

function pointsNeeded(before: number, after: number, length: number, p: number): number | undefined {
  for (let more = 0; length + more <= MOST_POINTS; more++) {
    if (leastCutP(before, after + more, length + more) < p) return length + more;
  }
  return undefined;
}

/** The p of a cut with all values of one side above all of the other. */
function leastCutP(before: number, after: number, length: number): number {
  const rising = (count: number, from: number) => Array.from({ length: count }, (_, at) => from + at);
  return cutP(rising(before, 0), rising(after, before), length);
}

/** The step at one of the borders: its size, its certainty, and where else it may have been. */
export function stepAt({ logs, errors }: Series, borders: readonly number[], index: number, clip: number): Step {
  const [from, end] = [borders[index - 1] ?? 0, borders[index + 1] ?? logs.length];
  const [before, after] = sides(logs, borders, index);
  const costAt = (cut: number) =>
    costOfLevel(logs, errors, [from, cut], clip) + costOfLevel(logs, errors, [cut, end], clip);
  const at = borders[index]!;
  const likely = costAt(at) + ALSO_LIKELY;
  let [earliest, latest] = [at, at];
  while (earliest - 1 > from && costAt(earliest - 1) <= likely) earliest--;
  while (latest + 1 < end && costAt(latest + 1) <= likely) latest++;
  return { at, earliest, latest, ...shiftInterval(before, after), p: cutP(before, after, logs.length) };
}

/**
 * The ratio of two levels: the median of all pairs' ratios, with the interval that inverts the rank test by its normal
 * approximation. Source: Hollander, Wolfe and Chicken, "Nonparametric statistical methods", 2014, section 4.2-4.3.
 */
export function shiftInterval(before: readonly number[], after: readonly number[]): RatioInterval {
  const pairs = before.length * after.length;
  const shifts = new Float64Array(pairs);
  for (const [row, late] of after.entries()) {
    for (const [column, early] of before.entries()) shifts[row * before.length + column] = late - early;
  }
  shifts.sort();
  const spread = Math.sqrt((pairs * (before.length + after.length + 1)) / 12);
  const outside = Math.max(0, Math.floor(pairs / 2 - NORMAL_97_5 * spread));
  return {
    ratio: Math.exp((shifts[(pairs - 1) >> 1]! + shifts[pairs >> 1]!) / 2),
    low: Math.exp(shifts[outside]!),
    high: Math.exp(shifts[pairs - 1 - outside]!),
  };
}

/** What the values cost about the medians of their stretches. */
export function costOfLevels({ logs, errors }: Series, borders: readonly number[], clip: number): number {
  return stretches(borders, logs.length).reduce((sum, stretch) => sum + costOfLevel(logs, errors, stretch, clip), 0);
}

function costOfLevel(
  logs: readonly number[],
  errors: readonly number[],
  [from, end]: readonly [from: number, end: number],
  clip: number,
): number {
  return clippedCost(aboutMedian(logs.slice(from, end)), errors.slice(from, end), clip);
}

function aboutMedian(values: readonly number[]): number[] {
  const level = median(values);
  return values.map((value) => value - level);
}

function sides(logs: readonly number[], borders: readonly number[], index: number): [number[], number[]] {
  const at = borders[index]!;
  return [logs.slice(borders[index - 1] ?? 0, at), logs.slice(at, borders[index + 1] ?? logs.length)];
}

/** The stretches between borders: the index of the first value of each, and of the one behind its last. */
export function stretches(borders: readonly number[], length: number): [from: number, end: number][] {
  return [0, ...borders].map((from, index) => [from, borders[index] ?? length]);
}

/** The median of each stretch, in the metric's unit. */
export function levelsOf(logs: readonly number[], borders: readonly number[]): number[] {
  if (logs.length === 0) return [];
  return stretches(borders, logs.length).map(([from, end]) => Math.exp(median(logs.slice(from, end))));
}

/** Standard deviation of a value's logarithm about its level. */
export function noiseAbout(logs: readonly number[], borders: readonly number[]): number {
  return usualSpread(aboutLevels(logs, borders));
}

/** What each value is off from the median of its stretch. */
export function aboutLevels(logs: readonly number[], borders: readonly number[]): number[] {
  return stretches(borders, logs.length).flatMap(([from, end]) => aboutMedian(logs.slice(from, end)));
}
