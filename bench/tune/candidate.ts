// What is tuned: candidates (a design with its waits and placement, at a number of channels), and what a round says of them.
import type { TurnsOfVisits } from '../stats/paired.js';

export interface Candidate {
  /** A design with its waits and its placement: an index into the list of arms. */
  readonly arm: number;
  readonly channels: number;
}

/** One candidate in one fresh process. */
export interface Reading {
  readonly candidate: Candidate;
  /** Throughput, in any unit, of both visits turn by turn: turns of one round that have the same place are neighbours in time. */
  readonly turns: TurnsOfVisits;
  /** By name: what else is known of it, such as `cpuNsPerJob` and `p99Ns`. */
  readonly values: Readonly<Record<string, number>>;
}

/** One fresh process; candidates that failed in it are left out. */
export type Round = readonly Reading[];

/**
 * Measures the candidates in a fresh process, alternating. Undefined when it was interrupted: the round counts for
 * nothing. A simulation stands in for it in tests.
 */
export type MeasureRound = (round: number, candidates: readonly Candidate[]) => Promise<Round | undefined>;

/** Equal for equal candidates. */
export function keyOf({ arm, channels }: Candidate): string {
  return `${arm}/${channels}`;
}
