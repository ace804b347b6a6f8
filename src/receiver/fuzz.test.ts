// Captured streams, changed in every way: they end in an error that says where, or in RAM; never in anything else.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Capture, CHANNELS, capturedStream, captures, RAM_BYTES, SHA256 } from '../wire/fixtures/captured.js';
import { WireError } from '../wire/wire-error.js';
import { receiveInProcess } from './fixtures/in-process.js';
import { ReceiverError, type ReceiverPlan } from './plan.js';

const SEED = 5;
fc.configureGlobal({ seed: SEED });

const MOST_RAM_BYTES = 8 << 20;
const planFor = ({ codec }: Capture): ReceiverPlan => ({
  listen: { host: '127.0.0.1', port: 0 },
  channels: CHANNELS,
  pageSize: 4096,
  pagesPerPacket: 128,
  codec,
  numbersGrow: false,
  numbersDense: false,
  ignoreSync: false,
  connectMs: 0,
  stallMs: 0,
  idleMs: 0,
  pinned: false,
  digest: false,
  mostRamBytes: MOST_RAM_BYTES,
});

const read = captures.filter(({ readable }) => readable);
const streamsOf = ({ name }: Capture) => [0, 1, 2].map((index) => capturedStream(name, index));

/** Runs it, and returns the error, which must be one that a receiver reports, or the RAM's digest. */
function outcome(capture: Capture, streams: readonly Uint8Array[], piece?: number): Error | string {
  try {
    const ram = receiveInProcess(planFor(capture), streams, piece);
    expect(ram.bytes).toBeLessThanOrEqual(MOST_RAM_BYTES);
    return ram.digest();
  } catch (error) {
    if (!(error instanceof WireError || error instanceof ReceiverError)) throw error;
    return error;
  }
}

describe.each(read)('$name', (capture) => {
  const whole = streamsOf(capture);

  it.each([
    [[0, 1, 2], 64 << 10],
    [[2, 1, 0], 64 << 10],
    [[1, 0, 2], 999],
    [[2, 0, 1], 1],
  ] as const)('carries its RAM in order %j, at most %i bytes at a time', (order, piece) => {
    const streams = order.map((index) => whole[index]!);
    expect(outcome(capture, streams, piece)).toBe(SHA256);
  });

  it('is refused wherever one of its streams is cut', () => {
    // All of the main stream and of each header; of the pages, one place in some hundred.
    const places = whole.flatMap((stream, index) =>
      Array.from({ length: stream.length }, (_, at) => at)
        .filter((at) => (index === 0 ? at % 3 === 0 : at % 4999 === 0 || at < 70 || at === stream.length - 1))
        .map((at) => ({ index, at })),
    );
    for (const { index, at } of places) {
      const cut = whole.map((stream, each) => (each === index ? stream.subarray(0, at) : stream));
      const got = outcome(capture, cut);
      // The last packet of a channel of 7.2 may be empty: nothing is lost with it.
      if (got !== SHA256) expect(got, `stream ${index} cut at ${at}`).toBeInstanceOf(Error);
      else expect([index, whole[index]!.length - at]).toEqual([expect.any(Number), 1344]);
    }
  });

  // A channel's first packet is a SYNC, the second has pages: most changes are to their headers, and to the main stream.
  const at = fc.oneof(fc.nat(1500), fc.integer({ min: 1400, max: 2800 }), fc.nat(1_000_000));
  const place = fc.record({ index: fc.nat(2), at });
  const change = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), place, bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
    fc.record({ kind: fc.constant('flip' as const), place, bytes: fc.constant(new Uint8Array(1)) }),
    fc.record({ kind: fc.constant('insert' as const), place, bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }) }),
    fc.record({ kind: fc.constant('remove' as const), place, bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }) }),
    fc.record({ kind: fc.constant('repeat' as const), place, bytes: fc.uint8Array({ minLength: 1, maxLength: 200 }) }),
    fc.record({ kind: fc.constant('cut' as const), place, bytes: fc.constant(new Uint8Array(1)) }),
    fc.record({ kind: fc.constant('swap' as const), place, bytes: fc.constant(new Uint8Array(1)) }),
  );
  type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

  const apply = (streams: Uint8Array[], { kind, place: { index, at }, bytes }: Change): void => {
    const stream = Buffer.from(streams[index]!);
    const here = at % (stream.length + 1);
    const [before, after] = [stream.subarray(0, here), stream.subarray(here)];
    if (kind === 'set') stream.set(bytes.subarray(0, after.length), here);
    else if (kind === 'flip') stream[here % stream.length]! ^= 1 << (at % 8);
    streams[index] =
      kind === 'insert'
        ? Buffer.concat([before, bytes, after])
        : kind === 'remove'
          ? Buffer.concat([before, after.subarray(bytes.length)])
          : kind === 'repeat'
            ? Buffer.concat([before, after.subarray(0, bytes.length), after])
            : kind === 'cut'
              ? before
              : kind === 'swap'
                ? streams[(index + 1) % 3]!
                : stream;
    if (kind === 'swap') streams[(index + 1) % 3] = stream;
  };

  it('ends in an error that says where, or in RAM, however it is changed', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const streams: Uint8Array[] = [...whole];
        for (const each of changes) apply(streams, each);
        const got = outcome(capture, streams);
        if (typeof got === 'string') return;
        refused++;
        expect(got.message).toMatch(
          /^(main stream, section \d+|channel \d+, (initial packet|packet \d+)|new connection, initial packet), [\w [\]"-]+: expected |: expected SYNC|twice$|for ever$/,
        );
      }),
      { numRuns: 150 },
    );
    expect(refused).toBeGreaterThan(30);
  });
});

it('asks for no memory that a main stream has no right to', () => {
  const [main, ...channels] = streamsOf(captures[0]!);
  for (const bytes of [RAM_BYTES * 1024, 2 ** 44, 2 ** 52]) {
    const large = Buffer.from(main!);
    const at = large.indexOf('m0') + 2;
    large.writeBigUInt64BE(BigInt(bytes), at);
    large.writeBigUInt64BE(BigInt(bytes) | 4n, at - 11);
    expect(outcome(captures[0]!, [large, ...channels])).toMatchObject({
      message: expect.stringMatching(/^main stream, section 1, RAM size: expected at most 8388608 bytes, got \d+$/),
    });
  }
});
