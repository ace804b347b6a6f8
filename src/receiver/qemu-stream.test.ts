// The captured streams of real QEMUs, replayed over sockets into a receiver process; and what is no such stream.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Capture, CHANNELS, capturedStream, captures, RAM_BYTES, SHA256 } from '../wire/fixtures/captured.js';
import { blockFileName } from './block-file.js';
import type { ReceiverPlan } from './plan.js';
import { Receiver } from './receiver.js';

let directory: string;
let receivers: Receiver[];
let sockets: Socket[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'qemu-stream-'));
  receivers = [];
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(receivers.map((receiver) => receiver.stop()));
  rmSync(directory, { recursive: true });
});

async function start(changes: Partial<ReceiverPlan> = {}): Promise<Receiver> {
  const receiver = await Receiver.start({
    listen: { host: '127.0.0.1', port: 0 },
    channels: CHANNELS,
    pageSize: 4096,
    pagesPerPacket: 128,
    codec: 'none',
    numbersGrow: false,
    numbersDense: false,
    ignoreSync: false,
    connectMs: 2000,
    stallMs: 2000,
    idleMs: 2000,
    pinned: false,
    digest: true,
    ...changes,
  });
  receivers.push(receiver);
  return receiver;
}

/** A connection that writes the given bytes, and ends unless told not to. */
async function write(receiver: Receiver, bytes: Uint8Array, end = true): Promise<Socket> {
  const socket = connect({ ...receiver.address, allowHalfOpen: true });
  sockets.push(socket);
  socket.on('error', () => {}).on('end', () => socket.destroy());
  await once(socket, 'connect');
  socket.resume().write(bytes);
  if (end) socket.end();
  return socket;
}

const streamsOf = ({ name }: Capture) => [0, 1, 2].map((index) => capturedStream(name, index));
const [old] = captures;
const recent = captures.find(({ version }) => version === '10.0')!;

describe.each(captures)('$name', (capture) => {
  it.skipIf(!capture.readable).each([[[0, 1, 2]], [[2, 1, 0]]])('comes in order %j of connections', async (order) => {
    const ramOut = join(directory, 'ram');
    const blocksOut = join(directory, 'blocks');
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
    expect(readdirSync(directory).sort()).toEqual(['blocks', 'ram']);
  });
});

it('strict numbers are kept to by 10.0, and not by 7.2', async () => {
  const replay = async (capture: Capture) => {
    const receiver = await start({ numbersGrow: true, numbersDense: true });
    for (const stream of streamsOf(capture)) await write(receiver, stream);
    return receiver.report;
  };
  expect((await replay(recent)).sha256).toBe(SHA256);
  await expect(replay(old!)).rejects.toThrow(/packet_num: expected /);
});

/** Resolves when the other end has let go. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.closed ? resolve() : socket.once('close', () => resolve())));
}

/** Where in a channel's bytes packets begin, the end included, with what lies before. */
function boundaries(stream: Buffer): number[] {
  const found = [64];
  for (let at = 64; at < stream.length; ) {
    at += 1344 + stream.readUInt32BE(at + 16) * 4096;
    found.push(at);
  }
  return found;
}

describe('a source that vanishes', () => {
  /** The streams but for one, which is cut there. Its failure; no output is left, and the others are released. */
  const vanishing = async (capture: Capture, index: number, at: number, resets: boolean) => {
    const ramOut = join(directory, 'ram');
    const receiver = await start({ ramOut, blocksOut: join(directory, 'blocks') });
    const closed: Promise<unknown>[] = [];
    for (const [each, stream] of streamsOf(capture).entries()) {
      if (each === index) {
        const socket = await write(receiver, stream.subarray(0, at), !resets);
        if (resets) socket.resetAndDestroy();
      } else closed.push(closing(await write(receiver, stream, false)));
    }
    const failure = await receiver.report.then(
      () => undefined,
      (error: Error) => error,
    );
    await Promise.all(closed);
    expect(readdirSync(directory)).toEqual([]);
    return failure;
  };

  it.each([old!, recent])('between any two packets of a channel: $name', async (capture) => {
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

  it.each([old!, recent])('in the middle of the main stream: $name', async (capture) => {
    const { length } = capturedStream(capture.name, 0);
    for (const at of [3, 60, length - 700, length - 1]) {
      const failure = await vanishing(capture, 0, at, false);
      expect(failure?.message, `at ${at}`).toMatch(
        /^(main stream, section \d|new connection, initial packet), stream: expected /,
      );
    }
  });

  it('by a reset', async () => {
    const failure = await vanishing(old!, 1, 100_000, true);
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

describe('what is no QEMU, or not the one expected', () => {
  const failing = async (changes: Partial<ReceiverPlan>, ...streams: Uint8Array[]) => {
    const ramOut = join(directory, 'ram');
    const receiver = await start({ ramOut, ...changes });
    for (const stream of streams) await write(receiver, stream, false);
    const error = await receiver.report.then(
      () => undefined,
      (cause: Error) => cause,
    );
    expect(readdirSync(directory)).toEqual([]);
    return error?.message;
  };
  const [main, first, second] = streamsOf(recent) as [Buffer, Buffer, Buffer];
  const changed = (stream: Buffer, change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(stream);
    change(bytes);
    return bytes;
  };
  const either = '0x11223344 of a channel or 0x5145564d of a main stream';

  it.each<[string, string | RegExp, Uint8Array[], Partial<ReceiverPlan>]>([
    [
      'another protocol',
      `new connection, initial packet, magic: expected ${either}, got 0x47455420`,
      [Buffer.from('GET / HTTP/1.1')],
      {},
    ],
    ['TLS', `magic: expected ${either}, got 0x16030100, a TLS handshake`, [Buffer.of(0x16, 3, 1, 0, 1)], {}],
    [
      'a main stream, where the size is given',
      "magic: expected 0x11223344, got 0x5145564d, QEMU's main stream",
      [main],
      { blocks: [{ name: 'm0', bytes: RAM_BYTES }] },
    ],
    ['two main streams', /magic: expected one main stream, got another$/, [main, main], {}],
    [
      'a channel twice',
      /id: expected each channel once, got channel 0 twice$/,
      [changed(first, (bytes) => bytes.writeUInt8(0, 24)), changed(second, (bytes) => bytes.writeUInt8(0, 24))],
      {},
    ],
    [
      'a channel too many',
      'new connection: expected a main stream and 2 channels, got one more',
      [main, first.subarray(0, 64), second.subarray(0, 64), first.subarray(0, 64)],
      {},
    ],
    [
      'a channel beyond the last',
      'new connection, initial packet, id: expected less than 2 channels, got 2',
      [changed(first, (bytes) => bytes.writeUInt8(2, 24))],
      {},
    ],
    [
      'another version of the main stream',
      'main stream, section 0, version: expected 3, got 2',
      [changed(main, (bytes) => bytes.writeUInt8(2, 7))],
      {},
    ],
    [
      'another version of a channel',
      'new connection, initial packet, version: expected 1, got 2',
      [changed(first, (bytes) => bytes.writeUInt8(2, 7))],
      {},
    ],
    [
      'too few channels',
      'channel 1: expected a connection within 500 ms of the first, got none',
      [main, changed(first, (bytes) => bytes.writeUInt8(0, 24))],
      { connectMs: 500 },
    ],
    [
      'no main stream',
      'main stream: expected a connection within 500 ms of the first, got none',
      [first, second],
      { connectMs: 500 },
    ],
    [
      'too much RAM',
      'main stream, section 1, RAM size: expected at most 1048576 bytes, got 2097152',
      [main],
      { mostRamBytes: 1 << 20 },
    ],
    [
      'no such block',
      'main stream, section 1, blocks: expected pc.ram among them, got m0',
      [main],
      { block: 'pc.ram' },
    ],
    [
      'another codec',
      /^channel \d, packet \d, flags: expected codec zlib = 0x2, got 0x0$/,
      [main, first, second],
      { codec: 'zlib' },
    ],
    [
      'another machine',
      /uuid: expected 01020304-0000-0000-0000-000000000000, got 00000000/,
      [first],
      { uuid: `01020304${'0'.repeat(24)}` },
    ],
    [
      'a return path',
      'main stream, section 0, command: expected none but the start of the switchover, got 1, the return path',
      [Buffer.concat([main.subarray(0, 8), Buffer.of(8, 0, 1, 0, 0)])],
      {},
    ],
    [
      'postcopy',
      'command: expected none but the start of the switchover, got 3, postcopy',
      [Buffer.concat([main.subarray(0, 8), Buffer.of(8, 0, 3, 0, 0)])],
      {},
    ],
    [
      'capabilities that change the stream',
      'section type: expected none that changes the RAM stream (x-ignore-shared, mapped-ram), got "configuration/capabilities"',
      [Buffer.concat([main.subarray(0, 17), Buffer.of(5, 26), Buffer.from('configuration/capabilities')])],
      {},
    ],
    [
      'a block that is not there, its name unfit for a terminal',
      /^channel \d, packet \d, ramblock: expected one of m0, got "\\u001b\[2J"$/,
      [
        main,
        changed(first, (bytes) => bytes.fill(0, 64 + 1344 + 64, 64 + 1344 + 70).write('\x1b[2J', 64 + 1344 + 64)),
        second,
      ],
      {},
    ],
  ])('%s', async (_, message, streams, changes) => {
    expect(await failing(changes, ...streams)).toMatch(
      message instanceof RegExp ? message : new RegExp(`${literally(message)}$`),
    );
  });
});

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

describe('files of blocks', () => {
  it.each([
    ['pc.bios', 'pc.bios'],
    ['/rom@etc/acpi/tables', '%2From@etc%2Facpi%2Ftables'],
    ['..', '%2E.'],
    ['../../etc/passwd', '%2E.%2F..%2Fetc%2Fpasswd'],
    ['a\0b%\n', 'a%00b%25%0A'],
    ['ü', '%C3%BC'],
    ['x'.repeat(200), '%block-7'],
  ])('%j goes to %s', (block, name) => expect(blockFileName(block, 7)).toBe(name));

  it('go to a directory that is not there yet, whatever the names are', async () => {
    const blocksOut = join(directory, 'blocks');
    // As long as m0, so that the stream is whole.
    const rename = (stream: Buffer) => Buffer.from(stream.toString('latin1').replaceAll('m0', '..'), 'latin1');
    const [main, ...channels] = streamsOf(old!);
    const renamed = channels.map((stream) => {
      const bytes = Buffer.from(stream);
      for (const at of boundaries(stream).slice(0, -1)) {
        if (bytes.subarray(at + 64, at + 67).toString('latin1') === 'm0\0') bytes.write('..', at + 64);
      }
      return bytes;
    });
    const receiver = await start({ blocksOut });
    for (const stream of [rename(main!), ...renamed]) await write(receiver, stream);
    expect((await receiver.report).blocks).toMatchObject([{ name: '..', sha256: SHA256 }]);
    expect(readdirSync(blocksOut)).toEqual(['%2E.']);
    mkdirSync(join(directory, 'there'));
    writeFileSync(join(directory, 'there', 'kept'), '');
    await expect(start({ blocksOut: join(directory, 'there') })).rejects.toThrow('expected nothing at that name');
    expect(existsSync(join(directory, 'there', 'kept'))).toBe(true);
  });
});
