// Where the pages of a packet go: straight into RAM where they are adjacent, through a buffer where they are scattered.
import { Runs } from '../ram/page-runs.js';
import type { Ram } from '../ram/ram.js';
import type { Unpacker } from '../wire/codecs/codec.js';
import type { Packet } from '../wire/packet.js';
import { mostPacked } from '../wire/packet-parser.js';
import type { PageMarks } from './page-marks.js';

/** Shorter runs on average cost more in reads than a copy does. Measured: page by page a third of the speed. */
const LEAST_DIRECT_BYTES = 32 << 10;

/** Bytes that a codec does not make its pages of: the peer's fault, and no other error is. */
export class UnpackError extends Error {
  override readonly name = 'UnpackError';
}

export class PageTargets {
  private readonly ram: Ram;
  private readonly marks: PageMarks;
  private readonly pageSize: number;
  private readonly staging: Uint8Array;
  private readonly unpacker: Unpacker | undefined;
  private readonly packed: Uint8Array;
  private readonly direct = new Runs();
  private readonly staged = new Runs();
  private copies = false;

  constructor(ram: Ram, marks: PageMarks, pageSize: number, pagesPerPacket: number, unpacker?: Unpacker) {
    this.ram = ram;
    this.marks = marks;
    this.pageSize = pageSize;
    this.staging = new Uint8Array(pageSize * pagesPerPacket);
    this.unpacker = unpacker;
    this.packed = new Uint8Array(unpacker ? mostPacked(this.staging.length) : 0);
  }

  /** Where the bytes of the packet's normal pages go, packed or not. */
  place(packet: Packet, block: number): Runs {
    const { ram, pageSize, direct, staged } = this;
    direct.clear();
    for (let position = 0; position < packet.normalPages; position++) {
      const page = packet.offsets[position]! / pageSize;
      direct.add(ram.segment(block, page, pageSize), ram.offset(block, page, pageSize), pageSize);
    }
    this.copies =
      this.unpacker !== undefined || (direct.count > 1 && direct.count * LEAST_DIRECT_BYTES > packet.dataBytes);
    if (!this.copies) return direct;
    staged.clear();
    staged.add(this.unpacker ? this.packed : this.staging, 0, packet.dataBytes);
    return staged;
  }

  /** The bytes are there: unpacks or copies them if need be, clears and marks pages. Throws UnpackError. */
  complete(packet: Packet, block: number): void {
    const { direct, ram, marks, pageSize } = this;
    if (this.copies && packet.normalPages > 0) {
      const pages = this.staging.subarray(0, packet.normalPages * pageSize);
      this.unpack(packet, pages);
      let from = 0;
      for (let run = 0; run < direct.count; run++) {
        const start = direct.starts[run]!;
        const bytes = direct.ends[run]! - start;
        direct.segments[run]!.set(this.staging.subarray(from, from + bytes), start);
        from += bytes;
      }
    }
    const { normalPages, zeroPages, offsets } = packet;
    for (let position = 0; position < normalPages; position++) marks.set(block, offsets[position]! / pageSize);
    for (let position = normalPages; position < normalPages + zeroPages; position++) {
      const page = offsets[position]! / pageSize;
      // Memory that nothing was written to is zero, and stays untouched.
      if (marks.has(block, page)) {
        const start = ram.offset(block, page, pageSize);
        ram.segment(block, page, pageSize).fill(0, start, start + pageSize);
      } else marks.set(block, page);
    }
  }

  private unpack(packet: Packet, pages: Uint8Array): void {
    try {
      this.unpacker?.unpack(this.packed.subarray(0, packet.dataBytes), pages);
    } catch (error) {
      throw new UnpackError((error as Error).message, { cause: error });
    }
  }
}
