// The file transport: each page goes to its fixed place, without packets (QEMU's mapped-ram idea). Channels share the file.

import { writeAll } from '../os/gathered-write.js';
import { PageRuns } from '../ram/page-runs.js';
import type { ChannelWriter } from '../sender/channel-writer.js';
import { type ChannelContext, lineOf } from './transport.js';
import { WriteSigns } from './write-signs.js';

/** A page's place in the file is its place in the RAM: its block's start and its offset in the block. */
export function openMappedFile(context: ChannelContext): ChannelWriter {
  const { batches, channel, pageSize, ram } = context;
  const { descriptor, signs } = lineOf(context);
  const runs = new PageRuns(ram, batches, pageSize, context.joinPages);
  const sign = WriteSigns.ofWriter(signs, channel);
  return {
    send(batch) {
      runs.find(batch);
      const start = ram.blocks[batches.block(batch)]!.start;
      let position = 0;
      sign.turn();
      for (let run = 0; run < runs.count; run++) {
        const bytes = runs.segments[run]!.subarray(runs.starts[run], runs.ends[run]);
        // Runs are as long as their pages: the first page of each is where the run before it left off.
        writeAll(descriptor, [bytes], start + batches.page(batch, position) * pageSize);
        position += bytes.length / pageSize;
      }
      sign.turn();
    },
    // A page that was written is in the file: nothing has to be told apart.
    sync() {},
    close() {},
  };
}
