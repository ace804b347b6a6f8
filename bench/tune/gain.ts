// What another number of channels gains.
import { type MeanRatio, meanRatio } from '../stats/ratio.js';
import { type Candidate, keyOf, type Round } from './candidate.js';
import { logRatio } from './ranking.js';

/** Channels that QEMU takes unless it is told. */
export const QEMU_DEFAULT = 2;

export type Gain = Pick<MeanRatio, 'ratio' | 'low' | 'high' | 'n'> & { readonly over: number };

/** Of this candidate to another count of its arm, in the rounds that have both. */
export function gainOver(rounds: readonly Round[], { arm, channels }: Candidate, over: number): Gain | undefined {
  if (over < 1 || over === channels) return undefined;
  const logs = rounds.flatMap((round) => {
    const [here, there] = [channels, over].map((count) =>
      round.find(({ candidate }) => keyOf(candidate) === keyOf({ arm, channels: count })),
    );
    return here && there ? [logRatio(there, here)] : [];
  });
  if (logs.length < 2) return undefined;
  const { ratio, low, high, n } = meanRatio(logs);
  return { over, ratio, low, high, n };
}
