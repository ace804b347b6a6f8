// The standard error of a stored median, from its interval by ranks.
import { studentQuantile } from './student.js';

/** As a result file holds it: the median over processes, with its interval, in the metric's unit. */
export interface StoredMedian {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly rounds: number;
}

const widths = new Map<number, number>();

/**
 * Standard error of the median's logarithm: the interval's width by how many standard errors wide it is at that many
 * processes. Undefined for one process, whose interval says nothing. Simulated for normal values: 1.1 to 1.3 times the
 * true one at 3 to 12 processes.
 */
export function medianError({ low, high, rounds }: StoredMedian): number | undefined {
  if (!(rounds > 1) || !(low > 0) || !(high >= low)) return undefined;
  let width = widths.get(rounds);
  if (width === undefined) {
    width = 2 * studentQuantile((1 + confidenceOf(rounds)) / 2, 1e6);
    widths.set(rounds, width);
  }
  return Math.log(high / low) / width;
}

/** What an interval between the (k+1)th values from both ends holds, with the k that `medianInterval` takes. */
function confidenceOf(count: number): number {
  let term = 2 ** -count;
  let tail = term;
  for (let outside = 0; ; outside++) {
    term *= (count - outside) / (outside + 1);
    if (!(tail + term <= 0.025)) return 1 - 2 * tail;
    tail += term;
  }
}
