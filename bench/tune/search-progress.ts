// What a search has found so far, in one line: the count that leads, and how the interval of its gain closes in.

import { gainOver, QEMU_DEFAULT } from './gain.js';
import type { Found } from './search.js';
import type { Arm } from './space.js';

export function describeFound({ answer, rounds, next }: Found, arms: readonly Arm[]): string {
  if (!answer) return rounds.length < 2 ? 'nothing yet' : 'no count keeps the limit so far';
  const { arm, channels } = answer.candidate;
  const design = arms.length > 1 ? ` of ${arms[arm]!.variant}` : '';
  const over = channels === QEMU_DEFAULT ? 1 : QEMU_DEFAULT;
  const gain = gainOver(rounds, answer.candidate, over);
  const interval =
    gain && Number.isFinite(gain.low)
      ? `, x${gain.ratio.toFixed(2)} (${gain.low.toFixed(2)} to ${gain.high.toFixed(2)}) over ${over}`
      : '';
  return `${channels} ch${design} so far${interval}; ${next.length} candidates`;
}
