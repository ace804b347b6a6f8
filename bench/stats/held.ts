// What a ratio's interval allows to say of a goal.
import type { RatioInterval } from './ratio.js';

/** For a ratio that should be at most `most`: what the interval allows to say. */
export function heldBelow({ ratio, high, low }: RatioInterval, most: number): string {
  if (high <= most) return 'holds';
  if (ratio <= most) return 'holds, not certain';
  return low > most ? 'missed' : 'missed, not certain';
}

/** For a ratio whose whole interval should be above `least`. */
export function heldAbove({ low, high }: RatioInterval, least: number): string {
  if (low > least) return 'holds';
  return high > least ? 'missed, not certain' : 'missed';
}
