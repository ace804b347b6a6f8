// Percentiles only where samples support them, and stored histograms that come back as they were.
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counterOf, lowestOf, mergeCounts } from '../../src/memory/latency-histogram.js';
import { decodeCounts, distributionOf, encodeCounts } from './latencies.js';

/** One sample of each of these latencies. */
const counts = (latencies: readonly number[]) => mergeCounts(latencies.map((each) => [counterOf(each), 1]));
const upTo = (count: number) => counts(Array.from({ length: count }, (_, at) => at + 1));

describe('a distribution', () => {
  it('names the percentiles that at least ten samples lie beyond, and no other', () => {
    expect(distributionOf(upTo(19))).toEqual({ max: 19, count: 19 });
    expect(distributionOf(upTo(100))).toEqual({ p50: 50, p90: 90, max: 100, count: 100 });
    expect(distributionOf(upTo(999))).not.toHaveProperty('p99');
    expect(distributionOf(upTo(1000))).toEqual({ p50: 500, p90: 900, p99: 990, max: 1000, count: 1000 });
    expect(distributionOf(upTo(9999))).not.toHaveProperty('p999');
    expect(distributionOf(upTo(10_000))!.p999).toBeCloseTo(9990, -1);
  });

  it('of nothing is none', () => {
    expect(distributionOf([])).toBeUndefined();
  });
});

describe('a stored histogram', () => {
  const total = (stored: readonly number[]) => stored.reduce((sum, each, at) => sum + (at % 2 === 1 ? each : 0), 0);

  it('keeps every sample, its latency to 1 in 128', () => {
    const latency = fc
      .tuple(fc.nat(35), fc.double({ min: 0.5, max: 1, noNaN: true }))
      .map(([power, share]) => 2 ** power * share);
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1, maxLength: 40 }), (latencies) => {
        const stored = decodeCounts(encodeCounts(counts(latencies)));
        expect(total(stored)).toBe(latencies.length);
        const [least, most] = [Math.min(...latencies), Math.max(...latencies)].map((each) => lowestOf(counterOf(each)));
        expect(Math.abs(lowestOf(stored[0]!) - least!)).toBeLessThanOrEqual(1 + least! / 128);
        expect(Math.abs(lowestOf(stored.at(-2)!) - most!)).toBeLessThanOrEqual(1 + most! / 128);
      }),
    );
  });
});

it('a stored histogram has no offset and a ratio of 1, as the C library reads it', () => {
  const bytes = inflateSync(Buffer.from(encodeCounts([100, 3, 200, 4]), 'base64').subarray(8));
  expect([bytes.readInt32BE(8), bytes.readDoubleBE(32)]).toEqual([0, 1]);
});

/**
 * Values and counts as the C library reads them (hdr_histogram_log.c, and HistogramLogFormat of the Java library): big-endian
 * header, ZigZag LEB128 counts, a negative one for so many zeros, each index moved by the normalising offset.
 */
function decodedAsInC(text: string): [value: number, count: number][] {
  const bytes = inflateSync(Buffer.from(text, 'base64').subarray(8));
  expect(bytes.readInt32BE(0)).toBe(0x1c849313);
  const [length, offset, figures] = [4, 8, 12].map((at) => bytes.readInt32BE(at)) as [number, number, number];
  const lowest = Number(bytes.readBigInt64BE(16));
  const ratio = bytes.readDoubleBE(32);
  const half = 2 ** (Math.ceil(Math.log2(2 * 10 ** figures)) - 1);
  const valueAt = (index: number) => {
    const bucket = Math.floor(index / half) - 1;
    const sub = (index % half) + half;
    return (bucket < 0 ? (sub - half) * 1 : sub * 2 ** bucket) * lowest * ratio;
  };
  const found: [number, number][] = [];
  let index = 0;
  for (let at = 40; at < 40 + length; ) {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
      shift += 7n;
    }
    const count = Number((value >> 1n) ^ -(value & 1n));
    if (count < 0) index -= count;
    else if (count > 0) found.push([valueAt(index++ - offset), count]);
    else index++;
  }
  return found;
}

it('a stored histogram has the same values in a decoder that is not ours', () => {
  const stored = encodeCounts(
    [1, 3, 10, 2, 100, 5, 127, 4].flatMap((each, at) => (at % 2 === 0 ? counterOf(each) : each)),
  );
  expect(decodedAsInC(stored)).toEqual([
    [1, 3],
    [10, 2],
    [100, 5],
    [127, 4],
  ]);
});
