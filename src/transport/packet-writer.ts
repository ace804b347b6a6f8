// The tcp and unix transports: packets in QEMU's format, each one gathered write that blocks its thread until it is done.

import { writeAll } from '../os/gathered-write.js';
import { type BatchIndex, DEVICE_STATE } from '../ram/batches.js';
import { PageRuns } from '../ram/page-runs.js';
import { ZeroPages } from '../ram/zero-pages.js';
import type { ChannelWriter } from '../sender/channel-writer.js';
import { openPacker } from '../wire/codecs/codec.js';
import { StateHeader } from '../wire/device-state.js';
import { FLAG_SYNC, FLAGS_OF_CODECS, Packet, PacketHeader } from '../wire/packet.js';
import { type ChannelContext, lineOf } from './transport.js';
import { WriteSigns } from './write-signs.js';

/** Writes to the channel's line; its initial packet was written when the line was opened. */
export function openPackets(context: ChannelContext): ChannelWriter {
  const { batches, channel, chunkPages = 0, codec = 'none', pageSize, pagesPerBatch, ram, tally } = context;
  const writeBytes = context.write ?? writeAll;
  const { descriptor, signs } = lineOf(context);
  const geometry = { pageSize, pagesPerPacket: pagesPerBatch };
  const packet = new Packet(geometry);
  const header = new PacketHeader(geometry);
  const packer = codec === 'none' ? undefined : openPacker(codec, pageSize, pagesPerBatch * pageSize);
  // A packer takes its pages one by one.
  const runs = new PageRuns(ram, batches, pageSize, packer ? false : context.joinPages);
  const zeros = context.findZeroPages ? new ZeroPages(ram, pageSize) : undefined;
  const state = new StateHeader();
  const zeroOffsets = new Float64Array(pagesPerBatch);
  const sign = WriteSigns.ofWriter(signs, channel);

  const writeSigned = (buffers: readonly Uint8Array[]) => {
    sign.turn();
    writeBytes(descriptor, buffers);
    sign.turn();
  };

  const write = (buffers: readonly Uint8Array[]) => {
    packet.number = context.nextPacketNumber();
    header.fill(packet);
    writeSigned(buffers);
    tally.packet(packet.number);
  };

  /** The header first. */
  const withRuns = (first: Uint8Array): Uint8Array[] => {
    const pieces = [first];
    for (let run = 0; run < runs.count; run++) {
      pieces.push(runs.segments[run]!.subarray(runs.starts[run], runs.ends[run]));
    }
    return pieces;
  };

  /** Lists the pages that have bytes, and after them those of zeros. */
  const list = (batch: BatchIndex, block: number) => {
    const pages = batches.count(batch);
    let normal = 0;
    runs.clear();
    zeros?.forget();
    for (let position = 0; position < pages; position++) {
      const page = batches.page(batch, position);
      if (zeros?.has(block, page)) zeroOffsets[position - normal] = page * pageSize;
      else {
        runs.addPage(block, page);
        packet.offsets[normal++] = page * pageSize;
      }
    }
    for (let zero = 0; zero < pages - normal; zero++) packet.offsets[normal + zero] = zeroOffsets[zero]!;
    packet.normalPages = normal;
    packet.zeroPages = pages - normal;
  };

  return {
    send(batch) {
      const block = batches.block(batch);
      if (block === DEVICE_STATE) {
        runs.findState(batch, chunkPages);
        state.fill(batches.requester(batch), chunkPages * pageSize);
        writeSigned(withRuns(state.bytes));
        return;
      }
      list(batch, block);
      packet.flags = FLAGS_OF_CODECS[codec];
      packet.pagesAllocated = pagesPerBatch;
      packet.blockName = ram.blocks[block]!.name;
      packet.nextPacketSize = packet.normalPages * pageSize;
      const pieces = withRuns(header.bytes);
      if (packer && packet.normalPages > 0) {
        const packed = packer.pack(pieces.splice(1));
        packet.nextPacketSize = packed.length;
        pieces.push(packed);
      }
      write(pieces);
    },
    sync() {
      // As QEMU since 9.0: a SYNC carries no pages, not even room for them.
      packet.flags = FLAG_SYNC;
      packet.pagesAllocated = 0;
      packet.normalPages = 0;
      packet.zeroPages = 0;
      packet.nextPacketSize = 0;
      write([header.bytes]);
    },
    close: () => packer?.close(),
  };
}
