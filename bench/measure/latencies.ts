// Latencies of a visit: percentiles of its histograms, as far as their samples support them, and the form that is stored.

import { deflateSync, inflateSync } from 'node:zlib';
import type { JsHistogram } from 'hdr-histogram-js';
import { counterOf, lowestOf, mergeCounts, type SparseCounts } from '../../src/memory/latency-histogram.js';
import { type ByLatency, LATENCIES } from '../../src/sender/hand-off-clock.js';
import type { Slice } from '../../src/workloads/slice.js';
import { loadLate } from '../base/load-late.js';
import { supportedPercentiles } from '../stats/percentiles.js';

const hdr = loadLate<typeof import('hdr-histogram-js')>('hdr-histogram-js');

export type Latencies = ByLatency<SparseCounts>;

/** The percentiles that results name. */
export const PERCENTILES = { p50: 50, p90: 90, p99: 99, p999: 99.9 } as const;
export type PercentileName = keyof typeof PERCENTILES;

/** What is known of one histogram: only percentiles that have at least 10 samples beyond them. */
export type Distribution = Readonly<Partial<Record<PercentileName, number>>> & {
  readonly max: number;
  readonly count: number;
};

/** The histograms of several slices added up; undefined where none was timed. */
export function latenciesOf(slices: readonly Pick<Slice, 'latencies'>[]): Latencies | undefined {
  const timed = slices.flatMap(({ latencies }) => (latencies ? [latencies] : []));
  return timed.length === 0 ? undefined : mergeLatencies(timed);
}

export function mergeLatencies(all: readonly Latencies[]): Latencies {
  return Object.fromEntries(
    LATENCIES.map((name) => [name, mergeCounts(all.map((latencies) => latencies[name] ?? []))]),
  ) as unknown as Latencies;
}

/** Undefined for an empty histogram: a design that has no such part. */
export function distributionOf(counts: SparseCounts): Distribution | undefined {
  if (counts.length === 0) return undefined;
  const histogram = histogramOf(counts);
  const count = histogram.totalCount;
  const supported = supportedPercentiles(count);
  const percentiles = Object.entries(PERCENTILES)
    .filter(([, percentile]) => supported.includes(percentile))
    .map(([name, percentile]) => [name, histogram.getValueAtPercentile(percentile)]);
  return { ...Object.fromEntries(percentiles), max: lowestOf(counts.at(-2)!), count };
}

/** In a file two significant figures are enough to draw a distribution, and take a third of the space of three. */
const STORED_FIGURES = 2;

/** HdrHistogram's own compressed form, in base64: other tools read it too. Latencies are kept to 1/128. */
export function encodeCounts(counts: SparseCounts): string {
  return withPlainHeader(hdr().encodeIntoCompressedBase64(histogramOf(counts, STORED_FIGURES)));
}

/** Bytes of the compressed form's own header, and where the encoded histogram keeps two fields of its. */
const COMPRESSED_HEADER = 8;
const NORMALISING_OFFSET = 8;
const CONVERSION_RATIO = 32;

/**
 * hdr-histogram-js writes a normalising offset of 1 and no ratio, and reads neither; the C library shifts every value by
 * that offset. 0 and 1.0 are what a histogram of whole numbers has.
 */
function withPlainHeader(text: string): string {
  const compressed = Buffer.from(text, 'base64');
  const plain = inflateSync(compressed.subarray(COMPRESSED_HEADER));
  plain.writeInt32BE(0, NORMALISING_OFFSET);
  plain.writeDoubleBE(1, CONVERSION_RATIO);
  const packed = deflateSync(plain);
  const header = Buffer.from(compressed.subarray(0, COMPRESSED_HEADER));
  header.writeInt32BE(packed.length, 4);
  return Buffer.concat([header, packed]).toString('base64');
}

/** The middles of its counters. Throws Error when the text is none that `encodeCounts` made, now or in older versions. */
export function decodeCounts(text: string): SparseCounts {
  const histogram = hdr().decodeFromCompressedBase64(text, 64) as JsHistogram;
  const counts: number[] = [];
  for (const { valueIteratedTo, countAtValueIteratedTo } of recordedValues(histogram)) {
    counts.push(counterOf(histogram.medianEquivalentValue(valueIteratedTo)), countAtValueIteratedTo);
  }
  return counts;
}

function* recordedValues(histogram: JsHistogram) {
  const iterator = histogram.recordedValuesIterator;
  // Made with the histogram, before it held anything.
  iterator.reset();
  while (iterator.hasNext()) yield iterator.next();
}

function histogramOf(counts: SparseCounts, figures: 2 | 3 = 3): JsHistogram {
  const histogram = hdr().build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2 ** 36,
    numberOfSignificantValueDigits: figures,
    useWebAssembly: false,
  }) as JsHistogram;
  for (let at = 0; at < counts.length; at += 2) histogram.recordValueWithCount(lowestOf(counts[at]!), counts[at + 1]!);
  return histogram;
}
