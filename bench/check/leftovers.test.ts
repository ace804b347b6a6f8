// What counts as growing.
import { describe, expect, it } from 'vitest';
import { type Held, heldBy } from '../../src/os/held.js';
import { Random } from '../../src/random.js';
import { growthOf, LEAST_SAMPLES } from './leftovers.js';

const random = new Random(3);
const samples = (count: number, at: (run: number) => Partial<Held>): Held[] =>
  Array.from({ length: count }, (_, run) => {
    const residentBytes = (150 << 20) + Math.floor(random.fraction() * (30 << 20));
    return { descriptors: 30 + random.below(3), threads: 20, residentBytes, ...at(run) };
  });
const growing = (held: readonly Held[]) => growthOf(held)!.flatMap(({ what, grows }) => (grows ? [what] : []));

describe('what a process holds', () => {
  it('does not grow where it only varies, or grows in its first runs', () => {
    expect(growing(samples(2000, () => ({})))).toEqual([]);
    expect(growing(samples(2000, (run) => ({ threads: Math.min(20, run) })))).toEqual([]);
  });

  it('grows where something is left behind now and then', () => {
    expect(growing(samples(2000, (run) => ({ descriptors: 30 + Math.floor(run / 200) })))).toEqual(['descriptors']);
    expect(growing(samples(2000, (run) => ({ threads: 20 + Math.floor(run / 500) })))).toEqual(['threads']);
    const leaking = samples(2000, () => ({})).map((held, run) => ({
      ...held,
      residentBytes: held.residentBytes + run * 50_000,
    }));
    expect(growing(leaking)).toEqual(['residentBytes']);
    const always = samples(2000, (run) => ({ residentBytes: (150 << 20) + run * 1.3 * (1 << 20) }));
    expect(growing(always)).toEqual(['residentBytes']);
  });

  it('says nothing of few runs', () => {
    expect(growthOf(samples(LEAST_SAMPLES - 1, () => ({})))).toBeUndefined();
    expect(growthOf(samples(LEAST_SAMPLES, () => ({})))).toHaveLength(3);
  });

  it('is read from the kernel', () => {
    const { descriptors, threads, residentBytes } = heldBy(process.pid);
    expect(descriptors).toBeGreaterThan(2);
    expect(threads).toBeGreaterThan(1);
    expect(residentBytes).toBeGreaterThan(10 << 20);
  });
});
