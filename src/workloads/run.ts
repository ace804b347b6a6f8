// What a workload drives: the provider that is open on this thread, its queue of pages and the order of pages.
import type { Ram } from '../ram/ram.js';
import type { HandOffClock } from '../sender/hand-off-clock.js';
import type { LaterPageQueue, PageQueue } from '../sender/page-queue.js';
import type { Provider } from '../sender/variant.js';
import type { Beside } from '../transport/beside.js';
import type { Elapsed } from './elapsed.js';
import type { PageCursor } from './page-cursor.js';

/** How the threads beside learn of a sync: the first requester asks, and waits until all of them take part. */
export interface Bursts {
  /** The first requester, before it signals a sync. `endsTurn`: it is the last one of the turn. */
  ask(endsTurn: boolean): void;
  /** Another one: there is a sync to take part in. */
  wanted(): boolean;
  /** Another one: sleeps so long, or until a sync is wanted. */
  rest(ms: number): void;
  /** Another one, after a sync: true when it was the last one of the turn. */
  joined(): boolean;
}

/** What a requester of this workload has beside a run. */
export interface DeviceState {
  /** 0 provides RAM, the others a device's state each. */
  readonly requester: number;
  readonly bursts: Bursts;
  readonly burstChunks: number;
  readonly chunkPages: number;
  readonly pauseMs: number;
}

interface Common {
  readonly ram: Ram;
  readonly pageSize: number;
  readonly channels: number;
  readonly pagesPerBatch: number;
  /** Batches that fill all channels. */
  readonly inFlight: number;
  readonly cursor: PageCursor;
  /** Stops a clock. */
  readonly elapsed: Elapsed;
  /** Of a transfer to a QEMU: what goes beside the channels. */
  readonly main: Beside | undefined;
  /** Hand-off only. */
  readonly clock: HandOffClock | undefined;
  /** Device state only. */
  readonly device: DeviceState | undefined;
  /** Sync only: the channels were given nothing, and had time to fall asleep. */
  readonly idleSync: boolean;
  /** Sync only: when each channel had written its last SYNC. */
  syncTimes(): readonly number[];
  /** Returns once the senders have begun `jobs` batches, where the cell holds them; else at once. */
  readonly awaitHolds: (jobs: number) => void;
}

/** With a provider that blocks. */
export interface Run extends Common {
  readonly provider: Provider;
  readonly queue: PageQueue;
}

/** With a provider on an event loop. */
export interface LaterRun extends Common {
  readonly provider: Provider<'event-loop'>;
  readonly queue: LaterPageQueue;
}
