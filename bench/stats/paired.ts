// Two designs whose turns alternated (A B B A, mirror by mirror): what one process says of them, its slow noise cancelled.
import type { Visits } from './noise-floor.js';
import { median } from './quantile.js';

/** The values of one design in one process: two visits, each with its turns in order; turn m of both is one mirror. */
export type TurnsOfVisits = readonly [readonly number[], readonly number[]];

/**
 * The two designs' visits, relative to each other: within each mirror their four turns lie next to each other in time,
 * so the log-ratio of the designs and the log-ratios of each design to itself are taken there first, and the medians of
 * those over the mirrors stand for the process. What a machine does for longer than a mirror, whose turns take tens of
 * milliseconds, is in all four and falls out; a burst that hits one turn only moves one of the values that the median
 * is taken of. The visits returned have exactly these ratios: their level says nothing.
 *
 * @throws RangeError when the visits differ in their number of turns, or have none
 */
export function pairTurns(a: TurnsOfVisits, b: TurnsOfVisits): Visits {
  const mirrors = a[0].length;
  if (mirrors === 0 || [a[1], b[0], b[1]].some((turns) => turns.length !== mirrors)) {
    const lengths = [...a, ...b].map((turns) => turns.length).join(', ');
    throw new RangeError(`paired turns: expected four lists of one length, at least 1, got ${lengths}`);
  }
  const logs = [a, b].map((visits) => visits.map((turns) => turns.map(Math.log)));
  const over = (value: (mirror: number) => number) => median(Array.from({ length: mirrors }, (_, at) => value(at)));
  const [[a1, a2], [b1, b2]] = logs as [[number[], number[]], [number[], number[]]];
  const ratio = over((at) => (b1[at]! + b2[at]! - a1[at]! - a2[at]!) / 2);
  const [shamA, shamB] = [over((at) => a1[at]! - a2[at]!), over((at) => b1[at]! - b2[at]!)];
  return {
    a: [Math.exp(shamA / 2), Math.exp(-shamA / 2)],
    b: [Math.exp(ratio + shamB / 2), Math.exp(ratio - shamB / 2)],
  };
}
