import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AT, FLAG_SYNC, headerBytes, Packet, PacketHeader } from './packet.js';
import { PacketParser, type WireRules } from './packet-parser.js';
import { WireError } from './wire-error.js';

fc.configureGlobal({ seed: 1 });

const PAGES = 16;
const rules: WireRules = {
  pageSize: 4096,
  pagesPerPacket: PAGES,
  blocks: [
    { name: 'm0', bytes: 64 * 4096 },
    { name: 'pc.rom', bytes: 40 * 4096 + 1 },
  ],
  codec: 'none',
  numbersGrow: true,
};

interface Fields {
  readonly sync: boolean;
  readonly number: number;
  readonly block: number;
  readonly pages: readonly number[];
  readonly normal: number;
}

function packetOf({ sync, number, block, pages, normal }: Fields): Packet {
  const packet = new Packet(rules);
  packet.flags = sync ? FLAG_SYNC : 0;
  packet.number = number;
  packet.pagesAllocated = pages.length > 0 ? PAGES : 0;
  packet.normalPages = normal;
  packet.zeroPages = pages.length - normal;
  packet.nextPacketSize = normal * rules.pageSize;
  packet.blockName = pages.length > 0 ? rules.blocks![block]!.name : '';
  for (const [at, page] of pages.entries()) packet.offsets[at] = page * rules.pageSize;
  return packet;
}

const fields: fc.Arbitrary<Fields> = fc
  .record({
    sync: fc.boolean(),
    number: fc.maxSafeNat(),
    block: fc.constantFrom(0, 1),
    pages: fc.uniqueArray(fc.nat(40), { maxLength: PAGES }),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ share, ...rest }) => ({ ...rest, normal: Math.round(share * rest.pages.length) }));

/** All that a reader may use of a packet. */
function meaning(packet: Packet, block: number) {
  const { flags, number, pagesAllocated, normalPages, zeroPages, blockName, dataBytes } = packet;
  const offsets = [...packet.offsets.subarray(0, normalPages + zeroPages)];
  const name = block < 0 ? '' : blockName;
  return { flags, number, pagesAllocated, normalPages, zeroPages, name, dataBytes, offsets, block };
}

function parse(header: Uint8Array, channel = 3, position = 7) {
  const packet = new Packet(rules);
  const block = new PacketParser(channel, rules).parse(header, packet, position);
  return { packet, block };
}

describe('packet', () => {
  it('has the size and the places of QEMU', () => {
    expect(headerBytes({ pageSize: 4096, pagesPerPacket: 128 })).toBe(1344);
    const header = new PacketHeader(rules);
    header.fill(packetOf({ sync: true, number: 2 ** 40 + 5, block: 1, pages: [3, 9], normal: 1 }));
    const hex = (from: number, to: number) => header.bytes.subarray(from, to).toString('hex');
    expect(hex(0, 36)).toBe('112233440000000100000001000000100000000100001000000001000000000500000001');
    expect(hex(64, 72)).toBe('70632e726f6d0000');
    expect(hex(320, 344)).toBe('000000000000300000000000000090000000000000000000');
  });

  it('comes back as it was filled, whatever was in the bytes before', () => {
    const header = new PacketHeader(rules);
    fc.assert(
      fc.property(fields, (each) => {
        const packet = packetOf(each);
        header.fill(packet);
        const fresh = new PacketHeader(rules);
        fresh.fill(packet);
        expect(header.bytes.equals(fresh.bytes)).toBe(true);
        const parsed = parse(header.bytes);
        expect(meaning(parsed.packet, parsed.block)).toEqual(meaning(packet, each.pages.length > 0 ? each.block : -1));
      }),
    );
  });

  it('is refused by name, or means what its bytes say, after any change of a byte', () => {
    const change = fc.record({ at: fc.nat(headerBytes(rules) - 1), to: fc.nat(255) });
    fc.assert(
      fc.property(fields, fc.array(change, { minLength: 1, maxLength: 3 }), (each, changes) => {
        const header = new PacketHeader(rules);
        header.fill(packetOf(each));
        const bytes = Buffer.from(header.bytes);
        for (const { at, to } of changes) bytes[at] = to;
        let parsed: ReturnType<typeof parse>;
        try {
          parsed = parse(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
          expect(error).toMatchObject({ channel: 3, packet: 7 });
          return;
        }
        const { packet, block } = parsed;
        const again = new PacketHeader(rules);
        again.fill(packet);
        const pages = packet.normalPages + packet.zeroPages;
        const ends = [AT.number + 8, AT.zeroPages + 4, ...(block < 0 ? [] : [AT.offsets + 8 * pages])];
        const starts = [0, AT.zeroPages, ...(block < 0 ? [] : [AT.offsets])];
        for (const [part, start] of starts.entries()) {
          expect(again.bytes.subarray(start, ends[part])).toEqual(bytes.subarray(start, ends[part]));
        }
        for (let page = 0; page < pages; page++) {
          expect(packet.offsets[page]! + rules.pageSize).toBeLessThanOrEqual(41 * rules.pageSize + 24 * rules.pageSize);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('packet checks', () => {
  const filled = { sync: false, number: 8, block: 0, pages: [1, 2, 5], normal: 2 };
  const refused = (change: (bytes: Buffer) => void, message: string) => {
    const header = new PacketHeader(rules);
    header.fill(packetOf(filled));
    change(header.bytes);
    expect(() => parse(header.bytes)).toThrow(message);
  };

  it.each<[string, (bytes: Buffer) => void]>([
    ['magic: expected 0x11223344, got something else', (bytes) => bytes.writeUInt32BE(0x51455654, 0)],
    ['version: expected 1, got 2', (bytes) => bytes.writeUInt32BE(2, 4)],
    ['flags: expected only SYNC and a codec, got 0x80000000', (bytes) => bytes.writeUInt32BE(0x80000000, 8)],
    ['flags: expected no device state, got 0x40', (bytes) => bytes.writeUInt32BE(0x40, 8)],
    ['flags: expected codec none = 0x0, got 0x2', (bytes) => bytes.writeUInt32BE(2, 8)],
    ['pages_alloc: expected at most 16, got 17', (bytes) => bytes.writeUInt32BE(17, 12)],
    ['normal_pages: expected at most pages_alloc = 16, got 17', (bytes) => bytes.writeUInt32BE(17, 16)],
    ['zero_pages: expected at most 16 - 2 normal pages, got 15', (bytes) => bytes.writeUInt32BE(15, 32)],
    ['next_packet_size: expected 2 pages, 8192, got 8191', (bytes) => bytes.writeUInt32BE(8191, 20)],
    ['packet_num: expected less than 2^53, got 18446744073709551615', (bytes) => bytes.fill(255, 24, 32)],
    ['ramblock: expected one of m0, pc.rom, got "m1"', (bytes) => bytes.write('m1', 64)],
    ['offset[1]: expected at most 258048 in block m0, got 262144', (bytes) => bytes.writeUInt32BE(262144, 332)],
    ['offset[0]: expected at most 258048 in block m0, got 18446744073709551615', (bytes) => bytes.fill(255, 320, 328)],
    ['offset[2]: expected a multiple of the page size 4096, got 20481', (bytes) => bytes.writeUInt32BE(20481, 340)],
    ['offset[2]: expected each page once a packet, got 4096 twice', (bytes) => bytes.writeUInt32BE(4096, 340)],
  ])('%s', (message, change) => refused(change, `channel 3, packet 7, ${message}`));

  it('takes a last page that its block fills only in part', () => {
    const header = new PacketHeader(rules);
    header.fill(packetOf({ ...filled, block: 1, pages: [40], normal: 1 }));
    expect(parse(header.bytes).block).toBe(1);
    header.fill(packetOf({ ...filled, block: 1, pages: [41], normal: 1 }));
    expect(() => parse(header.bytes)).toThrow('offset[0]: expected at most 163840 in block pc.rom, got 167936');
  });

  it('takes what QEMU 7.2 leaves in a packet without pages', () => {
    const header = new PacketHeader(rules);
    header.fill(packetOf({ ...filled, pages: [], normal: 0 }));
    header.bytes.writeUInt32BE(524288, AT.nextPacketSize);
    header.bytes.write('no such block', AT.blockName);
    const { packet, block } = parse(header.bytes);
    expect([packet.dataBytes, block]).toEqual([0, -1]);
  });

  it('refuses a packet number that does not grow, unless told not to', () => {
    const header = new PacketHeader(rules);
    header.fill(packetOf(filled));
    const parser = new PacketParser(3, rules);
    parser.parse(header.bytes, new Packet(rules), 0);
    expect(() => parser.parse(header.bytes, new Packet(rules), 1)).toThrow(
      "channel 3, packet 1, packet_num: expected more than the channel's last, 8, got 8",
    );
    const lenient = new PacketParser(3, { ...rules, numbersGrow: false });
    for (const position of [0, 1]) lenient.parse(header.bytes, new Packet(rules), position);
  });

  it('bounds what a codec may claim', () => {
    const parser = new PacketParser(3, { ...rules, codec: 'zlib' });
    const header = new PacketHeader(rules);
    const packet = packetOf(filled);
    packet.flags = 2;
    for (const [size, fits] of [
      [1, true],
      [8192, true],
      [8192 + 64 + 1024, true],
      [8192 + 64 + 1025, false],
      [0, false],
    ] as const) {
      packet.nextPacketSize = size;
      packet.number++;
      header.fill(packet);
      const parsing = () => parser.parse(header.bytes, new Packet(rules), 0);
      if (fits) parsing();
      else expect(parsing).toThrow('next_packet_size: expected 1 to 9280 for 2 packed pages');
    }
  });

  it('refuses geometry beyond the limits', () => {
    expect(() => headerBytes({ pageSize: 4096, pagesPerPacket: 0 })).toThrow('expected 1 to 65536, got 0');
    expect(() => headerBytes({ pageSize: 2 << 20, pagesPerPacket: 1024 })).toThrow('at most 1073741824 bytes');
  });

  it('refuses to write a block name that has no room', () => {
    const packet = packetOf(filled);
    packet.blockName = 'x'.repeat(256);
    expect(() => new PacketHeader(rules).fill(packet)).toThrow('at most 255 bytes');
    packet.blockName = 'x'.repeat(255);
    new PacketHeader(rules).fill(packet);
  });
});
