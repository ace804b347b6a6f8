// The tcp and unix transports: packets in QEMU's format, each one gathered write that blocks its thread until it is done.
import { PageRuns } from '../ram/page-runs.js';
import { openPacker } from '../wire/codecs/codec.js';
import { FLAG_SYNC, FLAGS_OF_CODECS, Packet, PacketHeader } from '../wire/packet.js';
import { writeAll } from './gathered-write.js';
import { type ChannelContext, type ChannelWriter, lineOf } from './transport.js';
import { WriteSigns } from './write-signs.js';

/** Writes to the channel's line; its initial packet was written when the line was opened. */
export function openPackets(context: ChannelContext): ChannelWriter {
  const { batches, channel, codec = 'none', pageSize, pagesPerBatch, ram, tally } = context;
  const { descriptor, signs } = lineOf(context);
  const geometry = { pageSize, pagesPerPacket: pagesPerBatch };
  const packet = new Packet(geometry);
  const header = new PacketHeader(geometry);
  const packer = codec === 'none' ? undefined : openPacker(codec, pageSize, pagesPerBatch * pageSize);
  // A packer takes its pages one by one.
  const runs = new PageRuns(ram, batches, pageSize, packer ? false : context.joinPages);
  const sign = new WriteSigns(signs, channel);

  const write = (buffers: readonly Uint8Array[]) => {
    packet.number = context.nextPacketNumber();
    header.fill(packet);
    sign.turn();
    writeAll(descriptor, buffers);
    sign.turn();
    tally.packet(packet.number);
  };

  return {
    send(batch) {
      const block = batches.block(batch);
      const pages = batches.count(batch);
      packet.flags = FLAGS_OF_CODECS[codec];
      packet.pagesAllocated = pagesPerBatch;
      packet.normalPages = pages;
      packet.nextPacketSize = pages * pageSize;
      packet.blockName = ram.blocks[block]!.name;
      for (let position = 0; position < pages; position++) {
        packet.offsets[position] = batches.page(batch, position) * pageSize;
      }
      runs.find(batch);
      const pieces: Uint8Array[] = [];
      for (let run = 0; run < runs.count; run++) {
        pieces.push(runs.segments[run]!.subarray(runs.starts[run], runs.ends[run]));
      }
      const data = packer ? [packer.pack(pieces)] : pieces;
      if (packer) packet.nextPacketSize = data[0]!.length;
      write([header.bytes, ...data]);
    },
    sync() {
      // As QEMU since 9.0: a SYNC carries no pages, not even room for them.
      packet.flags = FLAG_SYNC;
      packet.pagesAllocated = 0;
      packet.normalPages = 0;
      packet.nextPacketSize = 0;
      write([header.bytes]);
    },
    close: () => packer?.close(),
  };
}
