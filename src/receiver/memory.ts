// The RAM of a receiver, and the marks of the pages that came: made from what the plan, or a main stream, says.
import { LARGEST_PAGE_BYTES, Ram, roundUp } from '../ram/ram.js';
import type { StreamBlock } from '../wire/stream-block.js';
import { named, WireError, type WirePlace } from '../wire/wire-error.js';
import type { Memory } from './messages.js';
import { PageMarks } from './page-marks.js';
import type { ReceiverPlan } from './plan.js';

/** Throws WireError when blocks that came over the wire are too large, or lack the one that is wanted. */
export function checkBlocks(
  { mostRamBytes, block }: ReceiverPlan,
  blocks: readonly StreamBlock[],
  place: WirePlace,
): void {
  const bytes = blocks.reduce((sum, each) => sum + roundUp(each.bytes, LARGEST_PAGE_BYTES), 0);
  if (mostRamBytes !== undefined && bytes > mostRamBytes) {
    throw new WireError(place, 'RAM size', `at most ${mostRamBytes} bytes`, bytes);
  }
  if (block !== undefined && !blocks.some(({ name }) => name === block)) {
    throw new WireError(place, 'blocks', `${named([block])} among them`, named(blocks.map(({ name }) => name)));
  }
}

export function allocateMemory({ pageSize }: ReceiverPlan, blocks: readonly StreamBlock[]): Memory {
  const ram = Ram.allocate(blocks.map(({ name, bytes }) => ({ name, bytes })));
  return { blocks, parts: ram.share(), marks: PageMarks.allocate(ram, pageSize) };
}
