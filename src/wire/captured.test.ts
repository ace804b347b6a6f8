// The streams that real QEMUs sent, decoded to the RAM they carried.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Runs } from '../ram/page-runs.js';
import { openUnpacker, type Unpacker } from './codecs/codec.js';
import { capturedStream, captures, RAM_BYTES, SHA256 } from './fixtures/captured.js';
import { INITIAL_BYTES, NO_UUID, parseInitial } from './initial-packet.js';
import { MainStream } from './main-stream.js';
import { mainStream } from './main-stream-writer.js';
import type { CodecName, Packet } from './packet.js';
import type { WireRules } from './packet-parser.js';
import { type PacketHandler, PacketStream } from './packet-stream.js';

const PAGE = 4096;
const RAM = RAM_BYTES;
const stream = capturedStream;

class Channel implements PacketHandler {
  readonly stream: PacketStream;
  syncs = 0;
  waits = false;
  private readonly ram: Uint8Array;
  private readonly bytes: Uint8Array;
  private readonly unpacker: Unpacker | undefined;
  private readonly packed = new Uint8Array(1 << 20);
  private readonly runs = new Runs();
  private taken = INITIAL_BYTES;

  constructor(bytes: Uint8Array, rules: WireRules, ram: Uint8Array) {
    const { id } = parseInitial(bytes.subarray(0, INITIAL_BYTES), { uuid: NO_UUID, channels: 2 });
    this.ram = ram;
    this.bytes = bytes;
    this.stream = new PacketStream(id, rules, this);
    this.unpacker = rules.codec === 'none' ? undefined : openUnpacker(rules.codec, 128 * PAGE);
  }

  /** Reads up to the next SYNC; false at the end of the stream. */
  advance(): boolean {
    this.waits = false;
    this.taken += this.stream.push(this.bytes.subarray(this.taken));
    if (!this.waits) this.stream.end();
    return this.waits;
  }

  place(packet: Packet): Runs {
    this.runs.clear();
    if (this.unpacker) this.runs.add(this.packed, 0, packet.dataBytes);
    else for (const offset of this.normal(packet)) this.runs.add(this.ram, offset, PAGE);
    return this.runs;
  }

  complete(packet: Packet): boolean {
    if (this.unpacker && packet.normalPages > 0) {
      const pages = new Uint8Array(packet.normalPages * PAGE);
      this.unpacker.unpack(this.packed.subarray(0, packet.dataBytes), pages);
      for (const [index, offset] of this.normal(packet).entries()) {
        this.ram.set(pages.subarray(index * PAGE, (index + 1) * PAGE), offset);
      }
    }
    for (const offset of packet.offsets.subarray(packet.normalPages, packet.normalPages + packet.zeroPages)) {
      this.ram.fill(0, offset, offset + PAGE);
    }
    if (packet.sync) this.syncs++;
    this.waits = packet.sync;
    return !packet.sync;
  }

  private normal({ offsets, normalPages }: Packet): Float64Array {
    return offsets.subarray(0, normalPages);
  }
}

/** Decodes a capture, epoch by epoch; the RAM starts full of something else. */
function decode(name: string) {
  const [, version, codec] = /^qemu-(.+)-(.+)$/.exec(name) as unknown as [string, string, CodecName];
  const ram = new Uint8Array(RAM).fill(0xee);
  const blocks = [{ name: 'm0', bytes: RAM }];
  const numbersGrow = version !== '7.2';
  const rules: WireRules = { pageSize: PAGE, pagesPerPacket: 128, blocks, codec, numbersGrow };
  const channels = [1, 2].map((index) => new Channel(stream(name, index), rules, ram));
  let told: unknown;
  const epoch = (): boolean => {
    for (const channel of channels) if (!channel.advance()) throw new Error('a mark without a SYNC');
    return false;
  };
  const main = new MainStream(
    { pageSize: PAGE },
    {
      blocks: (list) => {
        told = list;
        return true;
      },
      fill: (_, offset, value) => ram.fill(value, offset, offset + PAGE),
      page: (_, offset, bytes) => ram.set(bytes, offset),
      sync: epoch,
    },
  );
  const bytes = stream(name, 0);
  for (let taken = 0; taken < bytes.length; ) taken += main.push(bytes.subarray(taken));
  const description = main.end();
  for (const channel of channels) if (channel.advance()) throw new Error('a SYNC without a mark');
  expect(told).toEqual(blocks);
  expect(description).toEqual({ pageSize: PAGE, devices: 2 });
  expect(main.syncPlace).toBe(version === '7.2' ? 'section-end' : 'flush-mark');
  return { ram, channels };
}

describe.each(captures)('$name', ({ name, readable }) => {
  it.skipIf(!readable)('carries the known RAM', () => {
    const { ram, channels } = decode(name);
    expect(createHash('sha256').update(ram).digest('hex')).toBe(SHA256);
    expect(channels.map(({ syncs }) => syncs)).toEqual([3, 3]);
  });
});

describe('main stream', () => {
  const bytes = () => stream('qemu-7.2-none', 0);
  const read = (given: Buffer) => {
    const reader = new MainStream(
      { pageSize: PAGE },
      {
        blocks: () => true,
        fill() {},
        page() {},
        sync: () => true,
      },
    );
    reader.push(given);
    reader.end();
  };

  it.each<[string, (bytes: Buffer) => void]>([
    ['section 0, magic: expected 0x5145564d, got 0x51455658', (each) => each.write('QEVX')],
    ['section 0, version: expected 3, got 4', (each) => each.writeUInt32BE(4, 4)],
    ['section 1, section name: expected ram, got "rum"', (each) => each.write('rum', 0x17)],
    ['section 1, section version: expected 4, got 5', (each) => each.writeUInt32BE(5, 0x1e)],
    ['section 1, footer: expected 0x7e, got 0x7d', (each) => each.writeUInt8(0x7d, 0x3d)],
    ['section 1, RAM size: expected a list of blocks, got none', (each) => each.writeUInt8(0x10, 0x29)],
    ['section 2, section id: expected 2, got 3', (each) => each.writeUInt32BE(3, 0x43)],
    ['section 2, block name: expected one of m0, got "m1"', (each) => each.write('m1', 0x50)],
    [
      'section 2, offset: expected pages of 4096 below 1048576 in block m0, got 1064960',
      (each) => each.writeUInt8(16, 0x58),
    ],
    [
      'section 2, RAM flags: expected size, zero page, page, flush or end of section, got 0x40',
      (each) => each.writeUInt8(0x40, 0x5a),
    ],
  ])('%s', (message, change) => {
    const damaged = bytes();
    change(damaged);
    expect(() => read(damaged)).toThrow(`main stream, ${message}`);
  });

  it('of 7.2 stops for the SYNC before the footer of its section, which QEMU keeps back until it has sent more', () => {
    let syncs = 0;
    const reader = new MainStream(
      { pageSize: PAGE },
      { blocks: () => true, fill() {}, page() {}, sync: () => ++syncs === 0 },
    );
    const footer = 0x3d;
    expect(reader.push(bytes().subarray(0, footer - 1))).toBe(footer - 1);
    expect(syncs).toBe(0);
    reader.push(bytes().subarray(footer - 1, footer));
    expect(syncs).toBe(1);
  });

  it('of 7.2 names a block only where it changes, be that in an earlier section', () => {
    const seen: [string, number][] = [];
    const fill = (block: string, offset: number) => seen.push([block, offset]);
    const reader = new MainStream({ pageSize: PAGE }, { blocks: () => true, fill, page() {}, sync: () => true });
    const parts = mainStream('7.2');
    const blocks = ['m0', 'm1'].map((name) => ({ name, bytes: 4 * PAGE }));
    const later = parts.part('m1', [0, 3 * PAGE]);
    // Without the name of its first page: 8 bytes of offset follow the section's head, then the name.
    const unnamed = Buffer.concat([later.subarray(0, 5 + 8), later.subarray(5 + 8 + 3)]);
    unnamed.writeUInt8(0x22, 5 + 7);
    reader.push(Buffer.concat([parts.start(blocks), parts.part('m1', [PAGE]), unnamed, parts.end(), parts.tail()]));
    reader.end();
    expect(seen).toEqual([
      ['m1', PAGE],
      ['m1', 0],
      ['m1', 3 * PAGE],
    ]);
  });

  it.each(['7.2', '10.0'])('of %s is not whole, wherever it is cut', (version) => {
    const whole = stream(`qemu-${version}-none`, 0);
    read(whole);
    for (let length = 0; length < whole.length; length++) {
      expect(() => read(whole.subarray(0, length))).toThrow(
        /stream: expected the (end of the RAM|description of the devices), got the end of the stream$/,
      );
    }
  });
});

describe('main stream writer', () => {
  const zeroPages = Array.from({ length: 64 }, (_, index) => index * 4 * PAGE);

  it.each(['7.2', '10.0'] as const)('writes what QEMU %s wrote, but for the description', (version) => {
    const parts = mainStream(version);
    const written = Buffer.concat([
      parts.start([{ name: 'm0', bytes: RAM }]),
      version === '7.2' ? parts.part('m0', zeroPages) : parts.part(),
      parts.end(),
      parts.tail(),
    ]);
    const captured = stream(`qemu-${version}-none`, 0);
    const description = captured.indexOf('{"') - 4;
    expect(written.subarray(0, description).toString('hex')).toBe(captured.subarray(0, description).toString('hex'));
    const length = written.readUInt32BE(description);
    expect(JSON.parse(written.subarray(description + 4).toString())).toEqual({ page_size: 4096, devices: [] });
    expect(written.length).toBe(description + 4 + length);
  });
});
