// What is no stream of a QEMU, or not of the one expected.
import { describe, expect, it } from 'vitest';
import { RAM_BYTES } from '../wire/fixtures/captured.js';
import { recent, streamsOf, useSources } from './fixtures/sources.js';
import type { ReceiverPlan } from './plan.js';

const { path, names, start, write } = useSources();

describe('what is no QEMU, or not the one expected', () => {
  const failing = async (changes: Partial<ReceiverPlan>, ...streams: Uint8Array[]) => {
    const ramOut = path('ram');
    const receiver = await start({ ramOut, ...changes });
    for (const stream of streams) await write(receiver, stream, false);
    const error = await receiver.report.then(
      () => undefined,
      (cause: Error) => cause,
    );
    expect(names()).toEqual([]);
    return error?.message;
  };
  const [main, first, second] = streamsOf(recent) as [Buffer, Buffer, Buffer];
  const changed = (stream: Buffer, change: (bytes: Buffer) => void) => {
    const bytes = Buffer.from(stream);
    change(bytes);
    return bytes;
  };
  /** The stream up to a part of the configuration. */
  const configured = (name: string, bytes: readonly number[]) => {
    const whole = Buffer.from(`configuration/${name}`);
    return Buffer.concat([main.subarray(0, 17), Buffer.of(5, whole.length), whole, Buffer.of(0, 0, 0, 1, ...bytes)]);
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
      [Buffer.concat([main.subarray(0, 8), Buffer.of(8, 0, 1, 0, 4)])],
      {},
    ],
    [
      'postcopy',
      'command: expected none but the start of the switchover, got 3, postcopy',
      [Buffer.concat([main.subarray(0, 8), Buffer.of(8, 0, 3, 0, 16)])],
      {},
    ],
    [
      'capabilities that change the stream',
      'capability: expected none that changes the stream, got "x-ignore-shared"',
      [configured('capabilities', [0, 0, 0, 1, 15, ...Buffer.from('x-ignore-shared')])],
      {},
    ],
    [
      'pages of another size',
      'target-page-bits: expected 12, pages of 4096 bytes, got 10',
      [configured('target-page-bits', [0, 0, 0, 10])],
      {},
    ],
    [
      'the uuid of another machine',
      'uuid: expected 00000000-0000-0000-0000-000000000000, got 01010101-0101-0101-0101-010101010101',
      [configured('uuid', Array(16).fill(1))],
      {},
    ],
    [
      'a part of the configuration that is not known',
      'configuration: expected capabilities, target-page-bits or uuid, got "configuration/colour"',
      [configured('colour', [])],
      {},
    ],
    [
      'dirty bitmaps',
      'section name: expected ram, got "dirty-bitmap"',
      [Buffer.concat([main.subarray(0, 17), Buffer.of(1, 0, 0, 0, 0, 12), Buffer.from('dirty-bitmap')])],
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
