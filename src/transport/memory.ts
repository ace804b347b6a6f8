// The memory transport: each batch's pages are copied into a buffer of the channel's own, so bytes really move.

import { DEVICE_STATE } from '../ram/batches.js';
import { PageRuns } from '../ram/page-runs.js';
import type { Ram } from '../ram/ram.js';
import type { ChannelWriter } from '../sender/channel-writer.js';
import type { ChannelContext } from './transport.js';

export function openMemory(context: ChannelContext): ChannelWriter {
  const { batches, chunkPages = 0, pageSize, pagesPerBatch, ram, tally } = context;
  // Touched now: with many channels and short turns the kernel's zeroing of fresh memory would be what is timed.
  const target = new Uint8Array(Math.max(pagesPerBatch, chunkPages) * pageSize).fill(0);
  const targetWords = new Int32Array(target.buffer);
  const runs = new PageRuns(ram, batches, pageSize);
  const copy = () => {
    let at = 0;
    for (let run = 0; run < runs.count; run++) {
      const bytes = runs.segments[run]!.subarray(runs.starts[run], runs.ends[run]);
      target.set(bytes, at);
      at += bytes.length;
    }
  };
  return {
    send(batch) {
      if (batches.block(batch) === DEVICE_STATE) {
        runs.findState(batch, chunkPages);
        copy();
        return;
      }
      tally.packet(context.nextPacketNumber());
      runs.find(batch);
      copy();
      const pages = batches.count(batch);
      let checksum = tally.checksum;
      for (let position = 0; position < pages; position++) {
        const sample = sampleOffset(batches.page(batch, position), pageSize);
        checksum = (checksum + targetWords[(position * pageSize + sample) / 4]!) | 0;
      }
      tally.checksum = checksum;
    },
    sync() {
      tally.packet(context.nextPacketNumber());
    },
    close() {},
  };
}

/** Which word of a page goes into the checksum: another one for each page, in bytes from its start. */
function sampleOffset(page: number, pageSize: number): number {
  return Math.imul(page, 0x9e3779b1) & (pageSize - 1) & ~3;
}

/** What a page adds to the checksum when it arrives whole. */
export function sampleOf(ram: Ram, block: number, page: number, pageSize: number): number {
  const segment = ram.segment(block, page, pageSize);
  const at = ram.offset(block, page, pageSize) + sampleOffset(page, pageSize);
  return segment[at]! | (segment[at + 1]! << 8) | (segment[at + 2]! << 16) | (segment[at + 3]! << 24);
}
