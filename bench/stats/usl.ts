// The Universal Scalability Law: throughput over channels by three coefficients, and where it peaks, if that can be told.
import type { Random } from '../../src/random.js';
import { bootstrapIntervals } from './bootstrap.js';
import { type Curve, leastSquares, variances, type WeightedPoint } from './least-squares.js';
import { studentQuantile } from './student.js';

/** X(N) = base N / (1 + contention (N - 1) + coherency N (N - 1)). */
export interface UslCoefficients {
  /** X(1), in the unit of throughput: gamma in R's `usl`. */
  readonly base: number;
  /** Share of the work that is serial: alpha, in 0..1. */
  readonly contention: number;
  /** Cost of keeping each pair of channels in agreement: beta, from 0. */
  readonly coherency: number;
}

/** Throughput of one number of channels; the weight is in proportion to 1 / variance. Default: all the same. */
export interface UslPoint {
  readonly channels: number;
  readonly throughput: number;
  readonly weight?: number;
}

interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface UslFit extends UslCoefficients {
  /** 95 %, from standard errors or from resampled processes. Absent where the points do not tell them. */
  readonly intervals?: Readonly<Record<keyof UslCoefficients, Interval>>;
  /** Absent where there are no more points than coefficients. */
  readonly standardErrors?: UslCoefficients;
  /** In the unit of throughput, for points of equal weight. */
  readonly residualStandardError?: number;
  readonly distinctChannels: number;
  readonly mostChannels: number;
}

/** Where throughput is highest, in channels; or why the points do not tell. */
export type UslPeak =
  | (Interval & { readonly channels: number; readonly perSecond: number })
  | { readonly refused: string };

/** Three coefficients need so many different numbers of channels. */
export const LEAST_DISTINCT = 6;
/** A peak so many times beyond the largest number that was measured is none that was seen. */
const FARTHEST_PEAK = 2;
const MOST_CONTENTION = 1;
const BOX = { low: [0, 0, 0], high: [Number.POSITIVE_INFINITY, MOST_CONTENTION, Number.POSITIVE_INFINITY] };
const RESAMPLES = 400;

/** In the order of the fit: base, contention, coherency. */
const CURVE: Curve = {
  value: (n, [base, contention, coherency]) => (base! * n) / denominator(n, contention!, coherency!),
  gradient: (n, [base, contention, coherency]) => {
    const below = denominator(n, contention!, coherency!);
    const perDenominator = (-base! * n) / below ** 2;
    return [n / below, perDenominator * (n - 1), perDenominator * n * (n - 1)];
  },
};

/** The law's throughput at so many channels. */
export function uslThroughput({ base, contention, coherency }: UslCoefficients, channels: number): number {
  return CURVE.value(channels, [base, contention, coherency]);
}

/**
 * Fits all three coefficients (base is not forced through X(1), which is one noisy point), contention in 0..1 and
 * coherency from 0. Intervals are Student's t on standard errors, as R's `usl` gives them. Source: Gunther, "Guerrilla
 * capacity planning", 2007.
 *
 * @throws RangeError for fewer than three different numbers of channels, or a throughput that is not positive
 */
export function fitUsl(points: readonly UslPoint[]): UslFit {
  const weighted = weightedPoints(points);
  const distinctChannels = new Set(weighted.map(({ at }) => at)).size;
  if (distinctChannels < 3) {
    throw new RangeError(`usl: expected at least 3 different numbers of channels, got ${distinctChannels}`);
  }
  const { coefficients, squares } = best(weighted);
  const [base, contention, coherency] = coefficients as [number, number, number];
  const mostChannels = Math.max(...weighted.map(({ at }) => at));
  const fit = { base, contention, coherency, distinctChannels, mostChannels };
  const degrees = weighted.length - coefficients.length;
  const units = degrees > 0 ? variances(CURVE, weighted, coefficients) : undefined;
  if (!units) return fit;
  const residual = Math.sqrt(squares / degrees);
  const errors = units.map((variance) => residual * Math.sqrt(variance)) as [number, number, number];
  const reach = studentQuantile(0.975, degrees);
  const around = (at: 0 | 1 | 2): Interval => ({
    low: coefficients[at]! - reach * errors[at],
    high: coefficients[at]! + reach * errors[at],
  });
  return {
    ...fit,
    intervals: { base: around(0), contention: around(1), coherency: around(2) },
    standardErrors: { base: errors[0], contention: errors[1], coherency: errors[2] },
    residualStandardError: residual,
  };
}

/**
 * The same with intervals from whole processes drawn with replacement: what is measured in one process goes together.
 * Each point counts in proportion to 1 / throughput^2, since noise is a share of what it disturbs.
 *
 * @param processes at least two, one a fresh process, each with its points
 * @throws RangeError as `fitUsl` and `bootstrapIntervals`
 */
export function fitUslOfProcesses(processes: readonly (readonly UslPoint[])[], random: Random): UslFit {
  const whole = fitUsl(relative(processes.flat()));
  const start = [whole.base, whole.contention, whole.coherency];
  const again = (drawn: readonly (readonly UslPoint[])[]) =>
    leastSquares(CURVE, weightedPoints(relative(drawn.flat())), start, BOX).coefficients;
  const [base, contention, coherency] = bootstrapIntervals(processes, again, { random, resamples: RESAMPLES });
  const ends = ({ low, high }: Interval): Interval => ({ low, high });
  return { ...whole, intervals: { base: ends(base!), contention: ends(contention!), coherency: ends(coherency!) } };
}

/**
 * The number of channels at which the law peaks, sqrt((1 - contention) / coherency), with the interval that the
 * coefficients' intervals leave; or the reason why nothing can be said: too few points, a coherency that may be zero, a
 * peak far beyond what was measured.
 */
export function uslPeak(fit: UslFit): UslPeak {
  const { contention, coherency, intervals, distinctChannels, mostChannels } = fit;
  if (distinctChannels < LEAST_DISTINCT) {
    return { refused: `${distinctChannels} different numbers of channels; ${LEAST_DISTINCT} are the least` };
  }
  if (!intervals) return { refused: 'the points do not tell the three coefficients apart' };
  if (!(intervals.coherency.low > 0)) {
    return {
      refused: `no peak in range: coherency may be zero (${short(coherency)}, up to ${short(intervals.coherency.high)})`,
    };
  }
  const channels = Math.sqrt((1 - contention) / coherency);
  if (channels > FARTHEST_PEAK * mostChannels) {
    return { refused: `no peak in range: the law puts it at ${channels.toFixed(0)}, measured up to ${mostChannels}` };
  }
  const least = Math.max(0, 1 - Math.min(MOST_CONTENTION, Math.max(0, intervals.contention.high)));
  const most = 1 - Math.max(0, intervals.contention.low);
  return {
    channels,
    low: Math.sqrt(least / intervals.coherency.high),
    high: Math.sqrt(most / intervals.coherency.low),
    perSecond: uslThroughput(fit, Math.max(1, channels)),
  };
}

function denominator(n: number, contention: number, coherency: number): number {
  return 1 + contention * (n - 1) + coherency * n * (n - 1);
}

function weightedPoints(points: readonly UslPoint[]): WeightedPoint[] {
  const stray = points.find(({ channels, throughput }) => !(channels >= 1 && throughput > 0 && throughput < Infinity));
  if (stray)
    throw new RangeError(
      `usl: expected positive throughput at 1 channel or more, got ${stray.throughput} at ${stray.channels}`,
    );
  return points.map(({ channels, throughput, weight = 1 }) => ({ at: channels, value: throughput, weight }));
}

function relative(points: readonly UslPoint[]): UslPoint[] {
  return points.map((point) => ({ ...point, weight: 1 / point.throughput ** 2 }));
}

/** From the straight line of N / X over N - 1, and from corners of the box, since one start may end in a local minimum. */
function best(points: readonly WeightedPoint[]) {
  const fewest = points.reduce((least, point) => (point.at < least.at ? point : least));
  const most = points.reduce((largest, point) => (point.value > largest.value ? point : largest));
  const base = fewest.value / fewest.at;
  // Amdahl's law through the first point and the highest.
  const serial = most.at > 1 ? Math.min(1, Math.max(0, ((base * most.at) / most.value - 1) / (most.at - 1))) : 0;
  const starts = [
    [base, serial, 1e-6],
    [base, serial / 2, Math.max(1e-6, (1 - serial / 2) / most.at ** 2)],
    [base, 0, 1 / most.at ** 2],
    [base, 0.5, 0],
    [base * 2, serial, 1e-4],
  ];
  return starts
    .map((start) => leastSquares(CURVE, points, start, BOX))
    .reduce((lowest, each) => (each.squares < lowest.squares ? each : lowest));
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}
