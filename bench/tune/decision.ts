// What may be advised on a ranking, in one of three forms: use a count, take the fewest of several that look alike, or nothing.
import { processes } from '../base/quantities.js';
import { LEAST_DIFFERENCE, LEAST_PROCESSES } from '../stats/verdict.js';
import type { Candidate } from './candidate.js';
import type { Ranked, Ranking } from './ranking.js';

/**
 * `use`: the whole 95 % interval of its loss lies inside 2 %. `undecided`: nothing separates `from` to `to`. `nothing`:
 * too little was measured to name a count at all.
 */
export type Decision =
  | { readonly form: 'use'; readonly low: number; readonly high: number; readonly processes: number }
  | {
      readonly form: 'undecided';
      readonly from: number;
      readonly to: number;
      /** The most that the fewest of them may lose: the end of its interval. */
      readonly mayLose: number;
      /** Processes that would decide, at the noise seen so far. */
      readonly moreProcesses: number;
    }
  | { readonly form: 'nothing'; readonly because: string };

/** Whoever may lose more than this is not to be taken on trust. */
const MOST_TO_RISK = 0.5;
const MARGIN = Math.log1p(LEAST_DIFFERENCE);

/** Whether the whole interval of its loss lies inside the margin, over processes enough for a verdict. */
export function isWithinMargin({ high, rounds }: Pick<Ranked, 'high' | 'rounds'>): boolean {
  return rounds >= LEAST_PROCESSES && asDifference(high) <= MARGIN;
}

/** The decision, and the candidate that it is about. `channels` runs over those of all arms. */
export function decide({ ranked }: Ranking): { readonly candidate: Candidate; readonly decision: Decision } {
  const inOrder = ranked.toSorted(
    (x, y) => x.candidate.channels - y.candidate.channels || x.candidate.arm - y.candidate.arm,
  );
  const use = inOrder.find(isWithinMargin);
  if (use) {
    const { candidate, low, high, rounds } = use;
    return { candidate, decision: { form: 'use', low, high, processes: rounds } };
  }
  const open = inOrder.filter(({ standing }) => standing !== 'worse');
  const fewest = open[0]!;
  const { candidate, high } = fewest;
  if (!(high <= MOST_TO_RISK)) {
    const percent = (value: number) => `${(value * 100).toFixed(0)} %`;
    const seen = Number.isFinite(high)
      ? `${candidate.channels} may lose up to ${percent(high)} of the best`
      : `no count was measured beside another often enough`;
    return {
      candidate,
      decision: { form: 'nothing', because: `${seen}, by ${processes(fewest.rounds)}` },
    };
  }
  const own = open.filter((each) => each.candidate.arm === candidate.arm).map((each) => each.candidate.channels);
  const moreProcesses = Math.max(...open.map(missing));
  return {
    candidate,
    decision: { form: 'undecided', from: Math.min(...own), to: Math.max(...own), mayLose: high, moreProcesses },
  };
}

/** Processes that it takes to tell on which side of the margin the loss is; the estimate decides how near it is. */
function missing({ loss, low, high, rounds }: Ranked): number {
  const reach = (asDifference(high) - asDifference(low)) / 2;
  const gap = Math.max(Math.abs(asDifference(loss) - MARGIN), MARGIN / 4);
  return Math.max(LEAST_PROCESSES, Math.ceil(rounds * (reach / gap) ** 2)) - rounds;
}

/** A share that is lost, as the difference of logarithms that it is. */
function asDifference(loss: number): number {
  return -Math.log(1 - loss);
}
