// How evenly work is shared over channels.

/**
 * Jain's fairness index: 1 when all shares are equal, 1/n when one of n has everything. Nothing shared at all is even.
 * Source: Jain, Chiu and Hawe, "A quantitative measure of fairness", DEC TR-301, 1984.
 *
 * @param shares not negative, at least one, in any unit
 * @throws RangeError when there is none, or one is negative or not finite
 */
export function jainIndex(shares: readonly number[]): number {
  if (shares.length === 0 || !shares.every((share) => share >= 0 && share < Infinity)) {
    throw new RangeError(`fairness: expected shares >= 0, at least one, got [${shares.join(', ')}]`);
  }
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}
