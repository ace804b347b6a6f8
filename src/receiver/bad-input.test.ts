// What a receiver refuses, and what it leaves when it does.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fillInitial } from '../wire/initial-packet.js';
import { type Hand, hello } from './fixtures/hand.js';
import { isGone, PAGES, pause, useReceivers } from './fixtures/receivers.js';
import type { ReceiverPlan } from './plan.js';

const { path, names, planFor, start, connectHand } = useReceivers();

describe.each(['tcp', 'unix'])('bad input over %s', (transport) => {
  /** Eight channels are connected, all but channel 3 are in mid-packet; then channel 3 does something wrong. */
  const failing = async (changes: Partial<ReceiverPlan>, wrong: (hand: Hand) => void) => {
    const ramOut = path('ram');
    const receiver = await start(transport, { channels: 8, ramOut, ...changes });
    const hands = Array.from({ length: 8 }, (_, id) => connectHand(receiver.address, id));
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
    expect(names()).toEqual([]);
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
    const hand = connectHand(receiver.address, 0);
    hand.socket.write(hand.sync(0));
    await expect(receiver.report).rejects.toThrow(
      'channel 0, packet 1, stream: expected more bytes, got nothing for 300 ms between two packets',
    );
  });

  it('an end without a SYNC, though all of the RAM is there', async () => {
    const ramOut = path('ram');
    const receiver = await start(transport, {
      channels: 1,
      blocks: [{ name: 'm0', bytes: 4096 }],
      whole: true,
      ramOut,
    });
    const hand = connectHand(receiver.address, 0);
    hand.socket.end(Buffer.concat([hand.sync(0), hand.data(1, [0], 7)]));
    await expect(receiver.report).rejects.toThrow('channel 0, packet 2, stream: expected a SYNC last, got the end');
    expect(names()).not.toContain('ram');
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
    const good = connectHand(receiver.address, 0);
    await pause(100);
    connectHand(receiver.address, 0, first);
    await expect(receiver.report).rejects.toThrow(message);
    await good.closed;
  });

  it('a channel that never connects, and one that never says which it is', async () => {
    const receiver = await start(transport, { connectMs: 300 });
    connectHand(receiver.address, 1);
    await expect(receiver.report).rejects.toThrow(
      'channel 0: expected a connection within 300 ms of the first, got none',
    );
    const other = await start(transport, { connectMs: 300 });
    connectHand(other.address, 1, hello(1).subarray(0, 63));
    await expect(other.report).rejects.toThrow(/expected a connection within 300 ms|got nothing for 300 ms after 63/);
  });

  it('packet numbers that leave one out', async () => {
    const receiver = await start(transport, { channels: 1 });
    const hand = connectHand(receiver.address, 0);
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
    const taken = path('socket');
    writeFileSync(taken, 'kept');
    await expect(start('unix')).rejects.toThrow(`listening on ${taken}: the name is in use`);
    expect(readFileSync(taken, 'utf8')).toBe('kept');
    expect(names()).toEqual(['socket']);
    const nowhere = { path: path('none/socket') };
    await expect(start('unix', { listen: nowhere })).rejects.toThrow(`listening on ${nowhere.path}: listen E`);
  });

  it('an output that is no file, or in no directory', async () => {
    const ramOut = path('link');
    symlinkSync(path('elsewhere'), ramOut);
    await expect(start('tcp', { ramOut })).rejects.toThrow('expected a regular file or nothing at that name');
    await expect(start('tcp', { ramOut: path('none/ram') })).rejects.toThrow('ENOENT');
  });

  it('ends with its parent', async () => {
    const parent = fork(fileURLToPath(new URL('./fixtures/receiver-parent.js', import.meta.url)), [], { execArgv: [] });
    parent.send(planFor('tcp', { ramOut: path('ram') }));
    const [pid] = (await once(parent, 'message')) as [number];
    expect(isGone(pid)).toBe(false);
    parent.kill('SIGKILL');
    const deadline = performance.now() + 2000;
    while (!isGone(pid) && performance.now() < deadline) await pause(20);
    expect(isGone(pid)).toBe(true);
    expect(names()).toEqual([]);
  });

  it('is ended by its parent, whatever it does, and leaves nothing', async () => {
    const ramOut = path('ram');
    const receiver = await start('unix', { ramOut });
    expect(names().length).toBe(2);
    await receiver.stop();
    await expect(receiver.report).rejects.toThrow('the receiver ended with SIGKILL');
    expect(names()).toEqual([]);
  });
});
