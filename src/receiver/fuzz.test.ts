// Captured streams, changed in every way: they end in an error that says where, or in RAM; never in anything else.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLong, runsNow } from '../fixtures/tier.js';
import { type Capture, CHANNELS, capturedStream, captures, RAM_BYTES, SHA256 } from '../wire/fixtures/captured.js';
import { INITIAL_BYTES } from '../wire/initial-packet.js';
import { AT, headerBytes } from '../wire/packet.js';
import { WireError } from '../wire/wire-error.js';
import { receiveInProcess } from './fixtures/in-process.js';
import { ReceiverError, type ReceiverPlan } from './plan.js';

const SEED = 5;
fc.configureGlobal({ seed: SEED });

const MOST_RAM_BYTES = 8 << 20;
const PAGE_BYTES = 4096;
const PAGES_PER_PACKET = 128;
const HEADER_BYTES = headerBytes({ pageSize: PAGE_BYTES, pagesPerPacket: PAGES_PER_PACKET });
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

describe.each(read.map((capture, which) => ({ ...capture, which })))('$name', ({ which, ...capture }) => {
  const whole = streamsOf(capture);

  it.skipIf(isLong).each([
    [[0, 1, 2], 64 << 10],
    [[2, 1, 0], 64 << 10],
    [[1, 0, 2], 999],
    [[2, 0, 1], 1],
  ] as const)('carries its RAM in order %j, at most %i bytes at a time', (order, piece) => {
    const streams = order.map((index) => whole[index]!);
    expect(outcome(capture, streams, piece)).toBe(SHA256);
  });

  it('is refused wherever one of its streams is cut', () => {
    // All of the main stream and of each header; of the pages, one place in some hundred. In the first tier one in twelve of these.
    const places = whole
      .flatMap((stream, index) =>
        Array.from({ length: stream.length }, (_, at) => at)
          .filter((at) => (index === 0 ? at % 3 === 0 : at % 4999 === 0 || at < 70 || at === stream.length - 1))
          .map((at) => ({ index, at })),
      )
      .filter((_place, each) => runsNow(each % 12 === which));
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
    const runs = isLong ? 150 : 40;
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
      { numRuns: runs },
    );
    expect(refused).toBeGreaterThan(runs / 5);
  });
});

/** Where each packet of a channel of a capture without a codec begins, and how long its header is. */
function packetsOf(stream: Uint8Array): { at: number; end: number }[] {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  const packets: { at: number; end: number }[] = [];
  for (let at = INITIAL_BYTES; at < stream.length; at = packets.at(-1)!.end) {
    packets.push({ at, end: at + HEADER_BYTES + view.getUint32(at + AT.normalPages) * PAGE_BYTES });
  }
  return packets;
}

/** Every page that a header names, in the order of its list. */
function pagesNamed(stream: Uint8Array, at: number): number[] {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  return Array.from(
    { length: PAGES_PER_PACKET },
    (_, page) => Number(view.getBigUint64(at + AT.offsets + 8 * page)) / PAGE_BYTES,
  );
}

// QEMU's format has no checksums: a byte of a page that is changed on its way arrives so. But it arrives there alone.
describe.each(read.filter(({ codec }) => codec === 'none').filter((_, at) => runsNow(at === 0)))(
  'a byte of $name that is changed',
  (capture) => {
    const whole = streamsOf(capture);
    const clean = Buffer.concat([...receiveInProcess(planFor(capture), whole).pieces()]);

    it('is an error, or spoils no page but those that its packet names', () => {
      const places = [1, 2].map((index) => packetsOf(whole[index]!));
      const seen = { refused: 0, equal: 0, spoilt: 0 };
      const where = fc.record({
        channel: fc.nat(1),
        packet: fc.nat(1e6),
        at: fc.oneof(fc.nat(HEADER_BYTES - 1), fc.nat(1e6)),
      });
      fc.assert(
        fc.property(where, fc.integer({ min: 1, max: 255 }), ({ channel, packet, at }, flip) => {
          const each = places[channel]![packet % places[channel]!.length]!;
          const byte = each.at + (at % (each.end - each.at));
          const changed = Buffer.from(whole[channel + 1]!);
          changed[byte]! ^= flip;
          const got = receive(capture, whole.with(channel + 1, changed));
          if (got instanceof Error) {
            seen.refused++;
            return;
          }
          const spoilt: number[] = [];
          for (let page = 0; page * PAGE_BYTES < clean.length; page++) {
            const [from, to] = [page * PAGE_BYTES, (page + 1) * PAGE_BYTES];
            if (clean.compare(got, from, to, from, to) !== 0) spoilt.push(page);
          }
          if (spoilt.length === 0) seen.equal++;
          else seen.spoilt++;
          const named = new Set([...pagesNamed(whole[channel + 1]!, each.at), ...pagesNamed(changed, each.at)]);
          expect(spoilt.filter((page) => !named.has(page))).toEqual([]);
        }),
        { numRuns: 250 },
      );
      for (const [end, count] of Object.entries(seen)) expect(count, end).toBeGreaterThan(10);
    });
  },
);

/** The RAM, or the error. */
function receive(capture: Capture, streams: readonly Uint8Array[]): Buffer | Error {
  try {
    return Buffer.concat([...receiveInProcess(planFor(capture), streams).pieces()]);
  } catch (error) {
    if (error instanceof WireError || error instanceof ReceiverError) return error;
    throw error;
  }
}

it.skipIf(isLong)('asks for no memory that a main stream has no right to', () => {
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
