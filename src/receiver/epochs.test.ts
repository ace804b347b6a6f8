// What SYNC packets hold apart.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PAGES, pause, useReceivers } from './fixtures/receivers.js';

const { path, start, connectHand } = useReceivers();

describe('epochs', () => {
  /** Channel 0 brings page 5 anew in the second epoch while channel 1 still holds back the old one of the first. */
  const overtaking = async (ignoreSync: boolean) => {
    const ramOut = path('ram');
    const receiver = await start('unix', { ramOut, ignoreSync, numbersDense: false });
    const [fast, slow] = [connectHand(receiver.address, 0), connectHand(receiver.address, 1)];
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
    const ramOut = path('ram');
    const receiver = await start('tcp', { channels: 1, ramOut });
    const hand = connectHand(receiver.address, 0);
    hand.socket.end(Buffer.concat([hand.data(0, [1, 2], 7), hand.sync(1), hand.data(2, [3], 9, [2, 8]), hand.sync(3)]));
    const report = await receiver.report;
    const bytes = readFileSync(ramOut);
    expect([1, 2, 3, 8].map((page) => bytes[page * 4096])).toEqual([7, 0, 9, 0]);
    expect(report.channels[0]).toMatchObject({ pages: 3, zeroPages: 2, syncs: 2, packets: 4 });
    expect(report.pagesMissing).toBe(PAGES - 4);
  });

  it('fail when a channel ends before a SYNC that others wait at', async () => {
    const receiver = await start('unix');
    const [first, second] = [connectHand(receiver.address, 0), connectHand(receiver.address, 1)];
    first.socket.write(first.sync(0));
    await pause(100);
    second.socket.end(second.data(1, [1], 1));
    await expect(receiver.report).rejects.toThrow(
      'channel 1: expected SYNC 1, for which channel 0 waits, got the end of the stream',
    );
  });

  it('count only the channels that take part', async () => {
    const receiver = await start('unix', { channels: 3 });
    const hands = [0, 1, 2].map((id) => connectHand(receiver.address, id));
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
