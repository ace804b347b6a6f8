// What a workload drives: the provider that is open on this thread, its queue of pages and the order of pages.
import type { Ram } from '../ram/ram.js';
import type { HandOffClock } from '../sender/hand-off-clock.js';
import type { LaterPageQueue, PageQueue } from '../sender/page-queue.js';
import type { Provider } from '../sender/variant.js';
import type { Beside } from '../transport/beside.js';
import type { Elapsed } from './elapsed.js';
import type { PageCursor } from './page-cursor.js';

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
