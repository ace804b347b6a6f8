// How much is moved over links that are formulas: each trial takes about as long, whatever the link.
import { expect, it } from 'vitest';
import { LinkTrials, TRIAL_MS } from './link-trials.js';

const MIB = 2 ** 20;

async function measured(rateAt: (channels: number) => number, counts: readonly number[], fixedBytes?: number) {
  const trials: { readonly channels: number; readonly bytes: number; readonly ms: number }[] = [];
  const link = new LinkTrials(async (channels, bytes) => {
    const transferMs = (bytes / rateAt(channels)) * 1000;
    trials.push({ channels, bytes, ms: transferMs });
    return { transferMs, bytes };
  }, fixedBytes);
  const rates: number[] = [];
  for (const channels of counts) rates.push(await link.measure(channels));
  return { trials, rates };
}

it.each([
  ['10 Mbit/s', () => 1.25e6],
  ['40 MiB/s for each connection', (channels: number) => 40 * MIB * channels],
  ['2 GiB/s', () => 2 * 2 ** 30],
])('over %s the trial that counts takes about as long as others', async (_, rateAt) => {
  const { trials, rates } = await measured(rateAt, [1, 2, 4, 8, 16, 32]);
  expect(rates).toEqual([1, 2, 4, 8, 16, 32].map((count) => expect.closeTo(rateAt(count), 0)));
  for (const count of [1, 2, 4, 8, 16, 32]) {
    const last = trials.filter(({ channels }) => channels === count).at(-1)!;
    expect(last.ms).toBeGreaterThan(TRIAL_MS / 3);
    expect(last.ms).toBeLessThan(TRIAL_MS * 1.2);
  }
  // The first count alone is tried out, with little.
  expect(trials.length).toBeLessThanOrEqual(8);
});

it('moves what it is given, however fast that is', async () => {
  const { trials } = await measured(() => 2 ** 30, [1, 2], 3 * MIB);
  expect(trials.map(({ bytes }) => bytes)).toEqual([3 * MIB, 3 * MIB]);
});
