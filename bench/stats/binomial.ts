// How often something happens, from how often it did: the exact binomial interval.
import { incompleteBeta } from './incomplete-beta.js';

export interface Share {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

const STEPS = 60;

/**
 * The share with its exact interval. Source: Clopper and Pearson, "The use of confidence or fiducial limits", 1934.
 *
 * @param count of `trials`, both whole
 * @throws RangeError unless 0 <= count <= trials and there is a trial
 */
export function binomialShare(count: number, trials: number, confidence = 0.95): Share {
  if (!(trials >= 1 && count >= 0 && count <= trials)) {
    throw new RangeError(`binomial: expected a count of at least one trial, got ${count} of ${trials}`);
  }
  const tail = (1 - confidence) / 2;
  // P(X >= count) at a share, and P(X > count): both rise with it.
  const low = count === 0 ? 0 : rootOf((share) => incompleteBeta(share, count, trials - count + 1), tail);
  const high = count === trials ? 1 : rootOf((share) => incompleteBeta(share, count + 1, trials - count), 1 - tail);
  return { share: count / trials, low, high };
}

function rootOf(rising: (share: number) => number, wanted: number): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (rising(middle) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
