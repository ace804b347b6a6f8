// The search for a count over a link: each doubling, then half-way to the neighbours of the best, then the contenders by turns.
import { median } from '../stats/quantile.js';
import { compareUnpaired } from '../stats/unpaired.js';

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

const FIRST = 1;
/** Trials of a contender: at least, before anything is decided, and at most. */
const [TRIALS, MOST_TRIALS] = [3, 8];
/** A count of which no trial came so near to the best is no contender .. */
const FAR = 0.15;
/** .. and the doublings end when two in a row are none. */
const WORSE_IN_A_ROW = 2;
/** A count that is within this of the best does as well .. */
export const LINK_MARGIN = 0.05;
/** .. and so does one within this that is not shown to be slower: the best of many is partly luck. */
const MOST_LOSS = 0.08;

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
  /** Each once, back and forth: what drifts meets all alike. */
  let rounds = 0;
  const inTurn = async (counts: readonly LinkCount[]) => {
    for (const { channels } of rounds++ % 2 === 0 ? counts.toReversed() : counts) if (fits()) await one(channels);
  };
  let [best, worse] = [0, 0];
  for (const channels of doublings(most)) {
    const rate = await one(channels);
    worse = rate < best * (1 - FAR) ? worse + 1 : 0;
    best = Math.max(best, rate);
    if (worse === WORSE_IN_A_ROW && !all) break;
  }
  // The first trial came before all was warm: another takes its place.
  if (fits()) {
    rates.delete(FIRST);
    await one(FIRST);
  }
  // One trial that was disturbed puts no smaller count out.
  await inTurn(doubtful(known()));
  for (const channels of halfWay(known())) if (fits()) await one(channels);
  await inTurn(contenders(known()).filter((each) => trialsOf(each) === 1));
  while (fits()) {
    const open = undecided(known());
    if (open.length === 0) break;
    await inTurn(open);
  }
  return known();
}

export function rateOf({ bytesPerSecond }: LinkCount): number {
  return median(bytesPerSecond);
}

/** The best, and the smallest count that does about as well. */
export function choose(known: readonly LinkCount[]): { readonly best: LinkCount; readonly chosen: LinkCount } {
  // One with fewer trials than others is the best by luck, or was left behind.
  const trials = Math.min(TRIALS, Math.max(...known.map(trialsOf)));
  const best = fastest(known.filter((each) => trialsOf(each) >= trials));
  return { best, chosen: known.find((each) => doesAsWell(each, best))! };
}

const fastest = (known: readonly LinkCount[]) =>
  known.reduce((most, each) => (rateOf(each) > rateOf(most) ? each : most));
const trialsOf = ({ bytesPerSecond }: LinkCount) => bytesPerSecond.length;

function doesAsWell(each: LinkCount, best: LinkCount): boolean {
  const ratio = rateOf(each) / rateOf(best);
  if (ratio >= 1 - LINK_MARGIN) return true;
  return ratio >= 1 - MOST_LOSS && Math.min(trialsOf(each), trialsOf(best)) >= TRIALS && toBest(each, best).high >= 1;
}

/** The counts whose next trials may change the answer, the best with them; none once it stands. Larger ones than the answer wait. */
function undecided(known: readonly LinkCount[]): readonly LinkCount[] {
  const { best, chosen } = choose(known);
  const first = fastest(known.filter((each) => trialsOf(each) > 1 || known.every((other) => trialsOf(other) === 1)));
  const isOpen = (each: LinkCount) => {
    if (trialsOf(each) < TRIALS) return each === first || each.channels <= chosen.channels;
    if (trialsOf(each) >= MOST_TRIALS || each.channels >= best.channels || each.channels > chosen.channels)
      return false;
    const { low, high } = toBest(each, best);
    return low < 1 - LINK_MARGIN && high >= 1 - LINK_MARGIN;
  };
  const open = contenders(known).filter(isOpen);
  return open.length === 0 || open.includes(best) ? open : [...open, best];
}

/** The ratio of the means of their logarithms. */
function toBest(each: LinkCount, best: LinkCount) {
  return compareUnpaired(
    ...([best, each].map((side) => side.bytesPerSecond.map((rate) => [rate])) as [number[][], number[][]]),
  );
}

export function doublings(most: number): number[] {
  return Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, power) => 2 ** power);
}

function contenders(known: readonly LinkCount[]): readonly LinkCount[] {
  const highest = rateOf(fastest(known));
  return known.filter((each) => Math.max(...each.bytesPerSecond) >= highest * (1 - FAR));
}

/** Smaller counts than the best that have half its rate. */
function doubtful(known: readonly LinkCount[]): readonly LinkCount[] {
  const best = fastest(known);
  return known.filter((each) => each.channels < best.channels && rateOf(each) >= rateOf(best) / 2);
}

function halfWay(known: readonly LinkCount[]): number[] {
  const at = known.indexOf(fastest(known));
  const counts = known.map(({ channels }) => channels);
  return [counts[at - 1], counts[at + 1]].flatMap((other) => {
    const middle = other === undefined ? 0 : Math.round((other + counts[at]!) / 2);
    return middle > 0 && !counts.includes(middle) ? [middle] : [];
  });
}
