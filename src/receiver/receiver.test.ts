// Whole transfers: pages from real sender threads, plain and packed.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Ram } from '../ram/ram.js';
import { numberedRam, startWriting } from '../transport/fixtures/writing.js';
import { Lines } from '../transport/lines.js';
import { openPacker } from '../wire/codecs/codec.js';
import { HAS_ZSTD } from '../wire/codecs/flushed-stream.js';
import { FLAGS_OF_CODECS } from '../wire/packet.js';
import { isGone, PAGES, useReceivers } from './fixtures/receivers.js';

const { path, names, start, connectHand } = useReceivers();

const sha256 = (ram: Ram) => {
  const hash = createHash('sha256');
  for (const piece of ram.pieces()) hash.update(piece);
  return hash.digest('hex');
};

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

describe('a receiver that reads all of its connections', () => {
  it('says so when the last was made, and not before', async () => {
    const receiver = await start('tcp');
    let reads = false;
    const reading = receiver.untilReading().then(() => {
      reads = true;
    });
    connectHand(receiver.address, 1);
    while ((await receiver.count()).length === 0);
    expect(reads).toBe(false);
    connectHand(receiver.address, 0);
    await reading;
    expect((await receiver.count()).map(({ channel }) => channel)).toEqual([0, 1]);
  });

  it('says why it does not', async () => {
    const receiver = await start('tcp', { connectMs: 100 });
    connectHand(receiver.address, 1);
    await expect(receiver.untilReading()).rejects.toThrow('channel 0: expected a connection within 100 ms');
  });
});

describe.each(['tcp', 'unix'])('a receiver over %s', (transport) => {
  it.each(Object.keys(orders) as (keyof typeof orders)[])('gets %s pages from real sender threads', async (order) => {
    const ramOut = path('ram');
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
    expect(names()).toEqual(['ram']);
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
    const hand = connectHand(receiver.address, 0);
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
    const hand = connectHand(receiver.address, 0);
    const bytes = hand.data(0, [1, 2], 0x55);
    bytes.writeUInt32BE(FLAGS_OF_CODECS[codec], 8);
    hand.socket.write(bytes);
    await expect(receiver.report).rejects.toThrow(
      'channel 0, packet 0, pages: expected pages that can be unpacked, got ',
    );
  });
});
