// The mapped-ram transport: each page goes to its place in a file that QEMU loads, and its bit into a bitmap. Channels share both.
import { writeAll } from '../os/gathered-write.js';
import { PageRuns } from '../ram/page-runs.js';
import { ZeroPages } from '../ram/zero-pages.js';
import type { ChannelWriter } from '../sender/channel-writer.js';
import { mappedRamParts } from '../wire/mapped-ram-writer.js';
import { PageBitmap } from './page-bitmap.js';
import { type ChannelContext, lineOf } from './transport.js';
import { WriteSigns } from './write-signs.js';

export function openMappedRam(context: ChannelContext): ChannelWriter {
  const { batches, channel, pageSize, ram } = context;
  const writeBytes = context.write ?? writeAll;
  const { descriptor, signs, bitmap } = lineOf(context);
  if (!bitmap) throw new Error(`channel ${channel}: mapped-ram needs a bitmap, and none was made`);
  const { blocks, bitmapStarts } = mappedRamParts(ram.blocks, pageSize);
  const bits = new PageBitmap(bitmap, bitmapStarts);
  const zeros = context.findZeroPages ? new ZeroPages(ram, pageSize) : undefined;
  const runs = new PageRuns(ram, batches, pageSize, context.joinPages);
  const pageOfRun: number[] = [];
  const sign = WriteSigns.ofWriter(signs, channel);

  /** Finds the runs of pages that have bytes, and the first page of each. */
  const list = (block: number, batch: number) => {
    const pages = batches.count(batch);
    runs.clear();
    zeros?.forget();
    for (let position = 0; position < pages; position++) {
      const page = batches.page(batch, position);
      if (zeros?.has(block, page)) bits.clear(block, page);
      else {
        runs.addPage(block, page);
        if (runs.ends[runs.count - 1]! - runs.starts[runs.count - 1]! === pageSize) pageOfRun[runs.count - 1] = page;
      }
    }
  };

  return {
    send(batch) {
      const block = batches.block(batch);
      const { pagesAt } = blocks[block]!;
      list(block, batch);
      sign.turn();
      for (let run = 0; run < runs.count; run++) {
        const [from, to, page] = [runs.starts[run]!, runs.ends[run]!, pageOfRun[run]!];
        writeBytes(descriptor, [runs.segments[run]!.subarray(from, to)], pagesAt + page * pageSize);
        bits.set(block, page, (to - from) / pageSize);
      }
      sign.turn();
    },
    // A page that was written is in the file: nothing has to be told apart.
    sync() {},
    close() {},
  };
}
