// The borders between the levels of a series: which of them ranks are certain of, how large they are, where they lie.
import { clippedCost } from './level-segments.js';
import { cutP } from './maximal-rank.js';
import { median, quantile } from './quantile.js';
import type { RatioInterval } from './ratio.js';
import { LEAST_DIFFERENCE } from './verdict.js';

/** Logarithms of the values in order, and the standard error of each. */
export interface Series {
  readonly logs: readonly number[];
  readonly errors: readonly number[];
}

/** The cost may rise by so much where a step could as well have been: 95 % of chi-square with one degree. */
const ALSO_LIKELY = 3.84;
const NORMAL_97_5 = 1.95996;
/** The 75 % point of a standard normal value's size. */
export const UPPER_QUARTILE = 1.15035;

/** The candidates without those whose p is not below the limit, the least certain first, or that are too small. */
export function certainBorders(logs: readonly number[], candidates: readonly number[], limit: number): number[] {
  const borders = [...candidates];
  const pOf = (_: number, index: number) => {
    const [before, after] = sides(logs, borders, index);
    if (Math.abs(median(after) - median(before)) < Math.log1p(LEAST_DIFFERENCE)) return 1;
    return cutP(before, after, logs.length);
  };
  const ps = borders.map(pOf);
  while (borders.length > 0) {
    const worst = ps.indexOf(Math.max(...ps));
    if (ps[worst]! < limit) break;
    borders.splice(worst, 1);
    ps.splice(worst, 1);
    for (const index of [worst - 1, worst]) if (index in ps) ps[index] = pOf(borders[index]!, index);
  }
  return borders;
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

/**
 * Standard deviation of a value's logarithm about its level, from the 75 % point of the distances: spikes do not count,
 * two modes do.
 */
export function noiseAbout(logs: readonly number[], borders: readonly number[]): number {
  const distances = stretches(borders, logs.length).flatMap(([from, end]) => aboutMedian(logs.slice(from, end)));
  return quantile(distances.map(Math.abs), 0.75) / UPPER_QUARTILE;
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
