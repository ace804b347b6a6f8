// What the Universal Scalability Law says, fitted to readings: its coefficients, and where it peaks if that can be told.
import type { Random } from '../../src/random.js';
import { fitUsl, fitUslOfProcesses, type UslFit, uslPeak } from '../stats/usl.js';
import { type Candidate, keyOf, type Round } from './candidate.js';

const LEAST_COUNTS = 3;

export interface UslAdvice {
  readonly base: number;
  readonly contention: number;
  readonly coherency: number;
  readonly intervals?: UslFit['intervals'];
  /** Channels at the peak; null where it cannot be told, and `refused` says why. */
  readonly peak: number | null;
  readonly peakLow?: number;
  readonly peakHigh?: number;
  readonly refused?: string;
}

/** Where there is no fit, for want of points, it is refused. */
export function uslAdvice(fit: UslFit | undefined): UslAdvice {
  if (!fit) {
    const unknown = { base: Number.NaN, contention: Number.NaN, coherency: Number.NaN };
    return { ...unknown, peak: null, refused: `fewer than ${LEAST_COUNTS} different numbers of channels` };
  }
  const peak = uslPeak(fit);
  const { base, contention, coherency, intervals } = fit;
  const coefficients = { base, contention, coherency, ...(intervals && { intervals }) };
  if ('refused' in peak) return { ...coefficients, peak: null, refused: peak.refused };
  return { ...coefficients, peak: peak.channels, peakLow: peak.low, peakHigh: peak.high };
}

export function fitOf(rounds: readonly Round[], own: readonly Candidate[], random: Random): UslFit | undefined {
  if (own.length < LEAST_COUNTS) return undefined;
  const keys = new Set(own.map(keyOf));
  const processes = rounds
    .map((round) =>
      round
        .filter(({ candidate, values }) => keys.has(keyOf(candidate)) && values.jobsPerSecond! > 0)
        .map(({ candidate, values }) => ({ channels: candidate.channels, throughput: values.jobsPerSecond! })),
    )
    .filter((points) => points.length > 0);
  return processes.length < 2 ? fitUsl(processes.flat()) : fitUslOfProcesses(processes, random);
}
