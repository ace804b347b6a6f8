import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Runs } from '../ram/page-runs.js';
import { StateHeader } from './device-state.js';
import { FLAG_SYNC, Packet, PacketHeader } from './packet.js';
import { findNumberGap, PacketNumbers } from './packet-numbers.js';
import type { WireRules } from './packet-parser.js';
import { type PacketHandler, PacketStream } from './packet-stream.js';
import { WireError } from './wire-error.js';

fc.configureGlobal({ seed: 1 });

const rules: WireRules = {
  pageSize: 4096,
  pagesPerPacket: 4,
  blocks: [{ name: 'm0', bytes: 16 * 4096 }],
  codec: 'none',
  numbersGrow: true,
};

it('names a sender whose batches are smaller: its pages are read as headers', () => {
  const geometry = { pageSize: 4096, pagesPerPacket: 2 };
  const packet = new Packet(geometry);
  Object.assign(packet, { pagesAllocated: 2, normalPages: 1, nextPacketSize: 4096, blockName: 'm0' });
  const header = new PacketHeader(geometry);
  header.fill(packet);
  const stream = new PacketStream(0, rules, {
    place: () => {
      const runs = new Runs();
      runs.add(new Uint8Array(4096), 0, 4096);
      return runs;
    },
    complete: () => true,
  });
  const pushed = () => stream.push(Buffer.concat([header.bytes, Buffer.alloc(8192, 7)]));
  expect(pushed).toThrow("got something else: the sender's packets have 2 pages, here they have 4 (--batch-pages)");
});

/** A stream of data packets, each followed by a SYNC: page p holds bytes p + 1. */
function streamOf(batches: readonly (readonly number[])[]): Buffer {
  const packet = new Packet(rules);
  const header = new PacketHeader(rules);
  const parts: Buffer[] = [];
  const put = () => {
    header.fill(packet);
    packet.number++;
    parts.push(Buffer.from(header.bytes));
  };
  for (const pages of batches) {
    packet.flags = 0;
    packet.blockName = 'm0';
    packet.pagesAllocated = 4;
    packet.normalPages = pages.length;
    packet.nextPacketSize = pages.length * 4096;
    for (const [at, page] of pages.entries()) packet.offsets[at] = page * 4096;
    put();
    parts.push(...pages.map((page) => Buffer.alloc(4096, page + 1)));
    packet.flags = FLAG_SYNC;
    packet.pagesAllocated = 0;
    packet.normalPages = 0;
    packet.nextPacketSize = 0;
    put();
  }
  return Buffer.concat(parts);
}

/** Puts pages where they belong in `ram`, each a run of its own unless adjacent; stops at SYNCs if asked. */
class Into implements PacketHandler {
  readonly ram = new Uint8Array(16 * 4096);
  readonly seen: string[] = [];
  private readonly runs = new Runs();
  private readonly stops: boolean;

  constructor(stops = false) {
    this.stops = stops;
  }

  place(packet: Packet): Runs {
    this.runs.clear();
    for (let page = 0; page < packet.normalPages; page++) this.runs.add(this.ram, packet.offsets[page]!, 4096);
    return this.runs;
  }

  complete(packet: Packet): boolean {
    this.seen.push(packet.sync ? 'SYNC' : [...packet.offsets.subarray(0, packet.normalPages)].join());
    return !(this.stops && packet.sync);
  }
}

const bytes = streamOf([[0, 1, 2, 3], [9, 4], [15]]);
const seen = ['0,4096,8192,12288', 'SYNC', '36864,16384', 'SYNC', '61440', 'SYNC'];
const ram = () => {
  const into = new Into();
  new PacketStream(0, rules, into).push(bytes);
  return into.ram;
};

describe('packet stream', () => {
  it('gives the same packets and pages however the bytes are cut', () => {
    const whole = ram();
    expect([0, 1, 2, 3, 4, 9, 15].every((page) => whole[page * 4096] === page + 1)).toBe(true);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1 }), (cuts) => {
        const into = new Into();
        const stream = new PacketStream(0, rules, into);
        for (let at = 0, cut = 0; at < bytes.length; cut++) {
          const next = Math.min(bytes.length, at + cuts[cut % cuts.length]!);
          stream.push(bytes.subarray(at, next));
          at = next;
        }
        stream.end();
        expect(into.seen).toEqual(seen);
        expect(Buffer.compare(into.ram, whole)).toBe(0);
        expect([stream.packets, stream.bytes]).toEqual([6, bytes.length]);
      }),
      { numRuns: 30 },
    );
  });

  it('reads runs of adjacent pages at one go, and asks for the rest of what is missing', () => {
    const stream = new PacketStream(0, rules, new Into());
    expect(stream.target().length).toBe(352);
    stream.push(bytes.subarray(0, 352));
    expect(stream.target().length).toBe(4 * 4096);
    stream.push(bytes.subarray(352, 352 + 5000));
    expect(stream.target().length).toBe(4 * 4096 - 5000);
  });

  it('stops where the handler stops it and takes nothing beyond', () => {
    const into = new Into(true);
    const stream = new PacketStream(0, rules, into);
    const first = stream.push(bytes);
    expect(first).toBe(352 + 4 * 4096 + 352);
    expect(into.seen).toEqual(seen.slice(0, 2));
    const second = stream.push(bytes.subarray(first));
    expect(into.seen).toEqual(seen.slice(0, 4));
    expect(stream.push(bytes.subarray(first + second))).toBe(bytes.length - first - second);
  });

  it('says where a cut stream ended, at every byte', () => {
    const boundaries = new Set<number>([0]);
    const whole = new PacketStream(0, rules, new Into());
    for (let at = 0; at < bytes.length; at++) {
      whole.push(bytes.subarray(at, at + 1));
      if (!whole.insidePacket) boundaries.add(at + 1);
    }
    expect(boundaries.size).toBe(7);
    for (let length = 0; length <= bytes.length; length += length % 352 < 3 ? 1 : 59) {
      const stream = new PacketStream(5, rules, new Into());
      stream.push(bytes.subarray(0, length));
      if (boundaries.has(length)) stream.end();
      else expect(() => stream.end()).toThrow(/^channel 5, packet \d, stream: expected the rest .* got the end of the/);
    }
    const stream = new PacketStream(5, rules, new Into());
    stream.push(bytes.subarray(0, 352 + 4100));
    expect(() => stream.end()).toThrow(
      'channel 5, packet 0, stream: expected the rest of the packet, got the end of the stream at byte 4100 of 16384 of the pages (packet_num 0)',
    );
  });

  it('ends in a WireError or in pages at their places, whatever bytes are changed', () => {
    const change = fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const changed = Buffer.from(bytes);
        for (const { at, to } of changes) changed[at] = to;
        try {
          const stream = new PacketStream(0, rules, new Into());
          stream.push(changed);
          stream.end();
        } catch (error) {
          expect(error).toBeInstanceOf(WireError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('packet numbers over all channels', () => {
  const numbersOf = (numbers: readonly number[]) => {
    const counted = new PacketNumbers();
    for (const number of numbers) counted.add(number);
    return counted;
  };

  it('are dense when each came once, from any first number', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(200), fc.nat(7), (first, count, modulus) => {
        const channels = [numbersOf([]), numbersOf([])];
        for (let at = 0; at < count; at++) channels[at % (modulus + 1) === 0 ? 0 : 1]!.add(first + at);
        expect(findNumberGap(channels)).toBeUndefined();
      }),
    );
  });

  it('name what is left out or doubled', () => {
    expect(findNumberGap([numbersOf([0, 1]), numbersOf([3])])).toBe(
      'packet_num: expected 4 packets for numbers 0 to 3, got 3',
    );
    expect(findNumberGap([numbersOf([0, 2, 4]), numbersOf([2, 3])])).toBe(
      'packet_num: expected each number from 0 to 4 once, got a sum of 11 instead of 10',
    );
  });
});

describe('device state among RAM', () => {
  const header = new StateHeader();
  const chunk = (bytes: number) => {
    header.fill(3, bytes);
    return Buffer.concat([header.bytes, Buffer.alloc(bytes, 0xee)]);
  };
  /** Kinds and sizes of packets in order, whatever pieces they came in. */
  function read(stream: Buffer, pieces: number, state = true): string[] {
    const seen: string[] = [];
    const reader = new PacketStream(
      0,
      { ...rules, deviceState: state },
      {
        place: (packet) => {
          const runs = new Runs();
          runs.add(new Uint8Array(packet.dataBytes), 0, packet.dataBytes);
          return runs;
        },
        complete: (packet) => {
          seen.push(
            packet.deviceState ? `state ${packet.dataBytes}` : packet.sync ? 'SYNC' : `pages ${packet.normalPages}`,
          );
          return true;
        },
      },
    );
    for (let at = 0; at < stream.length; at += pieces) reader.push(stream.subarray(at, at + pieces));
    reader.end();
    return seen;
  }

  it.each([1, 7, 276, 4096])('is told apart from RAM by its flags, in pieces of %i bytes', (pieces) => {
    const stream = Buffer.concat([chunk(5000), streamOf([[1, 2]]), chunk(1), chunk(10)]);
    expect(read(stream, pieces)).toEqual(['state 5000', 'pages 2', 'SYNC', 'state 1', 'state 10']);
  });

  it('is refused where it is not expected, and without a size', () => {
    expect(() => read(Buffer.concat([chunk(5000)]), 4096, false)).toThrow('flags: expected no device state, got 0x40');
    const empty = chunk(1);
    empty.writeUInt32BE(0, 272);
    expect(() => read(empty, 4096)).toThrow('next_packet_size: expected 1 to 1073741824, got 0');
    const both = chunk(1);
    both.writeUInt32BE(0x41, 8);
    expect(() => read(both, 4096)).toThrow('flags: expected device state alone, 0x40, got 0x41');
  });

  it('has the layout of MultiFDPacketDeviceState_t', () => {
    header.fill(3, 0x01020304);
    expect(header.bytes).toHaveLength(276);
    expect(header.bytes.subarray(0, 12).toString('hex')).toBe('112233440000000100000040');
    expect(header.bytes.subarray(12, 19).toString()).toBe('device3');
    expect(header.bytes.subarray(19, 268).every((byte) => byte === 0)).toBe(true);
    expect(header.bytes.subarray(268).toString('hex')).toBe('0000000301020304');
  });
});
