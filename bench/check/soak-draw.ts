// The runs of a soak: each drawn from the seed and its number alone, so that any one can be repeated by itself.

import { type Fault, isWriteFault } from '../../src/faults/fault.js';
import { Random } from '../../src/random.js';
import { CELL_DEFAULTS, type Cell, type Wait } from '../../src/session/cell.js';
import { HAS_ZSTD } from '../../src/wire/codecs/flushed-stream.js';
import type { Listed } from '../plan/catalogue.js';

export interface SoakRun {
  readonly number: number;
  readonly cell: Cell;
  /** What goes wrong on purpose, all of it; the cell has what its senders meet. */
  readonly faults: readonly Fault[];
  /** The receiver is killed so long after the first packet could go. */
  readonly killReceiverMs: number | undefined;
}

export const MOST_CHANNELS = 8;
/** Small enough for some runs a second, large enough for every size of batch. */
export const RAM_BYTES = 12 << 20;
const MOST_DEPTH = 16;
const PAGE_SIZES = [4 << 10, 16 << 10, 64 << 10, 2 << 20];
const MOST_BATCH_BYTES = 1 << 20;
const WAITS: readonly Wait[] = ['park', 'park', 'adaptive', { spinNs: 20_000 }];
const CODECS = ['none', 'none', 'none', 'zlib', ...(HAS_ZSTD ? (['zstd'] as const) : [])] as const;
/** One run in so many. */
const FAULTY = 3;
const KILLED = 25;
const DELAYED = 4;
const LONGEST_DELAY_MS = 15;
/** A header, and some of the pages behind it. */
const MOST_BYTE = 20_000;
const LONGEST_KILL_MS = 40;

/**
 * The first runs go through the designs, each as large as it comes and left in peace: the threads that a design brings,
 * and the buffers that threads keep, are there from then on, and whatever still grows is a leak.
 */
const LARGEST = {
  channels: MOST_CHANNELS,
  pageSize: Math.max(...PAGE_SIZES),
  pagesPerBatch: 1,
  codec: 'zlib',
} as const;

export function drawRun(seed: number, number: number, designs: readonly Listed[]): SoakRun {
  const random = new Random(seed * 1_000_003 + number);
  const one = <T>(items: readonly T[]): T => items[random.below(items.length)]!;
  const isFirst = number <= designs.length;
  const { variant } = isFirst ? designs[number - 1]! : one(designs);
  const [least, most] = variant.depth;
  const channels = 1 + random.below(MOST_CHANNELS);
  const pageSize = one(PAGE_SIZES);
  const mostPages = Math.max(1, MOST_BATCH_BYTES / pageSize);
  const deepest = Math.min(most, MOST_DEPTH);
  const faults = random.below(FAULTY) === 0 && !isFirst ? drawFaults(random, channels) : [];
  const writing = faults.filter(isWriteFault);
  const isKilled = random.below(KILLED) === 0 && !isFirst;
  const isDelayed = random.below(DELAYED) === 0;
  const cell: Cell = {
    ...CELL_DEFAULTS,
    variant: variant.name,
    workload: 'transfer',
    channels,
    depth: Math.max(least, 1 + random.below(deepest)),
    pageSize,
    pagesPerBatch: 1 + random.below(mostPages),
    transport: one(['tcp', 'unix']),
    codec: one(CODECS),
    zeroPages: one(['none', 'multifd']),
    providerWait: one(WAITS),
    senderWait: one(WAITS),
    place: one(['spread', 'none']),
    elide: random.below(8) > 0,
    checking: random.below(2) === 0,
    ...(isFirst ? LARGEST : {}),
    ...(writing.length > 0 ? { faults: writing } : {}),
    ...(isDelayed ? { delaySeed: random.below(1 << 30) } : {}),
  };
  return { number, cell, faults, killReceiverMs: isKilled ? random.below(LONGEST_KILL_MS) : undefined };
}

/** What may go wrong in a run that the sending process outlives, the gentle ones more often. */
const KINDS = ['delay', 'delay', 'fail', 'fail', 'short', 'corrupt', 'reset', 'stall', 'refuse'] as const;

/** At the first writes of some channels: later ones may never come. */
function drawFaults(random: Random, channels: number): Fault[] {
  return Array.from({ length: 1 + random.below(2) }, () => {
    const kind = KINDS[random.below(KINDS.length)]!;
    const channel = random.below(channels);
    if (kind === 'refuse') return { kind, channel };
    const at = { channel, ...(random.below(4) === 0 ? { sync: 0 } : { write: random.below(6) }) };
    if (kind === 'reset' || kind === 'stall') return { kind, ...at };
    return { kind, ...at, delayMs: random.below(LONGEST_DELAY_MS), byte: random.below(MOST_BYTE) };
  });
}

/** One line that says all of a run that differs from one to the next. */
export function describeRun({ number, cell, faults, killReceiverMs }: SoakRun): string {
  const { variant, channels, depth, pageSize, pagesPerBatch, transport, codec, zeroPages, delaySeed } = cell;
  const parts = [
    `run ${number}: ${variant}, ${channels} channels, depth ${depth}, ${pagesPerBatch} x ${pageSize} bytes`,
    `${transport}, codec ${codec}, zero pages ${zeroPages}`,
    ...faults.map((fault) => `fault ${JSON.stringify(fault)}`),
    ...(delaySeed === undefined ? [] : [`delays ${delaySeed}`]),
    ...(killReceiverMs === undefined ? [] : [`receiver killed after ${killReceiverMs} ms`]),
  ];
  return parts.join('; ');
}
