import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ram } from '../ram/ram.js';
import { numberedRam, startWriting } from '../transport/fixtures/writing.js';
import type { Address } from '../transport/line.js';
import { Lines } from '../transport/lines.js';
import { openPacker } from '../wire/codecs/codec.js';
import { HAS_ZSTD } from '../wire/codecs/flushed-stream.js';
import { fillInitial, NO_UUID } from '../wire/initial-packet.js';
import { FLAG_SYNC, FLAGS_OF_CODECS, Packet, PacketHeader } from '../wire/packet.js';
import type { ReceiverPlan } from './plan.js';
import { Receiver } from './receiver.js';

const PAGES = 1024;
let directory: string;
let receivers: Receiver[];
let sockets: Socket[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'receiver-'));
  receivers = [];
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(receivers.map((receiver) => receiver.stop()));
  rmSync(directory, { recursive: true });
});

function planFor(transport: string, changes: Partial<ReceiverPlan> = {}): ReceiverPlan {
  return {
    listen: transport === 'unix' ? { path: join(directory, 'socket') } : { host: '127.0.0.1', port: 0 },
    channels: 2,
    pageSize: 4096,
    pagesPerPacket: 128,
    blocks: [{ name: 'm0', bytes: PAGES * 4096 }],
    codec: 'none',
    numbersGrow: true,
    numbersDense: true,
    ignoreSync: false,
    connectMs: 1000,
    stallMs: 1000,
    idleMs: 0,
    pinned: false,
    digest: true,
    ...changes,
  };
}

async function start(transport: string, changes: Partial<ReceiverPlan> = {}): Promise<Receiver> {
  const receiver = await Receiver.start(planFor(transport, changes));
  receivers.push(receiver);
  return receiver;
}

const sha256 = (ram: Ram) => {
  const hash = createHash('sha256');
  for (const piece of ram.pieces()) hash.update(piece);
  return hash.digest('hex');
};

/** True when the process has ended, whether or not anybody has asked how. */
function isGone(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return true;
  }
}

/** All pages in batches of 128, as runs, in pieces of every size, or all apart. */
const orders = {
  adjacent: (page: number) => page,
  scattered: (page: number) => (page * 389) % PAGES,
  pairs: (page: number) => ((page >> 1) * 2 * 77 + (page & 1)) % PAGES,
};
function batchesOf(order: keyof typeof orders): number[][] {
  return Array.from({ length: PAGES / 128 }, (_, batch) =>
    Array.from({ length: 128 }, (_, at) => orders[order](batch * 128 + at)),
  );
}

describe.each(['tcp', 'unix'])('a receiver over %s', (transport) => {
  it.each(Object.keys(orders) as (keyof typeof orders)[])('gets %s pages from real sender threads', async (order) => {
    const ramOut = join(directory, 'ram');
    const receiver = await start(transport, { channels: 3, ramOut });
    if ('path' in receiver.address) expect(statSync(receiver.address.path).mode & 0o777).toBe(0o600);
    const lines = await Lines.connect({ address: receiver.address, channels: 3, connectMs: 1000 });
    const ram = numberedRam(PAGES);
    for (const joinPages of [true, false]) {
      const batches = batchesOf(order);
      const words = new SharedArrayBuffer(8);
      // Each round goes on with the packet numbers of the one before.
      new Int32Array(words)[0] = joinPages ? 0 : 3 * batches.length * 2;
      const parts = lines.hold(3, 1000, () => lines.end());
      const given = { transport, batches, joinPages, words };
      const ends = await startWriting(3, parts, ram, given).ends;
      expect(ends.map(({ code }) => code)).toEqual([undefined, undefined, undefined]);
      lines.release();
    }
    await lines.close();
    const report = await receiver.report;
    expect(report.sha256).toBe(sha256(ram));
    expect(report.pagesMissing).toBe(0);
    const syncs = (2 * PAGES) / 128;
    const expected = { pages: 2 * PAGES, zeroPages: 0, packets: 2 * syncs, syncs };
    const bytes = 64 + 2 * syncs * 1344 + 2 * PAGES * 4096;
    expect(report.channels).toEqual([0, 1, 2].map((channel) => ({ channel, ...expected, bytes })));
    expect(createHash('sha256').update(readFileSync(ramOut)).digest('hex')).toBe(report.sha256);
    expect(statSync(ramOut).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['ram']);
    expect(isGone(receiver.pid)).toBe(true);
  });
});

describe.each(HAS_ZSTD ? (['zlib', 'zstd'] as const) : (['zlib'] as const))('packed by %s', (codec) => {
  it('pages come whole, over all packets of a channel', async () => {
    const receiver = await start('unix', { codec });
    const lines = await Lines.connect({ address: receiver.address, channels: 2, connectMs: 1000 });
    const ram = numberedRam(PAGES);
    const given = { transport: 'unix', batches: batchesOf('pairs'), codec };
    await startWriting(
      2,
      lines.hold(2, 1000, () => lines.end()),
      ram,
      given,
    ).ends;
    lines.release();
    await lines.close();
    const report = await receiver.report;
    expect(report.sha256).toBe(sha256(ram));
    expect(report.channels[0]!.bytes).toBeLessThan(PAGES * 4096 * 0.1);
  });

  it('a bomb is refused, and makes no more than was asked for', async () => {
    const receiver = await start('unix', { codec, channels: 1 });
    const hand = new Hand(receiver.address, hello(0));
    const header = hand.data(0, [1], 0).subarray(0, 1344);
    header.writeUInt32BE(FLAGS_OF_CODECS[codec], 8);
    const bomb = openPacker(codec, 4096, 1 << 20).pack(Array.from({ length: 256 }, () => new Uint8Array(4096)));
    header.writeUInt32BE(bomb.length, 20);
    hand.socket.write(Buffer.concat([header, bomb]));
    await expect(receiver.report).rejects.toThrow(
      `channel 0, packet 0, pages: expected pages that can be unpacked, got codec ${codec}: expected pages of 4096 bytes, got more`,
    );
  });

  it('bytes that do not unpack are refused by channel and packet', async () => {
    const receiver = await start('unix', { codec, channels: 1 });
    const hand = new Hand(receiver.address, hello(0));
    const bytes = hand.data(0, [1, 2], 0x55);
    bytes.writeUInt32BE(FLAGS_OF_CODECS[codec], 8);
    hand.socket.write(bytes);
    await expect(receiver.report).rejects.toThrow(
      'channel 0, packet 0, pages: expected pages that can be unpacked, got ',
    );
  });
});

/** A sender made by hand: what it writes is what the test says. */
class Hand {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  private readonly packet: Packet;
  private readonly header: PacketHeader;

  constructor(address: Address, first: Uint8Array) {
    const geometry = { pageSize: 4096, pagesPerPacket: 128 };
    this.packet = new Packet(geometry);
    this.header = new PacketHeader(geometry);
    this.socket = connect({ ...address, allowHalfOpen: true });
    sockets.push(this.socket);
    this.closed = new Promise((resolve) => this.socket.on('error', () => resolve()).on('end', () => resolve()));
    this.socket.resume().write(first);
  }

  data(number: number, pages: readonly number[], fill: number, zero: readonly number[] = []): Buffer {
    const { packet, header } = this;
    packet.flags = 0;
    packet.number = number;
    packet.blockName = 'm0';
    packet.pagesAllocated = 128;
    packet.normalPages = pages.length;
    packet.zeroPages = zero.length;
    packet.nextPacketSize = pages.length * 4096;
    for (const [at, page] of [...pages, ...zero].entries()) packet.offsets[at] = page * 4096;
    header.fill(packet);
    return Buffer.concat([header.bytes, Buffer.alloc(pages.length * 4096, fill)]);
  }

  sync(number: number): Buffer {
    const { packet, header } = this;
    Object.assign(packet, {
      flags: FLAG_SYNC,
      number,
      pagesAllocated: 0,
      normalPages: 0,
      zeroPages: 0,
      nextPacketSize: 0,
    });
    header.fill(packet);
    return Buffer.from(header.bytes);
  }
}

const hello = (id: number) => fillInitial({ uuid: NO_UUID, id });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('epochs', () => {
  /** Channel 0 brings page 5 anew in the second epoch while channel 1 still holds back the old one of the first. */
  const overtaking = async (ignoreSync: boolean) => {
    const ramOut = join(directory, 'ram');
    const receiver = await start('unix', { ramOut, ignoreSync, numbersDense: false });
    const [fast, slow] = [new Hand(receiver.address, hello(0)), new Hand(receiver.address, hello(1))];
    fast.socket.write(Buffer.concat([fast.sync(1), fast.data(2, [5], 0xbb), fast.sync(3)]));
    await pause(200);
    const before = await receiver.count();
    slow.socket.write(Buffer.concat([slow.data(4, [5], 0xaa), slow.sync(5), slow.sync(6)]));
    for (const { socket } of [fast, slow]) socket.end();
    await receiver.report;
    return { before, page: readFileSync(ramOut)[5 * 4096] };
  };

  it('are applied in order, however the channels run', async () => {
    const { before, page } = await overtaking(false);
    expect(before.map(({ syncs, packets }) => [syncs, packets])).toEqual([
      [1, 1],
      [0, 0],
    ]);
    expect(page).toBe(0xbb);
  });

  it('leave a stale page when SYNCs are ignored', async () => {
    const { before, page } = await overtaking(true);
    expect(before.map(({ syncs }) => syncs)).toEqual([2, 0]);
    expect(page).toBe(0xaa);
  });

  it('clear a page that came with bytes before and is zero now', async () => {
    const ramOut = join(directory, 'ram');
    const receiver = await start('tcp', { channels: 1, ramOut });
    const hand = new Hand(receiver.address, hello(0));
    hand.socket.end(Buffer.concat([hand.data(0, [1, 2], 7), hand.sync(1), hand.data(2, [3], 9, [2, 8]), hand.sync(3)]));
    const report = await receiver.report;
    const bytes = readFileSync(ramOut);
    expect([1, 2, 3, 8].map((page) => bytes[page * 4096])).toEqual([7, 0, 9, 0]);
    expect(report.channels[0]).toMatchObject({ pages: 3, zeroPages: 2, syncs: 2, packets: 4 });
    expect(report.pagesMissing).toBe(PAGES - 4);
  });

  it('fail when a channel ends before a SYNC that others wait at', async () => {
    const receiver = await start('unix');
    const [first, second] = [new Hand(receiver.address, hello(0)), new Hand(receiver.address, hello(1))];
    first.socket.write(first.sync(0));
    await pause(100);
    second.socket.end(second.data(1, [1], 1));
    await expect(receiver.report).rejects.toThrow(
      'channel 1: expected SYNC 1, for which channel 0 waits, got the end of the stream',
    );
  });

  it('count only the channels that take part', async () => {
    const receiver = await start('unix', { channels: 3 });
    const hands = [0, 1, 2].map((id) => new Hand(receiver.address, hello(id)));
    await pause(100);
    receiver.setParticipants(2);
    hands[0]!.socket.write(Buffer.concat([hands[0]!.sync(0), hands[0]!.data(1, [1], 1)]));
    hands[1]!.socket.write(hands[1]!.sync(2));
    await pause(200);
    expect((await receiver.count()).map(({ packets }) => packets)).toEqual([2, 1, 0]);
    for (const { socket } of hands) socket.end();
    await receiver.report;
  });
});

describe.each(['tcp', 'unix'])('bad input over %s', (transport) => {
  /** Eight channels are connected, all but channel 3 are in mid-packet; then channel 3 does something wrong. */
  const failing = async (changes: Partial<ReceiverPlan>, wrong: (hand: Hand) => void) => {
    const ramOut = join(directory, 'ram');
    const receiver = await start(transport, { channels: 8, ramOut, ...changes });
    const hands = Array.from({ length: 8 }, (_, id) => new Hand(receiver.address, hello(id)));
    for (const [id, hand] of hands.entries()) {
      if (id !== 3) hand.socket.write(hand.data(id, [id, id + 20], id).subarray(0, 5000));
    }
    await pause(100);
    const start_ = performance.now();
    wrong(hands[3]!);
    const failure = await receiver.report.then(
      () => undefined,
      (error) => error,
    );
    // All other channels are released: their peers see the end.
    await Promise.all(hands.filter((_, id) => id !== 3).map(({ closed }) => closed));
    expect(performance.now() - start_).toBeLessThan(2000);
    expect(readdirSync(directory)).toEqual([]);
    expect(isGone(receiver.pid)).toBe(true);
    return failure;
  };

  it('a packet that is cut off', async () => {
    const failure = await failing({}, (hand) => hand.socket.end(hand.data(100, [1, 2], 1).subarray(0, 1344 + 4097)));
    expect(failure.message).toBe(
      'channel 3, packet 0, stream: expected the rest of the packet, got the end of the stream at byte 4097 of 8192 of the pages (packet_num 100)',
    );
    expect(failure.failure).toMatchObject({ channel: 3, packet: 0, field: 'stream' });
  });

  it('a header that is cut off', async () => {
    const failure = await failing({}, (hand) => hand.socket.end(hand.sync(100).subarray(0, 17)));
    expect(failure.message).toContain('channel 3, packet 0, stream: ');
    expect(failure.message).toContain('got the end of the stream at byte 17 of 1344 of the header');
  });

  it('a page outside its block, after good packets', async () => {
    const failure = await failing({}, (hand) =>
      hand.socket.write(Buffer.concat([hand.data(100, [1], 1), hand.data(101, [PAGES], 1)])),
    );
    expect(failure.message).toBe(
      `channel 3, packet 1, offset[0]: expected at most ${(PAGES - 1) * 4096} in block m0, got ${PAGES * 4096}`,
    );
  });

  it('a peer that falls silent inside a packet', async () => {
    const failure = await failing({ stallMs: 300 }, (hand) => hand.socket.write(hand.sync(100).subarray(0, 100)));
    expect(failure.message).toMatch(
      /^channel \d, packet 0, stream: expected more bytes, got nothing for 300 ms at byte/,
    );
  });

  it('a peer that falls silent between two packets, if that is limited', async () => {
    const receiver = await start(transport, { channels: 1, idleMs: 300 });
    const hand = new Hand(receiver.address, hello(0));
    hand.socket.write(hand.sync(0));
    await expect(receiver.report).rejects.toThrow(
      'channel 0, packet 1, stream: expected more bytes, got nothing for 300 ms between two packets',
    );
  });

  it('a reset', async () => {
    const failure = await failing({}, (hand) => {
      hand.socket.write(hand.data(100, [1], 1).subarray(0, 3000), () => {
        if (transport === 'tcp') hand.socket.resetAndDestroy();
        else hand.socket.destroy();
      });
    });
    expect(failure.failure).toMatchObject({ channel: 3 });
    expect(failure.message).toMatch(transport === 'tcp' ? /ECONNRESET|end of the stream/ : /end of the stream/);
  });

  it.each<[string, string, Buffer]>([
    [
      'another protocol',
      'new connection, initial packet, magic: expected 0x11223344, got 0x47455420',
      Buffer.alloc(64, 'GET '),
    ],
    ['a channel beyond the last', 'new connection, initial packet, id: expected less than 2 channels, got 2', hello(2)],
    [
      'a channel that is there',
      'channel 0, initial packet, id: expected each channel once, got channel 0 twice',
      hello(0),
    ],
    [
      'another machine',
      'channel 1, initial packet, uuid: expected 00000000-0000-0000-0000-000000000000, got 01010101-0101-0101-0101-010101010101',
      fillInitial({ uuid: new Uint8Array(16).fill(1), id: 1 }),
    ],
  ])('%s', async (_, message, first) => {
    const receiver = await start(transport);
    const good = new Hand(receiver.address, hello(0));
    await pause(100);
    new Hand(receiver.address, first);
    await expect(receiver.report).rejects.toThrow(message);
    await good.closed;
  });

  it('a channel that never connects, and one that never says which it is', async () => {
    const receiver = await start(transport, { connectMs: 300 });
    new Hand(receiver.address, hello(1));
    await expect(receiver.report).rejects.toThrow(
      'channel 0: expected a connection within 300 ms of the first, got none',
    );
    const other = await start(transport, { connectMs: 300 });
    new Hand(other.address, hello(1).subarray(0, 63));
    await expect(other.report).rejects.toThrow(/expected a connection within 300 ms|got nothing for 300 ms after 63/);
  });

  it('packet numbers that leave one out', async () => {
    const receiver = await start(transport, { channels: 1 });
    const hand = new Hand(receiver.address, hello(0));
    hand.socket.end(Buffer.concat([hand.sync(0), hand.sync(2)]));
    await expect(receiver.report).rejects.toThrow('packet_num: expected 3 packets for numbers 0 to 2, got 2');
  });
});

describe('a place that is not to be had', () => {
  it('a port in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const listen = { host: '127.0.0.1', port: (server.address() as { port: number }).port };
    await expect(start('tcp', { listen })).rejects.toThrow(`listening on 127.0.0.1:${listen.port}: listen EADDRINUSE`);
    server.close();
  });

  it('a name in use, and a directory that is not there', async () => {
    const path = join(directory, 'socket');
    writeFileSync(path, 'kept');
    await expect(start('unix')).rejects.toThrow(`listening on ${path}: the name is in use`);
    expect(readFileSync(path, 'utf8')).toBe('kept');
    expect(readdirSync(directory)).toEqual(['socket']);
    const nowhere = { path: join(directory, 'none', 'socket') };
    await expect(start('unix', { listen: nowhere })).rejects.toThrow(`listening on ${nowhere.path}: listen E`);
  });

  it('an output that is no file, or in no directory', async () => {
    const ramOut = join(directory, 'link');
    symlinkSync(join(directory, 'elsewhere'), ramOut);
    await expect(start('tcp', { ramOut })).rejects.toThrow('expected a regular file or nothing at that name');
    await expect(start('tcp', { ramOut: join(directory, 'none', 'ram') })).rejects.toThrow('ENOENT');
  });

  it('ends with its parent', async () => {
    const parent = fork(fileURLToPath(new URL('./fixtures/receiver-parent.js', import.meta.url)), [], { execArgv: [] });
    parent.send(planFor('tcp', { ramOut: join(directory, 'ram') }));
    const [pid] = (await once(parent, 'message')) as [number];
    expect(isGone(pid)).toBe(false);
    parent.kill('SIGKILL');
    const deadline = performance.now() + 2000;
    while (!isGone(pid) && performance.now() < deadline) await pause(20);
    expect(isGone(pid)).toBe(true);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is ended by its parent, whatever it does, and leaves nothing', async () => {
    const ramOut = join(directory, 'ram');
    const receiver = await start('unix', { ramOut });
    expect(readdirSync(directory).length).toBe(2);
    await receiver.stop();
    await expect(receiver.report).rejects.toThrow('the receiver ended with SIGKILL');
    expect(readdirSync(directory)).toEqual([]);
  });
});
