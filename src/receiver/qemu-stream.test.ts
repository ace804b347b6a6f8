// The captured streams of real QEMUs, replayed over sockets into a receiver process; and sources that vanish on the way.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Capture, capturedStream, captures, RAM_BYTES, SHA256 } from '../wire/fixtures/captured.js';
import { boundaries, old, recent, streamsOf, useSources } from './fixtures/sources.js';

const { path, names, start, write } = useSources();

describe.each(captures)('$name', (capture) => {
  it.skipIf(!capture.readable).each([[[0, 1, 2]], [[2, 1, 0]]])('comes in order %j of connections', async (order) => {
    const ramOut = path('ram');
    const blocksOut = path('blocks');
    const receiver = await start({ codec: capture.codec, ramOut, blocksOut, block: 'm0', mostRamBytes: 2 << 20 });
    const streams = streamsOf(capture);
    for (const index of order) await write(receiver, streams[index]!);
    const report = await receiver.report;
    expect(report.sha256).toBe(SHA256);
    const isOld = capture.version === '7.2';
    expect(report).toMatchObject({
      blocks: [{ name: 'm0', bytes: RAM_BYTES, pagesMissing: 0, sha256: SHA256 }],
      rounds: 1,
      main: {
        machine: 'none',
        syncPlace: isOld ? 'section-end' : 'flush-mark',
        switchover: !isOld,
        bytes: streams[0]!.length,
        pages: 0,
        zeroPages: isOld ? 64 : 0,
        syncs: 3,
        devices: 2,
      },
    });
    const sum = (field: 'pages' | 'zeroPages' | 'syncs' | 'bytes') =>
      report.channels.reduce((all, each) => all + each[field], 0);
    expect([sum('pages'), sum('zeroPages'), sum('syncs')]).toEqual([192, isOld ? 0 : 64, 6]);
    expect(sum('bytes')).toBe(streams[1]!.length + streams[2]!.length);
    for (const path of [ramOut, join(blocksOut, 'm0')]) {
      expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(SHA256);
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
    expect(names().sort()).toEqual(['blocks', 'ram']);
  });
});

it('strict numbers are kept to by 10.0, and not by 7.2', async () => {
  const replay = async (capture: Capture) => {
    const receiver = await start({ numbersGrow: true, numbersDense: true });
    for (const stream of streamsOf(capture)) await write(receiver, stream);
    return receiver.report;
  };
  expect((await replay(recent)).sha256).toBe(SHA256);
  await expect(replay(old)).rejects.toThrow(/packet_num: expected /);
});

describe('a source that vanishes', () => {
  /** The streams but for one, which is cut there. Its failure; no output is left, and the others are released. */
  const vanishing = async (capture: Capture, index: number, at: number, resets: boolean) => {
    const ramOut = path('ram');
    const receiver = await start({ ramOut, blocksOut: path('blocks') });
    const closed: Promise<void>[] = [];
    for (const [each, stream] of streamsOf(capture).entries()) {
      if (each === index) {
        const { socket } = await write(receiver, stream.subarray(0, at), !resets);
        if (resets) socket.resetAndDestroy();
      } else closed.push((await write(receiver, stream, false)).closed);
    }
    const failure = await receiver.report.then(
      () => undefined,
      (error: Error) => error,
    );
    await Promise.all(closed);
    expect(names()).toEqual([]);
    return failure;
  };

  it.each([old, recent])('between any two packets of a channel: $name', async (capture) => {
    for (const [index, stream] of streamsOf(capture).entries()) {
      if (index === 0) continue;
      const places = boundaries(stream);
      const id = stream.readUInt8(24);
      for (const at of places.slice(0, -1)) {
        // A last packet without pages or SYNC is no loss: the others' streams do not end here, so that shows as silence.
        const rest = stream.subarray(at);
        if (rest.length === 1344 && rest.readUInt32BE(8) === 0 && rest.readUInt32BE(16) === 0) continue;
        const failure = await vanishing(capture, index, at, false);
        expect(failure?.message, `at ${at}`).toMatch(
          new RegExp(
            `^channel ${id}: expected SYNC [123], for which (channel [01]|the main stream) waits, got the end of the stream$`,
          ),
        );
      }
    }
  });

  it.each([old, recent])('in the middle of the main stream: $name', async (capture) => {
    const { length } = capturedStream(capture.name, 0);
    for (const at of [3, 60, length - 700, length - 1]) {
      const failure = await vanishing(capture, 0, at, false);
      expect(failure?.message, `at ${at}`).toMatch(
        /^(main stream, section \d|new connection, initial packet), stream: expected /,
      );
    }
  });

  it('by a reset', async () => {
    const failure = await vanishing(old, 1, 100_000, true);
    expect(failure?.message).toMatch(/^(channel \d|new connection).*(ECONNRESET|the end of the stream)/);
  });

  it('by falling silent', async () => {
    const receiver = await start({ idleMs: 300 });
    const [main, first, second] = streamsOf(recent);
    await write(receiver, main!, false);
    await write(receiver, first!.subarray(0, 64), false);
    await write(receiver, second!.subarray(0, 64), false);
    await expect(receiver.report).rejects.toThrow(
      /^channel [01], packet 0, stream: expected more bytes, got nothing for 300 ms between two packets$/,
    );
  });
});
