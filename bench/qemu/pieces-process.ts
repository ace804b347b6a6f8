// The process of `pieces`: connects to the drain and writes the whole RAM, packet by packet, from its one thread.

import { writeAll } from '../../src/os/gathered-write.js';
import { leaveSignalsToParent } from '../../src/os/signals.js';
import { openRam } from '../../src/ram/image.js';
import { Random } from '../../src/random.js';
import { Line } from '../../src/transport/line.js';
import type { SendPieces } from './pieces.js';

const PAGE = 4096;
const PAGES_A_PACKET = 128;
const HEADER = new Uint8Array(64 + 256 + PAGES_A_PACKET * 8);

const [segment] = [...openRam({ file: process.argv[2]! }).pieces()] as [Uint8Array];
const pages = segment.length / PAGE;
const random = shuffled(pages);

process.on('disconnect', () => process.exit());
if (process.connected === false) process.exit();
leaveSignalsToParent();
process.on('message', async ({ pieces, port }: SendPieces) => {
  const line = await Line.connect({ host: '127.0.0.1', port }, new Uint8Array(0), 5000);
  const descriptor = line.hold();
  for (let first = 0; first < pages; first += PAGES_A_PACKET) {
    const end = Math.min(first + PAGES_A_PACKET, pages);
    const buffers: Uint8Array[] = [HEADER];
    if (pieces === 'cached') buffers.push(segment.subarray(0, (end - first) * PAGE));
    else if (pieces === 'joined') buffers.push(segment.subarray(first * PAGE, end * PAGE));
    else {
      for (let index = first; index < end; index++) {
        const page = pieces === 'random' ? random[index]! : index;
        buffers.push(segment.subarray(page * PAGE, (page + 1) * PAGE));
      }
    }
    writeAll(descriptor, buffers);
  }
  line.release();
  await line.close();
  process.send!('sent');
});
process.send!('ready');

function shuffled(count: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, page) => page);
  const chance = new Random(1);
  for (let left = count - 1; left > 0; left--) {
    const other = chance.below(left + 1);
    [order[left], order[other]] = [order[other]!, order[left]!];
  }
  return order;
}
