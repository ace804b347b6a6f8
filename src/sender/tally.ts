// What one channel has sent, counted so that lost, double and overtaken batches show.

import { invariant } from '../memory/invariant.js';
import { type Batches, type BatchIndex, DEVICE_STATE } from '../ram/batches.js';

/** Plain numbers, so that a thread can post it. */
export interface TallySum {
  readonly jobs: number;
  readonly pages: number;
  readonly syncs: number;
  /** Jobs that were chunks of a device's state: they have neither pages nor packet numbers. */
  readonly chunks: number;
  /** Sum and exclusive-or of the sequence numbers: exactly once shows in both. */
  readonly sequenceSum: number;
  readonly sequenceXor: number;
  /** The same for packet numbers, where the transport prepares packets. */
  readonly packets: number;
  readonly packetSum: number;
  readonly packetXor: number;
  /** Sum of one word of each page as it arrived, where bytes move. */
  readonly checksum: number;
}

/** One thread's own counters; a few plain additions a job, so timing runs keep it on. */
export class Tally implements TallySum {
  jobs = 0;
  pages = 0;
  syncs = 0;
  chunks = 0;
  sequenceSum = 0;
  sequenceXor = 0;
  packets = 0;
  packetSum = 0;
  packetXor = 0;
  checksum = 0;
  private readonly channel: number;
  private readonly last: Int32Array;

  constructor(channel: number, requesters: number) {
    this.channel = channel;
    this.last = new Int32Array(requesters).fill(-1);
  }

  /** Counts a batch before it is written. Throws when it is empty or was overtaken on this channel. */
  take(batches: Batches, batch: BatchIndex): void {
    const count = batches.count(batch);
    const sequence = batches.sequence(batch);
    const requester = batches.requester(batch);
    if (count <= 0) invariant(false, `I2: channel ${this.channel} took batch ${batch}, which is empty or another's`);
    if (sequence <= this.last[requester]!) {
      invariant(false, `order: channel ${this.channel} took job ${sequence} after job ${this.last[requester]}`);
    }
    this.last[requester] = sequence;
    this.jobs++;
    if (batches.block(batch) === DEVICE_STATE) this.chunks++;
    else this.pages += count;
    this.sequenceSum += sequence;
    this.sequenceXor ^= sequence;
  }

  packet(number: number): void {
    this.packets++;
    this.packetSum += number;
    this.packetXor ^= number;
  }

  sum(): TallySum {
    const { jobs, pages, syncs, chunks, sequenceSum, sequenceXor, packets, packetSum, packetXor, checksum } = this;
    return { jobs, pages, syncs, chunks, sequenceSum, sequenceXor, packets, packetSum, packetXor, checksum };
  }
}

/** Adds up the tallies of all channels. */
export function addTallies(tallies: readonly TallySum[]): TallySum {
  const total = new Tally(-1, 0);
  for (const each of tallies) {
    total.jobs += each.jobs;
    total.pages += each.pages;
    total.syncs += each.syncs;
    total.chunks += each.chunks;
    total.sequenceSum += each.sequenceSum;
    total.sequenceXor ^= each.sequenceXor;
    total.packets += each.packets;
    total.packetSum += each.packetSum;
    total.packetXor ^= each.packetXor;
    total.checksum = (total.checksum + each.checksum) | 0;
  }
  return total.sum();
}

/** Exclusive-or of 0 .. count - 1. */
export function xorBelow(count: number): number {
  let xor = 0;
  // Whole groups of four cancel out.
  for (let value = count & ~3; value < count; value++) xor ^= value;
  return xor;
}
