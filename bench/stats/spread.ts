// The standard deviation of values about zero that neither spikes move nor two modes hide.
import { quantile } from './quantile.js';

/** The 75 % and the 95 % point of a standard normal value's size. */
const UPPER_QUARTILE = 1.15035;
const UPPER_TAIL = 1.95996;

/** From the 75 % point of the sizes. Errors as `quantile`. */
export function usualSpread(deviations: readonly number[]): number {
  return quantile(deviations.map(Math.abs), 0.75) / UPPER_QUARTILE;
}

/** The same, or what the 95 % point says where that is more: of values that stray little as a rule, and far at times. */
export function tailSpread(deviations: readonly number[]): number {
  return Math.max(usualSpread(deviations), quantile(deviations.map(Math.abs), 0.95) / UPPER_TAIL);
}
