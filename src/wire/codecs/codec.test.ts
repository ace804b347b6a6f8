import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../random.js';
import { openPacker, openUnpacker } from './codec.js';
import { HAS_ZSTD } from './flushed-stream.js';

fc.configureGlobal({ seed: 1 });

const PAGE = 4096;
const MOST = 8 * PAGE;

/** Random bytes, then one value. */
function page(fill: number, noise: number): Uint8Array {
  const random = new Random(fill);
  return Uint8Array.from({ length: PAGE }, (_, at) => (at < noise ? random.below(256) : fill));
}

it('says where a codec is not to be had', () => {
  if (!HAS_ZSTD)
    expect(() => openPacker('zstd', PAGE, MOST)).toThrow('codec zstd: Node 22.15 or newer has it, this is v');
});

describe.each(HAS_ZSTD ? (['zlib', 'zstd'] as const) : (['zlib'] as const))('%s', (codec) => {
  it('gives back the pages of each packet, over one stream', () => {
    const packer = openPacker(codec, PAGE, MOST);
    const unpacker = openUnpacker(codec, MOST);
    const packet = fc.array(fc.tuple(fc.nat(255), fc.nat(PAGE)), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(packet, (pages) => {
        const given = pages.map(([fill, noise]) => page(fill, noise));
        const output = new Uint8Array(given.length * PAGE);
        unpacker.unpack(Uint8Array.from(packer.pack(given)), output);
        expect(Buffer.compare(output, Buffer.concat(given))).toBe(0);
      }),
      { numRuns: 50 },
    );
    packer.close();
    unpacker.close();
  });

  it('packs in one room for all packers of a thread', () => {
    const { arrayBuffers } = process.memoryUsage();
    const packers = Array.from({ length: 20 }, () => openPacker(codec, PAGE, 256 * PAGE));
    expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(5 * 256 * PAGE);
    for (const packer of packers) packer.close();
  });

  it('gives back the packets of packers of several sizes, one after the other', () => {
    const both = [MOST, 16 * MOST].map((most) => ({
      packer: openPacker(codec, PAGE, most),
      unpacker: openUnpacker(codec, most),
    }));
    for (let packet = 0; packet < 6; packet++) {
      const { packer, unpacker } = both[packet % 2]!;
      const output = new Uint8Array(PAGE);
      unpacker.unpack(Uint8Array.from(packer.pack([page(packet, 1000)])), output);
      expect(Buffer.compare(output, page(packet, 1000))).toBe(0);
    }
    for (const { packer, unpacker } of both) {
      packer.close();
      unpacker.close();
    }
  });

  it('packs pages that do not pack into less than the most', () => {
    const packer = openPacker(codec, PAGE, MOST);
    const random = Array.from({ length: 8 }, (_, index) => page(index, PAGE));
    expect(packer.pack(random).length).toBeGreaterThan(MOST * 0.9);
  });

  it('makes no more than it was asked for of a bomb', () => {
    const packer = openPacker(codec, PAGE, 1000 * PAGE);
    const packed = packer.pack(Array.from({ length: 1000 }, () => page(0, 0)));
    expect(packed.length).toBeLessThan(40 * PAGE);
    const output = new Uint8Array(2 * PAGE);
    expect(() => openUnpacker(codec, MOST).unpack(packed, output)).toThrow('expected pages of 8192 bytes, got more');
  });

  it('refuses bytes that are cut, or are something else, and never hangs', () => {
    const packed = Uint8Array.from(openPacker(codec, PAGE, MOST).pack([page(3, 2000), page(4, 100)]));
    expect(() => openUnpacker(codec, MOST).unpack(packed.subarray(0, 1000), new Uint8Array(2 * PAGE))).toThrow(
      /expected pages of 8192 bytes, got \d+$/,
    );
    fc.assert(
      fc.property(fc.nat(packed.length - 1), fc.nat(255), (at, to) => {
        const changed = Uint8Array.from(packed);
        changed[at] = to;
        const output = new Uint8Array(2 * PAGE);
        try {
          openUnpacker(codec, MOST).unpack(changed, output);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 200 },
    );
  });
});
