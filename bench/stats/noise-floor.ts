// The noise floor: the ratio that two visits of one and the same design could show, in these processes.
import { squaresAboutMean } from './mean.js';
import { studentQuantile } from './student.js';

/**
 * What one process measured of two designs: a value a visit, at least two visits each. The order is A B B A or B A A B,
 * drawn anew for each process. With one order in all of them whatever the first visit suffers falls on one design: a
 * first visit 10 % too slow made false verdicts in 17 % of simulated runs at n = 6 and in 81 % at n = 8, drawn orders
 * in less than 1 %.
 */
export interface Visits {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/**
 * The half-width, as a fraction, within which 95 % of the reported ratios would lie if there were only noise between
 * visits: 0.03 says that a difference of 3 % may be nothing.
 *
 * The two visits a1, a2 of a design differ by noise alone, so (log a1 - log a2)^2 / 2 estimates the variance of one
 * visit, and so does b's; n processes give 2n such A/A controls, pooled to s^2 with 2n degrees of freedom. (It is the
 * mean square of the shams that each process holds: a1 b1 against a2 b2, and a1 b2 against a2 b1.) A process's
 * log-ratio of two-visit means varies by s^2 / 2 a design, the mean over n processes by s^2 / n, and the floor is t s /
 * sqrt(n): 0.89 s at n = 6. The differences are squared as they are, without their mean taken out, so that a drift from
 * first visits to second ones, which the order A B B A keeps out of the ratio, raises the floor and does not hide in
 * it.
 *
 * It is no interval for the ratio: luck that a whole process shares shows in the spread over processes only.
 *
 * @throws RangeError when there are no processes, or none with two visits to a design
 */
export function noiseFloor(processes: readonly Visits[]): number {
  const controls = processes.flatMap(({ a, b }) => [a.map(Math.log), b.map(Math.log)]);
  const squares = controls.reduce((total, visits) => total + squaresAboutMean(visits), 0);
  const degrees = controls.reduce((total, visits) => total + visits.length - 1, 0);
  const shares = controls.reduce((total, visits) => total + 1 / visits.length, 0);
  const variance = ((squares / degrees) * shares) / processes.length ** 2;
  return Math.expm1(studentQuantile(0.975, degrees) * Math.sqrt(variance));
}
