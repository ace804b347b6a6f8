/**
 * The ceiling: no hand-off at all. Each sender thread fills batches of its own and writes them in a plain loop, with the
 * same writer. No design of a hand-off can be expected to be faster; how close one comes is its price on real bytes.
 */
import { layout, type Table } from '../memory/layout.js';
import type { Batches } from '../ram/batches.js';
import type { Ram } from '../ram/ram.js';
import type { ChannelWork } from './channel-work.js';
import { EXIT, type SendRequest, type Shape, SYNC, type Variant } from './variant.js';

/** Opened like a variant, so that threads, lines and checks are the same; its provider does nothing. */
const ceiling: Variant = {
  name: 'ceiling',
  summary: 'A plain loop of the same writes on each sender thread, without a hand-off. What designs are held against.',
  family: 'inline',
  depth: [1, 1],
  requesters: 'one',
  state: () => layout<Table>({}),
  batches: ({ channels, requesters }: Shape) => requesters + channels,
  provider: {
    waits: 'blocks',
    open: () => ({ sendPages: () => EXIT, signalSync: () => false, collectSync: () => false }),
  },
  sender: {
    waits: 'event-loop',
    open: (place) => ({
      next: () => new Promise<SendRequest>((resolve) => place.onExit(() => resolve(EXIT))),
      complete() {},
    }),
  },
};

export default ceiling;

export interface PlainLoop {
  readonly ram: Ram;
  readonly batches: Batches;
  readonly pageSize: number;
  readonly shape: Shape;
  readonly work: ChannelWork;
  /** Batches that this channel has sent before: they number on. */
  readonly jobs: number;
}

/** Writes every `channels`-th batch of the RAM, then a SYNC. Returns batches and pages. */
export function plainLoop({ ram, batches, pageSize, shape, work, jobs }: PlainLoop) {
  const batch = shape.requesters + work.channel;
  const step = batches.pagesPerBatch;
  let [sequence, sent] = [jobs, 0];
  for (let block = 0; block < ram.blocks.length; block++) {
    const pages = ram.pages(block, pageSize);
    for (let first = work.channel * step; first < pages; first += shape.channels * step) {
      const count = Math.min(step, pages - first);
      for (let position = 0; position < count; position++) batches.put(batch, position, first + position);
      batches.seal(batch, block, count, 0, sequence++);
      sent += count;
      work.perform(batch);
    }
  }
  work.perform(SYNC);
  return { jobs: sequence - jobs, pages: sent };
}
