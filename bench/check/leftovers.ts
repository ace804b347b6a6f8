// What a process holds, run after run, and whether it grows: by a slope that is certain and large enough to matter.
import { readdirSync, readFileSync } from 'node:fs';
import { doseResponse } from '../stats/slope.js';

export interface Held {
  readonly descriptors: number;
  readonly threads: number;
  readonly residentBytes: number;
}

export function heldBy(pid: number): Held {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const number = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(status)?.[1]);
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  return { descriptors, threads: number('Threads'), residentBytes: number('VmRSS') * 1024 };
}

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
