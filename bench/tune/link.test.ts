// The search over a link and the prediction, on links that are formulas.
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { predictLink } from './link-predict.js';
import { choose, doublings, searchLink } from './link-search.js';
import { answerFor, renderLink } from './link-text.js';

const MIB = 2 ** 20;
/** Each connection 40 MiB/s, the link 250; each channel more than six costs. */
const rateAt = (channels: number) => Math.min(40 * channels, 250 - 8 * Math.max(0, channels - 6)) * MIB;

async function search(rate: (channels: number) => number, most = 32) {
  let clock = 0;
  const asked: number[] = [];
  const known = await searchLink({
    most,
    budgetMs: 50_000,
    now: () => clock,
    measure: async (channels) => {
      asked.push(channels);
      clock += 2000;
      return rate(channels);
    },
  });
  return { known, asked, clock };
}

it('finds the smallest count near the best, measures contenders again, and keeps to its budget', async () => {
  const { known, asked, clock } = await search(rateAt);
  expect(choose(known).chosen.channels).toBe(6);
  expect(asked.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
  expect(asked.filter((count) => count === 6).length).toBe(3);
  expect(clock).toBeLessThanOrEqual(50_000);
  expect(doublings(32)).toEqual([1, 2, 4, 8, 16, 32]);
});

it('measures again what is smaller than the answer and nearly as good: it may have been disturbed', async () => {
  let trials = 0;
  // The first two of one channel have 8 % less.
  const { known, clock } = await search((channels) => (channels === 1 && ++trials <= 2 ? 92 : 100) * MIB, 8);
  expect(choose(known).chosen.channels).toBe(1);
  expect(trials).toBe(4);
  expect(clock).toBeLessThanOrEqual(50_000);
});

/** A link whose trials stray, and of which one in eight is disturbed. */
function noisy(rate: (channels: number) => number, stray: number, seed: number): (channels: number) => number {
  const random = new Random(seed);
  return (channels) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random.fraction())) * Math.cos(2 * Math.PI * random.fraction());
    return rate(channels) * Math.exp(stray * normal) * (random.fraction() < 1 / 8 ? 0.7 : 1);
  };
}
const SEEDS = Array.from({ length: 60 }, (_, at) => at);

it('loses at most a tenth to the best where trials stray and many counts do about as well', async () => {
  // 20 MiB/s for each connection up to what its ends can, which too many share badly.
  const long = (channels: number) => Math.min(20 * channels, 210 - 2 * Math.max(0, channels - 16)) * MIB;
  const losses: number[] = [];
  for (const seed of SEEDS) {
    const { known, clock } = await search(noisy(long, 0.06, seed));
    losses.push(1 - long(choose(known).chosen.channels) / (210 * MIB));
    expect(clock).toBeLessThanOrEqual(50_000);
  }
  expect(Math.max(...losses)).toBeLessThanOrEqual(0.1);
});

it('names one channel where all do as well, also when the first trial is slow', async () => {
  let ones = 0;
  for (const seed of SEEDS) {
    const link = noisy(() => 119 * MIB, 0.03, seed);
    let trials = 0;
    const { known } = await search((channels) => link(channels) * (++trials === 1 ? 0.4 : 1));
    if (choose(known).chosen.channels === 1) ones++;
  }
  expect(ones).toBeGreaterThanOrEqual(0.9 * SEEDS.length);
});

it('does not parallelise where one fills the link, and says what makes it worse', async () => {
  const { known, asked } = await search((channels) => (100 - 12 * (channels - 1)) * MIB, 8);
  expect(asked.slice(0, 4)).toEqual([1, 2, 4, 8]);
  const about = { predicted: false, variant: 'mutex', ramBytes: MIB, roundTripMs: 1, windowBytes: MIB };
  const answer = answerFor(known, about);
  expect(answer).toMatchObject({ channels: 1, worse: [2, 4, 8] });
  const text = renderLink(answer);
  expect(text).toMatch(
    /^do not parallelise: one channel does as well as any count: it fills the link, or its ends\nuse 1 channel, mutex\n/,
  );
  expect(text).toContain('more make it worse: 2, 4, 8 (8 loses 84 % of the best)');
});

it('says nothing of parallelising where no other count was tried', () => {
  const about = { predicted: false, variant: 'mutex', roundTripMs: 1, windowBytes: MIB };
  const answer = answerFor([{ channels: 1, bytesPerSecond: [MIB] }], about);
  expect(answer.parallelise).toBe(true);
  expect(renderLink(answer)).toMatch(/^use 1 channel, mutex\nsmallest .*\n1 is the most that was tried/);
});

describe('a prediction', () => {
  /** 1, 2, 4, 8 channels over loopback. */
  const predicted = (roundTripMs: number, rates: readonly number[], linkBytes?: number) => {
    const local = rates.map((rate, at) => ({ channels: 2 ** at, bytesPerSecond: [rate * MIB] }));
    const facts = { roundTripMs, windowBytes: MIB, local, ...(linkBytes === undefined ? {} : { linkBytes }) };
    const about = { predicted: true, variant: 'mutex', ramBytes: 16 * MIB, roundTripMs, windowBytes: MIB };
    return answerFor(predictLink(facts, 16 * MIB), about);
  };

  it('advises against parallelising where one channel fills the link', () => {
    // 100 MiB/s by its window, over 100 Mbit/s.
    const answer = predicted(10, [800, 900, 900, 900], 100e6 / 8);
    expect(answer).toMatchObject({ channels: 1, parallelise: false, worse: [] });
    expect(renderLink(answer)).toMatch(/^do not parallelise: one channel fills the link\nuse 1 channel, mutex\n/);
  });

  it('and where one takes the CPUs; names the counts that make it worse', () => {
    const answer = predicted(0.2, [900, 850, 700, 500]);
    expect(answer).toMatchObject({ channels: 1, parallelise: false, worse: [4, 8] });
    const text = renderLink(answer);
    expect(text).toMatch(/^do not parallelise: one channel does what the CPUs here can\n/);
    expect(text).toContain('more make it worse: 4, 8 (8 loses');
  });

  it('takes every count for what it is, however often it was tried over loopback', () => {
    // Few channels are tried most here, where they do best; over a long link more of them do.
    const trials = (count: number) => Array.from({ length: count }, () => 900 * MIB);
    const local = [5, 5, 3, 1, 1].map((count, at) => ({ channels: 2 ** at, bytesPerSecond: trials(count) }));
    const facts = { roundTripMs: 100, windowBytes: MIB, local, linkBytes: 400e6 / 8 };
    const about = { predicted: true, variant: 'mutex', roundTripMs: 100, windowBytes: MIB };
    expect(answerFor(predictLink(facts, 58 * MIB), about)).toMatchObject({ channels: 8, best: 8 });
  });

  it('of several channels names what more of them lose', () => {
    // 500 MiB/s each by the window: two do what the CPUs can, eight less.
    const answer = predicted(2, [900, 950, 930, 700]);
    expect(answer).toMatchObject({ channels: 2, parallelise: true, worse: [8] });
    expect(renderLink(answer)).toMatch(/^use 2 channels, mutex\n.*\n.*\nmore make it worse: 8 \(8 loses 2\d % /);
  });
});

it('predicts by the lowest of window, link and CPUs', () => {
  const local = [1, 2, 4, 8, 16].map((channels) => ({ channels, bytesPerSecond: [900 * MIB - channels * 10 * MIB] }));
  const facts = { roundTripMs: 50, windowBytes: MIB, local };
  const at = (points: ReturnType<typeof predictLink>) => points.map(({ binding }) => binding);
  expect(at(predictLink(facts, 64 * MIB))).toEqual(['window', 'window', 'window', 'window', 'window']);
  expect(at(predictLink({ ...facts, linkBytes: 100 * MIB }, 64 * MIB))).toEqual([
    'window',
    'window',
    'window',
    'link',
    'link',
  ]);
  expect(at(predictLink({ ...facts, roundTripMs: 0.2 }, 64 * MIB))).toEqual(['CPUs', 'CPUs', 'CPUs', 'CPUs', 'CPUs']);
  // 64 MiB at 20 MiB/s, and the round trip before the first of it.
  expect(predictLink(facts, 64 * MIB)[0]!.bytesPerSecond[0]! / MIB).toBeCloseTo(64 / (3.2 + 0.05), 6);
});
