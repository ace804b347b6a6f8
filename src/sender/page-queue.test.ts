import { describe, expect, it } from 'vitest';
import { Batches, batchWords } from '../ram/batches.js';
import { PageQueue } from './page-queue.js';
import { EXIT, type Provider } from './variant.js';

const PAGES_PER_BATCH = 3;

/** A provider that notes what it is handed and gives the other batch back, empty. */
function open(answer?: (full: number) => number) {
  const batches = new Batches(new Int32Array(64), 0, batchWords(PAGES_PER_BATCH), PAGES_PER_BATCH);
  const handed: { block: number; pages: number[]; sequence: number }[] = [];
  const provider: Provider = {
    sendPages(full) {
      const pages = Array.from({ length: batches.count(full) }, (_, position) => batches.page(full, position));
      handed.push({ block: batches.block(full), pages, sequence: batches.sequence(full) });
      if (answer) return answer(full);
      batches.reset(full);
      return full === 0 ? 1 : 0;
    },
    signalSync: () => true,
    collectSync: () => true,
  };
  return { queue: new PageQueue(provider, batches, 0), handed, batches };
}

describe('queuePage', () => {
  it('hands a full batch over at the next page, not before', () => {
    const { queue, handed } = open();
    for (const page of [1, 2, 3]) queue.queuePage(0, page);
    expect(handed).toEqual([]);
    queue.queuePage(0, 4);
    expect(handed).toEqual([{ block: 0, pages: [1, 2, 3], sequence: 0 }]);
  });

  it('hands over when the block changes: a batch holds pages of one block', () => {
    const { queue, handed } = open();
    queue.queuePage(0, 1);
    queue.queuePage(1, 9);
    queue.queuePage(1, 8);
    queue.flush();
    expect(handed).toEqual([
      { block: 0, pages: [1], sequence: 0 },
      { block: 1, pages: [9, 8], sequence: 1 },
    ]);
  });

  it('hands over what is there when flushed, and nothing when nothing is', () => {
    const { queue, handed } = open();
    queue.flush();
    queue.queuePage(0, 1);
    queue.flush();
    queue.flush();
    expect(handed.map(({ pages }) => pages)).toEqual([[1]]);
    expect([queue.jobs, queue.pages]).toEqual([1, 1]);
  });

  it('stops at EXIT', () => {
    const { queue } = open(() => EXIT);
    queue.queuePage(0, 1);
    expect(queue.flush()).toBe(false);
  });

  it('notices a batch that comes back full: its owner still has it', () => {
    const { queue } = open((full) => full);
    queue.queuePage(0, 1);
    expect(() => queue.flush()).toThrow('I2: got batch 0 in exchange, which is not empty');
  });
});
