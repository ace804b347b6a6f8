// Whether what a process holds grows, run after run: by a slope that is certain and large enough to matter.
import type { Held } from '../../src/os/held.js';
import { doseResponse } from '../stats/slope.js';

export interface Growth {
  readonly what: keyof Held;
  /** For 1000 runs, with its interval. */
  readonly slope: number;
  readonly low: number;
  readonly high: number;
  /** Over all runs that count. */
  readonly growth: number;
  readonly grows: boolean;
}

/** Less is not told from chance: caches fill, collectors run when they like. */
const TOLERATED: Readonly<Record<keyof Held, number>> = { descriptors: 1, threads: 1, residentBytes: 24 << 20 };
/** The first runs load modules and fill caches. */
const WARM_UP_SHARE = 0.2;
/** Samples are dealt in turn to so many sets, and each set is a line of its own over so many blocks. */
const SETS = 6;
const BLOCKS = 8;

/** Fewer say nothing. */
export const LEAST_SAMPLES = Math.ceil((3 * SETS * BLOCKS) / (1 - WARM_UP_SHARE));

/** Undefined for too few samples: one a run. */
export function growthOf(samples: readonly Held[]): Growth[] | undefined {
  if (samples.length < LEAST_SAMPLES) return undefined;
  const counted = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  return (Object.keys(TOLERATED) as (keyof Held)[]).map((what) => {
    const sets = Array.from({ length: SETS }, (_, set) =>
      counted.flatMap((held, at) => {
        if (at % SETS !== set) return [];
        const block = Math.floor((at * BLOCKS) / counted.length);
        return [{ dose: ((block + 0.5) * counted.length) / BLOCKS, value: held[what] }];
      }),
    );
    const { mean, low, high } = doseResponse(sets).slope;
    const growth = mean * counted.length;
    return {
      what,
      slope: 1000 * mean,
      low: 1000 * low,
      high: 1000 * high,
      growth,
      grows: low > 0 && growth > TOLERATED[what],
    };
  });
}
