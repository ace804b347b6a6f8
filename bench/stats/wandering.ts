// How a series wanders: a level that moves a little at every point, and which steps stand out from that.
import { theilSen } from './drift.js';
import { clippedCost } from './level-segments.js';
import { median } from './quantile.js';
import { tailSpread, usualSpread } from './spread.js';

/** A level that keeps some of itself from point to point, and what each point strays about it. */
export interface Wandering {
  /** Share of the level that is left at the next point: 1 for a random walk. */
  readonly memory: number;
  /** Standard deviations: of what the level moves by from one point to the next, and of a point about its level. */
  readonly move: number;
  readonly stray: number;
  /** What the model costs, to be compared with `costAboutScale` of others. */
  readonly cost: number;
}

/** Series without any noise, as exact counts are, are taken to have this much. */
export const LEAST_NOISE = 0.001;
/** The models that are tried: what the level keeps, and the variance of its moves to that of the points about it. */
const MEMORIES = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1];
const MOVES_TO_STRAYS = [0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, Infinity];
/** Numbers that a model of a wandering level has beside its scale, and one with a line under it. */
const NUMBERS = { level: 2, line: 3 };
/** A step is looked at with so many points on either side: the fewer, the less the level moves, the more they stray. */
const WINDOWS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];
/** Standard deviations of the wandering that a step must be larger than. */
const STANDS_OUT = 4;

/**
 * What residuals cost about their own scale: twice their negative log-likelihood, but that points farther out than
 * `clip` cost no more. Each number of a model adds the logarithm of the points (Schwarz 1978).
 */
export function costAboutScale(residuals: readonly number[], clip: number, numbers: number): number {
  const scale = Math.max(LEAST_NOISE, usualSpread(residuals));
  const errors = residuals.map(() => scale);
  return (
    clippedCost(residuals, errors, clip) + residuals.length * 2 * Math.log(scale) + numbers * Math.log(residuals.length)
  );
}

/**
 * The wandering level that describes a series best, with or without a line under it. Source: Harvey, "Forecasting,
 * structural time series models and the Kalman filter", 1989, chapter 3; an autoregressive level with noise about it, as
 * in Romano et al., "Detecting abrupt changes in the presence of local fluctuations and autocorrelated noise", 2022.
 *
 * @param logs two or more
 */
export function bestWandering(logs: readonly number[], clip: number): Wandering {
  const level = median(logs);
  const { slope, intercept } = theilSen(logs);
  const models = [
    { values: logs.map((log) => log - level), numbers: NUMBERS.level },
    { values: logs.map((log, at) => log - intercept - slope * at), numbers: NUMBERS.line },
  ];
  let best: Wandering | undefined;
  for (const { values, numbers } of models) {
    for (const memory of MEMORIES) {
      for (const ratio of MOVES_TO_STRAYS) {
        const { innovations, logVariances } = filtered(values, memory, ratio);
        const cost = costAboutScale(innovations, clip, numbers) + logVariances;
        if (best && cost >= best.cost) continue;
        const scale = Math.max(LEAST_NOISE, tailSpread(innovations));
        const [move, stray] = ratio === Infinity ? [scale, 0] : [scale * Math.sqrt(ratio), scale];
        best = { memory, move, stray, cost };
      }
    }
  }
  return best!;
}

/**
 * How far apart the levels on both sides of a cut lie, near it: 1 for the farthest that wandering takes them, at the
 * number of points on either side that shows it best.
 */
export function standOut(before: readonly number[], after: readonly number[], wandering: Wandering): number {
  const widest = Math.min(before.length, after.length);
  const sizes = WINDOWS.filter((window) => window <= widest).map((window) => {
    const difference = median(after.slice(0, window)) - median(before.slice(-window));
    return Math.abs(difference) / Math.sqrt(differenceVariance(wandering, window));
  });
  return Math.max(...sizes) / STANDS_OUT;
}

/** Whether a change over so many points is more than wandering makes of itself. */
export function outruns(change: number, points: number, wandering: Wandering): boolean {
  return Math.abs(change) > STANDS_OUT * Math.sqrt(2 * halfDifference(wandering, points - 1));
}

/** Kalman's filter: what each point is off from what those before it let expect, in units of what that may be. */
function filtered(values: readonly number[], memory: number, ratio: number) {
  const [move, stray] = ratio === Infinity ? [1, 0] : [ratio, 1];
  const walks = memory === 1;
  // A random walk begins anywhere: its first point is what is known of it.
  let level = walks ? values[0]! : 0;
  let variance = walks ? stray : move / (1 - memory ** 2);
  const innovations: number[] = [];
  let logVariances = 0;
  for (let at = walks ? 1 : 0; at < values.length; at++) {
    if (at > 0) {
      level *= memory;
      variance = memory ** 2 * variance + move;
    }
    const total = variance + stray;
    const off = values[at]! - level;
    innovations.push(off / Math.sqrt(total));
    logVariances += Math.log(total);
    const gain = variance / total;
    level += gain * off;
    variance *= 1 - gain;
  }
  return { innovations, logVariances };
}

/** Variance of the difference of the means of two adjacent windows, from those of all pairs of their points. */
function differenceVariance(wandering: Wandering, window: number): number {
  let [across, within] = [0, 0];
  for (let lag = 1; lag < 2 * window; lag++) {
    const half = halfDifference(wandering, lag);
    within += 2 * Math.max(0, window - lag) * half;
    across += (window - Math.abs(lag - window)) * half;
  }
  return (2 * across - 2 * within) / window ** 2;
}

/** Half the variance of the difference of two points: the variogram. */
function halfDifference({ memory, move, stray }: Wandering, lag: number): number {
  const moved = memory === 1 ? lag / 2 : (1 - memory ** lag) / (1 - memory ** 2);
  return stray ** 2 + move ** 2 * moved;
}
