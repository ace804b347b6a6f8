// What advice is given on: the readings of a search, or of saved results, and what is known of the machine.
import type { Candidate } from './candidate.js';
import type { Machinery } from './demands.js';
import type { KnownLatency, LatencyLimit } from './limit.js';
import type { Ended, Found } from './search.js';
import type { Arm } from './space.js';

/** What was searched, or read from saved results. */
export interface Subject extends Machinery {
  readonly arms: readonly Arm[];
  readonly found: Found & { readonly ended?: Ended };
  isOversubscribed(candidate: Candidate): boolean;
  /** Threads and shared words. */
  memoryBytes?(candidate: Candidate): number;
  /** What one process more would take. */
  readonly secondsPerProcess?: number;
  readonly limit?: LatencyLimit;
  latencyOf?(candidate: Candidate): KnownLatency;
}
