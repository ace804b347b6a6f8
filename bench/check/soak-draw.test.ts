// The runs of a soak, before any is taken.
import { expect, it } from 'vitest';
import { loadVariants } from '../plan/catalogue.js';
import { drawRun, MOST_CHANNELS } from './soak-draw.js';

const designs = await loadVariants('mutex,piscina,inline');
const drawn = (seed: number) => Array.from({ length: 300 }, (_, index) => drawRun(seed, index + 1, designs));

it('is the same for the same seed and number', () => {
  expect(drawn(7)).toEqual(drawn(7));
  expect(drawn(7)).not.toEqual(drawn(8));
});

it('goes through all designs first, so that what threads keep is there before growth is looked at', () => {
  const runs = drawn(7);
  const first = runs.slice(0, designs.length);
  expect(first.map(({ cell }) => cell.variant)).toEqual(['mutex', 'piscina', 'inline']);
  for (const { cell, faults, killReceiverMs } of first) {
    const { channels, pageSize, codec } = cell;
    expect({ channels, pageSize, codec }).toEqual({ channels: MOST_CHANNELS, pageSize: 2 << 20, codec: 'zlib' });
    expect({ faults, killReceiverMs }).toEqual({ faults: [], killReceiverMs: undefined });
  }
  for (const { cell } of runs) {
    expect(cell.channels).toBeLessThanOrEqual(MOST_CHANNELS);
    expect(cell.pageSize * cell.pagesPerBatch).toBeLessThanOrEqual(2 << 20);
  }
});
