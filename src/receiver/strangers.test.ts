// Who connects without the token is turned away, and holds up nobody; who has it is not let dawdle either.

import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Address } from '../os/address.js';
import { numberedRam, startWriting } from '../transport/fixtures/writing.js';
import { Lines } from '../transport/lines.js';
import { fillInitial, NO_UUID } from '../wire/initial-packet.js';
import { Packet, PacketHeader } from '../wire/packet.js';
import { digestOfToken, fillToken, TOKEN_BYTES } from '../wire/token.js';
import { MOST_STRANGERS } from './messages.js';
import type { ReceiverPlan } from './plan.js';
import { Receiver } from './receiver.js';

const PAGES = 256;
const token = digestOfToken(Buffer.from('what both ends know'));
let receiver: Receiver;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await receiver.stop();
});

async function start(changes: Partial<ReceiverPlan> = {}): Promise<void> {
  receiver = await Receiver.start({
    ...{ listen: { host: '127.0.0.1', port: 0 }, channels: 2, pageSize: 4096, pagesPerPacket: 128, codec: 'none' },
    blocks: [{ name: 'm0', bytes: PAGES * 4096 }],
    ...{ numbersGrow: true, numbersDense: true, ignoreSync: false, pinned: false, digest: true },
    ...{ connectMs: 10_000, stallMs: 10_000, idleMs: 0, token },
    ...changes,
  });
}

/** Sends some bytes, and ends where it is told to. Resolves when the receiver has closed the connection. */
function come(address: Address, bytes: Uint8Array, ends = false): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(address as { host: string; port: number });
    sockets.push(socket);
    socket.on('error', () => {}).once('close', () => resolve());
    socket.resume();
    if (ends) socket.end(bytes);
    else socket.write(bytes);
  });
}

/** The whole RAM over two channels. */
async function send(): Promise<void> {
  const lines = await Lines.connect({ address: receiver.address, channels: 2, connectMs: 5000, token });
  const parts = lines.hold(2, 5000, () => lines.end());
  const batches = [0, 1].map((batch) => Array.from({ length: 128 }, (_, page) => batch * 128 + page));
  const given = { transport: 'tcp', batches, joinPages: true, words: new SharedArrayBuffer(8) };
  await startWriting(2, parts, numberedRam(PAGES), given).ends;
  lines.release();
  await lines.close();
}

describe('strangers', () => {
  it('are turned away, whatever they send, and hold up nobody', async () => {
    await start();
    const nearly = fillToken(token);
    nearly[TOKEN_BYTES - 1]! ^= 1;
    const others: readonly Uint8Array[] = [
      nearly,
      fillToken(digestOfToken(Buffer.from('something else'))),
      fillInitial({ uuid: NO_UUID, id: 0 }),
      Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
      Buffer.alloc(1 << 20),
    ];
    for (const bytes of others) await come(receiver.address, bytes);
    await come(receiver.address, nearly.subarray(0, 10), true);
    // Two that say nothing occupy both threads until their time is up.
    await Promise.all([come(receiver.address, Buffer.alloc(0)), come(receiver.address, nearly.subarray(0, 5))]);
    await send();
    const report = await receiver.report;
    expect(report.pagesMissing).toBe(0);
    expect(report.channels.map(({ bytes }) => bytes)).toEqual([0, 1].map(() => expect.any(Number)));
  });

  it('end the reception when they are too many', async () => {
    await start();
    const failed = receiver.report.catch((error: Error) => error.message);
    for (let stranger = 0; stranger <= MOST_STRANGERS; stranger++) await come(receiver.address, Buffer.alloc(64));
    expect(await failed).toBe(`new connection: more than ${MOST_STRANGERS} came without the token`);
  });
});

it('a packet that trickles in ends the reception, though there is never a silence', async () => {
  await start({ packetMs: 300 });
  const failed = receiver.report.catch((error: Error) => error.message);
  const packet = new Packet({ pageSize: 4096, pagesPerPacket: 128 });
  const header = new PacketHeader({ pageSize: 4096, pagesPerPacket: 128 });
  header.fill(packet);
  for (const id of [0, 1]) {
    void come(receiver.address, Buffer.concat([fillToken(token), fillInitial({ uuid: NO_UUID, id })]));
  }
  let sent = 0;
  const trickle = setInterval(() => {
    if (sent < header.bytes.length) sockets[0]!.write(header.bytes.subarray(sent, ++sent));
  }, 20);
  expect(await failed).toMatch(
    /^channel 0, packet 0, stream: expected the rest of the packet, got a part of it in 300 ms/,
  );
  clearInterval(trickle);
});
