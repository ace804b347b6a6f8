// What a receiver is asked to do, and what it says in the end. Plain data: both cross processes as JSON.

import type { Fault } from '../faults/fault.js';
import type { Address } from '../os/address.js';
import type { SyncPlace } from '../wire/main-stream.js';
import type { WireRules } from '../wire/packet-parser.js';
import type { StreamBlock } from '../wire/stream-block.js';

export interface ReceiverPlan extends WireRules {
  /** Absent, the sender is a QEMU, or sends as one does: a main stream, which says what blocks there are, and channels. */
  readonly blocks?: readonly StreamBlock[];
  /** Most bytes of RAM that a main stream may ask for. */
  readonly mostRamBytes?: number;
  /** Where to listen; port 0 takes a free one. */
  readonly listen: Address;
  readonly channels: number;
  /** 32 hexadecimal digits; absent, all zero. */
  readonly uuid?: string;
  /** True does not wait at SYNCs: newer pages may be overtaken by older ones. For showing that it matters. */
  readonly ignoreSync: boolean;
  /** Every packet number over all channels must have come once. */
  readonly numbersDense: boolean;
  /** Longest time from the first connection to the last, and in which each says which channel it is. */
  readonly connectMs: number;
  /** Longest silence inside a packet. */
  readonly stallMs: number;
  /** Longest time that one packet may take, however steadily it comes; absent, any. */
  readonly packetMs?: number;
  /** Longest silence between two packets; 0 allows any. */
  readonly idleMs: number;
  /** True fails when a connection comes after all have; always, where a main stream comes. */
  readonly oneMoreFails?: boolean;
  /** Pins thread i to the allowed CPU number i + 2, in turn. */
  readonly pinned: boolean;
  /** Where the RAM goes when all is well: of a main stream, one block of it. */
  readonly ramOut?: string;
  /** True writes over a regular file that `ramOut` names. */
  readonly replaces?: boolean;
  /** That block's name; absent, the first, which is the largest. */
  readonly block?: string;
  /** A directory that is made when all is well, with a file for each block. */
  readonly blocksOut?: string;
  /** Bytes of the RAM that count for `ramOut` and the digest, where they are not all of it. */
  readonly imageBytes?: number;
  /** True fails unless every page has come, and each channel ends with a SYNC. */
  readonly whole?: boolean;
  /** True makes the SHA-256 of the RAM at the end. */
  readonly digest: boolean;
  /** What it has to be: else nothing is kept. */
  readonly sha256?: string;
  /** What every connection has to show first: the digest of a token. Absent, none is asked for. */
  readonly token?: string;
  /** What goes wrong here on purpose; those of a write are the sender's. */
  readonly faults?: readonly Fault[];
}

/** What came over one channel so far. */
export interface ChannelCounts {
  readonly channel: number;
  /** Pages whose bytes came, and pages that were named as zero. */
  readonly pages: number;
  readonly zeroPages: number;
  /** All bytes, headers and initial packet included. */
  readonly bytes: number;
  readonly packets: number;
  readonly syncs: number;
  /** Packets of device state, which are passed over; absent where none came. */
  readonly chunks?: number;
}

/** What a main stream was. */
export interface MainCounts {
  /** The machine's type, as in `pc-i440fx-7.2`: text from the wire. */
  readonly machine: string;
  readonly syncPlace: SyncPlace;
  /** Whether it said that the guest stands still: QEMU 10.0 and newer do. */
  readonly switchover: boolean;
  readonly bytes: number;
  /** Pages with bytes, and pages of one value, that came here. */
  readonly pages: number;
  readonly zeroPages: number;
  /** Places where a SYNC of all channels belongs. */
  readonly syncs: number;
  /** Devices whose state was passed over. */
  readonly devices: number;
}

export interface BlockReport {
  /** Text from the wire. */
  readonly name: string;
  readonly bytes: number;
  /** Pages that never came: zero here. */
  readonly pagesMissing: number;
  /** SHA-256, if it was asked for. */
  readonly sha256?: string;
}

export interface ReceiverReport {
  readonly channels: readonly ChannelCounts[];
  /** Epochs, from SYNC to SYNC, in which pages came. */
  readonly rounds: number;
  /** Of a sender with a main stream. */
  readonly main?: MainCounts;
  readonly blocks?: readonly BlockReport[];
  /** Pages of the RAM that never came, neither with bytes nor as zero. */
  readonly pagesMissing: number;
  /** From the first connection to the end of the last, in milliseconds. */
  readonly durationMs: number;
  /** From the first byte of a packet to the last SYNC of all channels; absent where none came. */
  readonly transferMs?: number;
  /** CPU time of the whole process over that time, in microseconds. */
  readonly cpuMicros: number;
  /** SHA-256 of what `ramOut` gets, if it was asked for. */
  readonly sha256?: string;
}

/** Why it failed: the first cause, and where on the wire if it was there. */
export interface ReceiverFailure {
  readonly reason: string;
  readonly channel?: number;
  readonly packet?: number;
  readonly field?: string;
}

export class ReceiverError extends Error {
  override readonly name = 'ReceiverError';
  readonly failure: ReceiverFailure;

  constructor(failure: ReceiverFailure) {
    super(failure.reason);
    this.failure = failure;
  }
}

/** Any error as what crosses threads and processes. */
export function failureOf(error: unknown): ReceiverFailure {
  if (error instanceof ReceiverError) return error.failure;
  if (!(error instanceof Error)) return { reason: String(error) };
  const { channel, packet, field } = error as { channel?: number; packet?: number; field?: string };
  return {
    reason: error.message,
    ...(channel === undefined ? {} : { channel }),
    ...(packet === undefined ? {} : { packet }),
    ...(field === undefined ? {} : { field }),
  };
}
