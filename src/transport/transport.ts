// Transports: where a channel writes. One writer a channel, opened on the thread that writes.
import type { Batches, BatchIndex } from '../ram/batches.js';
import type { Ram } from '../ram/ram.js';
import type { Tally } from '../sender/tally.js';

/** The writing end of one channel. A failed write throws; the framework adds channel and write number. */
export interface ChannelWriter {
  /** Writes the pages of a batch; the batch is not changed. */
  send(batch: BatchIndex): void;
  /** Writes a SYNC. */
  sync(): void;
  close(): void;
}

/** What a writer is opened with. */
export interface ChannelContext {
  readonly channel: number;
  readonly pageSize: number;
  readonly pagesPerBatch: number;
  readonly ram: Ram;
  readonly batches: Batches;
  readonly tally: Tally;
  /** The next packet number over all channels (QEMU: packet_num). */
  nextPacketNumber(): number;
}

export type OpenWriter = (context: ChannelContext) => ChannelWriter;
