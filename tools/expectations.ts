// What a run's ratios are held to, and whether they hold.

import { compareWithBaseline } from '../bench/result/comparisons.js';
import type { Result } from '../bench/result/document.js';
import { heldAbove, heldBelow } from '../bench/stats/held.js';

/** A design's ratio to the first row of its table, over so many channels: at least, or at most, so much. */
export interface Expectation {
  readonly variant: string;
  readonly metric: string;
  readonly channels: number;
  readonly least?: number;
  readonly most?: number;
}

/** One line for each: what was expected, the ratio with its interval, and whether it holds. */
export function checkExpectations(result: Result, expectations: readonly Expectation[]): string[] {
  return expectations.map((expectation) => {
    const { variant, metric, channels, least, most } = expectation;
    const found = compareWithBaseline(result.cells, metric, [variant]).find(
      ({ b, cell }) => b === variant && new RegExp(`\\bchannels=${channels}\\b`).test(cell),
    );
    const bound = least === undefined ? `at most x${most}` : `at least x${least}`;
    const what = `${variant}, ${channels} ch, ${metric}: ${bound}`;
    if (!found) return `${what}: not measured`;
    const held = least === undefined ? heldBelow(found, most!) : heldAbove(found, least);
    return `${what} of ${found.a}: x${found.ratio.toPrecision(3)} (${found.low.toPrecision(3)} to ${found.high.toPrecision(3)}): ${held}`;
  });
}
