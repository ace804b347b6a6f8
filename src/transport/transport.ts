// Transports: where a channel writes. One writer a channel, opened on the thread that writes.

import type { writeAll } from '../os/gathered-write.js';
import type { Batches } from '../ram/batches.js';
import type { Ram } from '../ram/ram.js';
import type { ChannelWriter } from '../sender/channel-writer.js';
import type { Tally } from '../sender/tally.js';
import type { CodecName } from '../wire/packet.js';

/** What a writer is opened with. */
export interface ChannelContext {
  readonly channel: number;
  readonly pageSize: number;
  readonly pagesPerBatch: number;
  /** Of a chunk of device state; absent where there is none. */
  readonly chunkPages?: number;
  readonly ram: Ram;
  readonly batches: Batches;
  readonly tally: Tally;
  /** Where the channel writes to, for transports that have such a place. */
  readonly line?: {
    readonly descriptor: number;
    readonly signs: SharedArrayBuffer;
    readonly bitmap?: SharedArrayBuffer | undefined;
  };
  /** How pages are packed; absent, not at all. */
  readonly codec?: CodecName;
  /** True leaves out the bytes of pages of zeros, and names those pages in the packet. */
  readonly findZeroPages?: boolean;
  /** False writes each page as a buffer of its own; else adjacent pages are joined into one. */
  readonly joinPages?: boolean;
  /** Writes in the place of `writeAll`, where bytes are to go wrong. */
  readonly write?: typeof writeAll;
  /** The next packet number over all channels (QEMU: packet_num). */
  nextPacketNumber(): number;
}

/** The line of a channel. Throws where the run was opened without lines. */
export function lineOf({ channel, line }: ChannelContext) {
  if (!line) throw new Error(`channel ${channel}: its transport needs a line, and none was opened`);
  return line;
}

export type OpenWriter = (context: ChannelContext) => ChannelWriter;
