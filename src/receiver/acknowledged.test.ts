// The receiver's answer to a sender that announced itself: what came, or why it failed, however late.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Address } from '../os/address.js';
import { numberedRam, startWriting } from '../transport/fixtures/writing.js';
import { type Announced, Lines } from '../transport/lines.js';
import type { Acknowledgement } from '../wire/acknowledgement.js';
import { ANNOUNCEMENT_VERSION, DIGEST_DIGITS, fillAnnouncement, readAnnouncement } from '../wire/announcement.js';
import { fillInitial, INITIAL_BYTES, NO_UUID } from '../wire/initial-packet.js';
import { checkAnnouncement } from './announced.js';
import type { ReceiverPlan } from './plan.js';
import { Receiver } from './receiver.js';

const PAGES = 256;
const RAM = numberedRam(PAGES);
const ANNOUNCED: Announced = {
  ...{ channels: 2, pageSize: 4096, pagesPerPacket: 128, codec: 'none' as const, bytes: PAGES * 4096 },
  sha256: RAM.digest(PAGES * 4096),
};

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const PLAN: ReceiverPlan = {
  ...{ listen: { host: '127.0.0.1', port: 0 }, channels: 2, pageSize: 4096, pagesPerPacket: 128, codec: 'none' },
  ...{ imageBytes: PAGES * 4096, whole: true, oneMoreFails: true },
  ...{ numbersGrow: false, numbersDense: false, ignoreSync: false, pinned: false, digest: true },
  ...{ connectMs: 10_000, stallMs: 10_000, idleMs: 0 },
};

async function start(changes: Partial<ReceiverPlan> = {}): Promise<Receiver> {
  const receiver = await Receiver.start({ ...PLAN, blocks: [{ name: 'm0', bytes: PAGES * 4096 }], ...changes });
  ends.push(() => receiver.stop());
  return receiver;
}

/** The whole RAM over each of two channels. Resolves with what the receiver says in the end. */
async function send(address: Address, announced: Announced | undefined = ANNOUNCED) {
  const { channels } = announced ?? ANNOUNCED;
  const lines = await Lines.connect({ address, channels, connectMs: 5000, announced });
  ends.push(() => lines.close());
  const parts = lines.hold(2, 5000, () => lines.end());
  const batches = [0, 1].map((batch) => Array.from({ length: 128 }, (_, page) => batch * 128 + page));
  const given = { transport: 'tcp', batches, joinPages: true, words: new SharedArrayBuffer(8) };
  await startWriting(2, parts, RAM, given).ends;
  lines.release();
  return lines.partWith(5000);
}

const failure = (work: Promise<unknown>) => work.then(String, (error: Error) => error.message);

/** Relays to the receiver and changes one byte of a page on each connection. */
async function flippingRelay(to: Address): Promise<Address> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (near) => {
    let left = 100_000;
    const far = connect({ ...(to as { host: string; port: number }), allowHalfOpen: true });
    sockets.push(near, far);
    near.on('data', (bytes) => {
      if (left >= 0 && left < bytes.length) bytes[left]! ^= 1;
      left -= bytes.length;
      far.write(bytes);
    });
    near.on('end', () => far.end()).on('error', () => {});
    far.on('error', () => {}).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { host: '127.0.0.1', port: (server.address() as { port: number }).port };
}

describe('an announced migration', () => {
  it('is acknowledged with what came and its SHA-256, once the file has its name', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'acknowledged-'));
    ends.push(() => rmSync(folder, { recursive: true }));
    const ramOut = join(folder, 'out');
    const receiver = await start({ ramOut });
    const acknowledged = (await send(receiver.address)) as Acknowledgement;
    expect(existsSync(ramOut)).toBe(true);
    expect(acknowledged).toMatchObject({ pages: 2 * PAGES, zeroPages: 0, sha256: ANNOUNCED.sha256 });
    const { channels, transferMs } = await receiver.report;
    expect(acknowledged.bytes).toBe(channels.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(acknowledged.transferMs).toBe(transferMs);
  });

  it('fails at both ends when its file cannot be written, after every byte has come', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'acknowledged-'));
    ends.push(() => rmSync(folder, { recursive: true }));
    const fault = { channel: 0, packet: 0, kind: 'disk-full', at: 0 } as never;
    const receiver = await start({ ramOut: join(folder, 'out'), faults: [fault] });
    expect(await failure(send(receiver.address))).toMatch(/^the receiver failed: .*no space left/);
    expect(await failure(receiver.report)).toMatch(/no space left/);
  });

  it('fails at both ends when a byte changes on the way, and nothing is kept', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'acknowledged-'));
    ends.push(() => rmSync(folder, { recursive: true }));
    const ramOut = join(folder, 'out');
    const receiver = await start({ ramOut });
    const said = /RAM: its SHA-256 is [0-9a-f]{64} at the receiver, [0-9a-f]{48}\.\. at the sender: bytes changed/;
    expect(await failure(send(await flippingRelay(receiver.address)))).toMatch(said);
    expect(await failure(receiver.report)).toMatch(said);
    expect(existsSync(ramOut)).toBe(false);
  });

  it('is refused by name where the ends differ', async () => {
    const receiver = await start();
    const message = '--batch-pages: 128 at the receiver, 64 at the sender';
    const sent = failure(send(receiver.address, { ...ANNOUNCED, pagesPerPacket: 64 }));
    expect(await sent).toBe(`the receiver failed: ${message}`);
    expect(await failure(receiver.report)).toBe(message);
  });

  it.each<[string, Partial<Announced>]>([
    ['--page-size: 4096 at the receiver, 2097152 at the sender', { pageSize: 2 << 20 }],
    ['--codec: none at the receiver, zstd at the sender', { codec: 'zstd' }],
    ['--channels: 2 at the receiver, 3 at the sender', { channels: 3 }],
    ['--ram-bytes: 1048576 at the receiver, 1048577 at the sender', { bytes: PAGES * 4096 + 1 }],
    ['the sender has no main stream, as a QEMU has: --ram-bytes 1048576 at the receiver takes what it sends', {}],
  ])('%s', (message, changes) => {
    const blocks = message.includes('main stream') ? undefined : [];
    const plan = { ...PLAN, ...(blocks ? { blocks } : {}) };
    expect(() => checkAnnouncement({ ...ANNOUNCED, ...changes, digest: '' }, plan)).toThrow(message);
  });
});

it('a third channel into two is one too many, also of a sender that announces nothing', async () => {
  const receiver = await start();
  const lines = await Lines.connect({ address: receiver.address, channels: 3, connectMs: 5000 });
  ends.push(() => lines.close());
  expect(await failure(receiver.report)).toMatch(/expected 2 channels, got one more|id: expected less than 2 channels/);
});

describe('the bytes of an announcement', () => {
  it('stand where QEMU has zeros, and come back as they were filled', () => {
    const plain = fillInitial({ uuid: NO_UUID, id: 3 });
    expect(readAnnouncement(plain)).toBeUndefined();
    const bytes = Buffer.from(plain);
    fillAnnouncement(bytes, ANNOUNCED, ANNOUNCED.sha256);
    expect(bytes.subarray(0, 25).equals(plain.subarray(0, 25))).toBe(true);
    expect(plain.subarray(25).equals(Buffer.alloc(INITIAL_BYTES - 25))).toBe(true);
    const { sha256, ...rest } = ANNOUNCED;
    expect(readAnnouncement(bytes)).toEqual({ ...rest, digest: sha256.slice(0, DIGEST_DIGITS) });
  });

  it('of another version are not understood, and no reason to fail', () => {
    const bytes = fillInitial({ uuid: NO_UUID, id: 3 });
    fillAnnouncement(bytes, ANNOUNCED, ANNOUNCED.sha256);
    bytes[25] = ANNOUNCEMENT_VERSION + 1;
    expect(readAnnouncement(bytes)).toBeUndefined();
  });
});
