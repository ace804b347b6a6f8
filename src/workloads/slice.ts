// What one slice of a cell yields.

import type { SparseCounts } from '../memory/latency-histogram.js';
import type { ByLatency, LatencyName } from '../sender/hand-off-clock.js';

/** What one slice of a cell yields: measured on the provider's thread, first publish to last completion. */
export interface Slice {
  readonly jobs: number;
  readonly pages: number;
  readonly durationNs: number;
  /** When it began, on the clock that all threads share. */
  readonly startedNs: number;
  /** Device state only: chunks that the other requesters handed over meanwhile. */
  readonly chunks?: number;
  /** Sync and device state only: the two loops apart, one entry a sync. */
  readonly signalNs?: readonly number[];
  readonly collectNs?: readonly number[];
  /** Sync only, a list for each: from the start of signalling until each channel had written its SYNC. */
  readonly delayNs?: readonly (readonly number[])[];
  /** Hand-off and device state only. */
  readonly latencies?: ByLatency<SparseCounts>;
  /** Turns of a ping-pong only: the middle of each latency. */
  readonly medianNs?: Partial<Readonly<Record<LatencyName, number>>>;
  /** Open loop only: how long all hand-overs should have taken, from the first to the last, and how long they took. */
  readonly pace?: { readonly offeredNs: number; readonly takenNs: number };
  /** Precopy only: pages of each round, and the time of the last one, in which the guest stands still. */
  readonly pagesPerRound?: readonly number[];
  readonly downtimeNs?: number;
}
