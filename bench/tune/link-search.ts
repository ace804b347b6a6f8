// The search for a count over a link: each doubling, then half-way to the neighbours of the best, then the contenders again.
import { median } from '../stats/quantile.js';

export interface LinkCount {
  readonly channels: number;
  /** Of each trial, by the receiver's clock. */
  readonly bytesPerSecond: readonly number[];
}

export interface LinkSearch {
  readonly most: number;
  /** Milliseconds from now on; a trial that may end later is not begun. */
  readonly budgetMs: number;
  /** True measures every doubling, whatever came before. */
  readonly all?: boolean;
  readonly measure: (channels: number) => Promise<number>;
  readonly progress?: (known: readonly LinkCount[]) => void;
  readonly now?: () => number;
}

/** Trials of a contender. */
const TRIALS = 3;
/** More of the best, and of contenders that are smaller than the answer, as long as there is time. */
const MORE_TRIALS = 4;
/** So far below the best a count is no contender .. */
const FAR = 0.15;
/** .. and the doublings end when two in a row are. */
const WORSE_IN_A_ROW = 2;
/** The smallest count that is within this of the best is the answer. */
export const LINK_MARGIN = 0.05;

/** Resolves with what was measured, by count. The doublings are measured whatever the budget is. */
export async function searchLink({
  most,
  budgetMs,
  all,
  measure,
  progress,
  now = () => performance.now(),
}: LinkSearch) {
  const begun = now();
  const rates = new Map<number, number[]>();
  let longestMs = 0;
  const known = () =>
    [...rates]
      .map(([channels, bytesPerSecond]) => ({ channels, bytesPerSecond }))
      .sort((a, b) => a.channels - b.channels);
  const fits = () => now() - begun + longestMs <= budgetMs;
  const one = async (channels: number) => {
    const before = now();
    const rate = await measure(channels);
    longestMs = Math.max(longestMs, now() - before);
    rates.set(channels, [...(rates.get(channels) ?? []), rate]);
    progress?.(known());
    return rate;
  };
  let [best, worse] = [0, 0];
  for (const channels of doublings(most)) {
    const rate = await one(channels);
    worse = rate < best * (1 - FAR) ? worse + 1 : 0;
    best = Math.max(best, rate);
    if (worse === WORSE_IN_A_ROW && !all) break;
  }
  for (const channels of halfWay(known())) if (fits()) await one(channels);
  // Back and forth: what drifts meets all alike.
  for (let round = 1; round < TRIALS; round++) {
    const again = contenders(known()).map(({ channels }) => channels);
    for (const channels of round % 2 === 0 ? again.toReversed() : again) if (fits()) await one(channels);
  }
  // The best of many is partly luck, and a smaller count may have been disturbed: more trials of both decide.
  for (let round = 0; round < MORE_TRIALS; round++) {
    const { best, chosen } = choose(known());
    const smaller = contenders(known()).filter(({ channels }) => channels < chosen.channels);
    if (smaller.length === 0) break;
    for (const { channels } of [...smaller, best]) if (fits()) await one(channels);
  }
  return known();
}

export function rateOf({ bytesPerSecond }: LinkCount): number {
  return median(bytesPerSecond);
}

/** The best, and the smallest count that does about as well. */
export function choose(known: readonly LinkCount[]): { readonly best: LinkCount; readonly chosen: LinkCount } {
  const best = known.reduce((most, each) => (rateOf(each) > rateOf(most) ? each : most));
  return { best, chosen: known.find((each) => rateOf(each) >= rateOf(best) * (1 - LINK_MARGIN))! };
}

export function doublings(most: number): number[] {
  return Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, power) => 2 ** power);
}

function contenders(known: readonly LinkCount[]): readonly LinkCount[] {
  const { best } = choose(known);
  return known.filter((each) => rateOf(each) >= rateOf(best) * (1 - FAR));
}

function halfWay(known: readonly LinkCount[]): number[] {
  const at = known.indexOf(choose(known).best);
  const counts = known.map(({ channels }) => channels);
  return [counts[at - 1], counts[at + 1]].flatMap((other) => {
    const middle = other === undefined ? 0 : Math.round((other + counts[at]!) / 2);
    return middle > 0 && !counts.includes(middle) ? [middle] : [];
  });
}
