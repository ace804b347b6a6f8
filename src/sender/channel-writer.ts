// Where a channel writes: what transports implement and senders call.
import type { BatchIndex } from '../ram/batches.js';

/** The writing end of one channel. A failed write throws; the framework adds channel and write number. */
export interface ChannelWriter {
  /** Writes the pages of a batch; the batch is not changed. */
  send(batch: BatchIndex): void;
  /** Writes a SYNC. */
  sync(): void;
  close(): void;
}
