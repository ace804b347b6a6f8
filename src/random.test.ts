import { describe, expect, it } from 'vitest';
import { Random } from './random.js';

const take = (seed: number, count: number) => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => random.next());
};

describe('Random', () => {
  // From an independent implementation that gives the published vectors: SplitMix64 of 1234567 starts with
  // 6457827717110365317, xoshiro128** of state 1, 2, 3, 4 with 11520, 0, 5927040, 70819200, 2031721883.
  it('gives the reference sequence of a seed', () => {
    expect(take(0, 5)).toEqual([3737715805, 2584255861, 2876756834, 3286328325, 1553311962]);
    expect(take(42, 5)).toEqual([1776835114, 4165204688, 17111135, 2317295270, 2792088233]);
    expect(take(2 ** 53 - 1, 5)).toEqual([1233166643, 1287031142, 661813442, 2960669951, 2601079046]);
  });

  it('makes a fraction of 53 bits from two words', () => {
    expect(new Random(42).fraction()).toBe(((1776835114 >>> 5) * 2 ** 26 + (4165204688 >>> 6)) / 2 ** 53);
  });

  it('draws every number below the bound equally often, the bound itself never', () => {
    const random = new Random(1);
    const counts = [0, 0, 0, 0, 0, 0, 0];
    for (let draw = 0; draw < 70_000; draw++) counts[random.below(7)]++;
    expect(counts).toHaveLength(7);
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(4 * Math.sqrt(10_000 * (6 / 7)));
  });

  it('draws again where a word would favour the small numbers', () => {
    // Two thirds of 2^32: without the redraw the first half of the numbers came twice as often as the second.
    const random = new Random(2);
    const bound = Math.ceil(2 ** 33 / 3);
    let small = 0;
    for (let draw = 0; draw < 10_000; draw++) if (random.below(bound) < bound / 2) small++;
    expect(Math.abs(small - 5000)).toBeLessThan(200);
  });

  it('shuffles into every order equally often and leaves its argument alone', () => {
    const random = new Random(3);
    const items = ['a', 'b', 'c'];
    const orders = new Map<string, number>();
    for (let draw = 0; draw < 12_000; draw++) {
      const order = random.shuffle(items).join('');
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(items).toEqual(['a', 'b', 'c']);
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(Math.abs(count - 2000)).toBeLessThan(170);
  });

  it('refuses seeds and bounds that are no whole numbers in range', () => {
    for (const seed of [-1, 0.5, 2 ** 53, Number.NaN]) expect(() => new Random(seed)).toThrow(RangeError);
    for (const bound of [0, 1.5, 2 ** 32 + 1]) expect(() => new Random(0).below(bound)).toThrow(RangeError);
  });
});
