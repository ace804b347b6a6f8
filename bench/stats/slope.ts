// Slope experiments: the cost of one dose (a lock pair, a hold, a notify), from doses large enough to measure.
import { fisherTail } from './fisher.js';
import { fitLine, type Line, type Point, valueAt } from './line.js';
import { type MeanInterval, mean, meanInterval } from './mean.js';

/** How well a line describes the doses. */
interface Linearity {
  /** That the dose means would be at least so far off a line by noise alone; small says curved. */
  readonly p: number;
  /** The farthest dose mean from the line, in the values' unit: certain and tiny is still good enough. */
  readonly largestDeviation: number;
}

export interface DoseResponse {
  /** One a process. */
  readonly lines: readonly Line[];
  readonly slope: MeanInterval;
  readonly intercept: MeanInterval;
  /** None for two doses, through which a line always goes. */
  readonly linearity: Linearity | undefined;
}

/**
 * Fits a least-squares line in each process and takes Student's t over the processes' slopes and intercepts: the
 * process is the unit of replication, and nothing is assumed about the noise of different doses, which grows with the
 * dose.
 *
 * @param processes one entry a process, at least two, each with the same doses; a dose measured twice counts by its
 * mean
 * @throws RangeError for fewer than two processes or doses, or when a process lacks a dose that another has
 */
export function doseResponse(processes: readonly (readonly Point[])[]): DoseResponse {
  if (processes.length < 2) throw new RangeError(`slope: expected at least two processes, got ${processes.length}`);
  const doses = sharedDoses(processes);
  const means = processes.map((points) => doses.map((dose) => ({ dose, value: meanAt(points, dose) })));
  const lines = means.map(fitLine);
  return {
    lines,
    slope: meanInterval(lines.map(({ slope }) => slope)),
    intercept: meanInterval(lines.map(({ intercept }) => intercept)),
    linearity: doses.length > 2 ? linearity(means, lines) : undefined,
  };
}

/**
 * Lack of fit: the residuals' means per dose against their scatter over processes. Residuals are those of each
 * process's own line, so processes may differ in level and in slope. Source: the lack-of-fit F test of Draper and
 * Smith, "Applied regression analysis", 1998, section 2.1, with processes as blocks.
 *
 * @param means one value a dose in each process, doses in one order
 */
function linearity(means: readonly (readonly Point[])[], lines: readonly Line[]): Linearity {
  const residuals = means.map((points, process) =>
    points.map(({ dose, value }) => value - valueAt(lines[process], dose)),
  );
  const deviations = means[0].map((_, at) => mean(residuals.map((row) => row[at])));
  const lackOfFit = means.length * deviations.reduce((sum, deviation) => sum + deviation ** 2, 0);
  const scatter = residuals.flatMap((row) => row.map((residual, at) => (residual - deviations[at]) ** 2));
  const above = deviations.length - 2;
  const below = above * (means.length - 1);
  const variance = scatter.reduce((sum, square) => sum + square, 0) / below;
  return {
    p: lackOfFit === 0 ? 1 : fisherTail(lackOfFit / above / variance, above, below),
    largestDeviation: Math.max(...deviations.map(Math.abs)),
  };
}

function meanAt(points: readonly Point[], dose: number): number {
  return mean(points.filter((point) => point.dose === dose).map(({ value }) => value));
}

function sharedDoses(processes: readonly (readonly Point[])[]): number[] {
  const sets = processes.map((points) => new Set(points.map(({ dose }) => dose)));
  const doses = [...sets[0]];
  sets.forEach((set, process) => {
    if (set.size !== doses.length || !doses.every((dose) => set.has(dose))) {
      throw new RangeError(
        `slope: expected doses ${doses.join(', ')} in process ${process}, got ${[...set].join(', ')}`,
      );
    }
  });
  return doses;
}
