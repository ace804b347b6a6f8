// Migrations into real QEMUs: by every threaded design, codec and number of channels, and what a sender hears when one fails.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isLong, runsNow } from '../../src/fixtures/tier.js';
import type { Address } from '../../src/os/address.js';
import { heldBy } from '../../src/os/held.js';
import { CELL_DEFAULTS, type Cell, type ZeroPages } from '../../src/session/cell.js';
import { Fleet } from '../../src/session/fleet.js';
import { Lines } from '../../src/transport/lines.js';
import { HAS_ZSTD } from '../../src/wire/codecs/flushed-stream.js';
import { uuidBytes } from '../../src/wire/initial-packet.js';
import type { StreamVersion } from '../../src/wire/main-stream-writer.js';
import type { CodecName } from '../../src/wire/packet.js';
import { DEFAULT_VARIANTS } from '../../variants/index.js';
import { type Listed, loadVariants } from '../plan/catalogue.js';
import { installedQemus, isSince, type QemuBinary } from './binary.js';
import { Qemu, type QemuPlan } from './qemu.js';

const CHANNELS = isLong ? [1, 2, 3, 8, 16] : [3];
const CODECS: readonly CodecName[] = HAS_ZSTD ? ['none', 'zlib', 'zstd'] : ['none', 'zlib'];
const PAGE = 4096;
/** Two batches of zeros, then pages that are zero, patterned, sparse, or do not compress. */
const PAGES = 1024;

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-send-'));
afterAll(() => rmSync(folder, { recursive: true }));

function pageOf(page: number): Buffer {
  const bytes = Buffer.alloc(PAGE);
  if (page < 256 || page % 4 === 0) return bytes;
  if (page % 4 === 1) return bytes.fill(`page ${page}, `);
  let value = page;
  for (let at = 0; at < (page % 4 === 2 ? 64 : PAGE); at++) {
    value = (Math.imul(value, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = value >>> 16;
  }
  return bytes;
}
const ram = Buffer.concat(Array.from({ length: PAGES }, (_, page) => pageOf(page)));
const image = join(folder, 'image');
writeFileSync(image, ram);

/** The main stream that a QEMU takes, where it is one of the two that are spoken. */
function streamOf(binary: QemuBinary): StreamVersion | undefined {
  if (binary.major === 7 && binary.minor === 2) return '7.2';
  return isSince(binary, 10, 0) ? '10.0' : undefined;
}
const qemus = (await installedQemus()).flatMap((binary) => {
  const version = streamOf(binary);
  return version === undefined ? [] : [{ binary, version, name: binary.version }];
});
const newest = qemus.at(-1)?.binary;
const designs = (await loadVariants(DEFAULT_VARIANTS.join(','))).filter(
  ({ variant: { sender } }) => sender.waits !== 'never' && !('on' in sender),
);

let started: Qemu[] = [];
afterEach(async () => {
  await Promise.all(started.map((qemu) => qemu.kill()));
  started = [];
});

/** A destination of the image's size that listens. Its RAM is full of something else. */
async function destination(plan: Pick<QemuPlan, 'binary' | 'settings' | 'words'>, bytes = ram.length) {
  const ramFile = join(folder, 'destination');
  writeFileSync(ramFile, Buffer.alloc(bytes, 0xee));
  const qemu = await Qemu.start({ ...plan, ramFile, incoming: true });
  started.push(qemu);
  return { qemu, ramFile, address: await qemu.listen() };
}

const why = qemus.length === 0 ? ' (skipped: neither QEMU 7.2 nor 10.0 on PATH)' : '';
describe.skipIf(qemus.length === 0)(`into a real QEMU${why}`, () => {
  let fleet: Fleet;
  beforeAll(async () => {
    const senders = Math.max(...CHANNELS);
    fleet = await Fleet.start({ senders, requesters: 1, ram: { file: image }, watchdogMs: 20_000, stallMs: 10_000 });
  });
  afterAll(() => fleet.terminate());

  describe.each(qemus)('QEMU $name', ({ binary, version }) => {
    const zeroPages: readonly ZeroPages[] = version === '7.2' ? ['legacy', 'none'] : ['multifd', 'legacy', 'none'];
    const isNewest = binary === newest;
    const all = designs.flatMap((design) => CODECS.map((codec) => ({ design, codec, name: design.variant.name })));
    const cases = all.filter(({ codec }) => isLong || (isNewest && codec === 'none'));

    it.each(cases)('$name, codec $codec', { timeout: 60_000 }, async ({ design, codec }) => {
      for (const [index, channels] of CHANNELS.entries()) {
        const zeros = zeroPages[(index + CODECS.indexOf(codec)) % zeroPages.length]!;
        const to = await destination({ binary, settings: { channels, compression: codec } });
        // A page that a packet names as zero is cleared when it comes again: QEMU takes fresh RAM to be zero.
        const rounds = zeros === 'multifd' ? 2 : 1;
        const lines = await Lines.connect({ address: to.address, channels, main: true, connectMs: 5000 });
        await fleet.open(cellOf({ design, version, channels, codec, zeroPages: zeros }), design.source, lines);
        expect((await fleet.slice(rounds)).pages).toBe(rounds * PAGES);
        const report = await fleet.close();
        // The blocks, the rounds, the end.
        expect(report.syncs).toBe((rounds + 2) * channels);
        await lines.partWith(20_000);
        await lines.close();
        const what = `${channels} channels, zero pages ${zeros}`;
        expect(await to.qemu.ended(), what).toMatchObject({ status: 'completed' });
        expect(readFileSync(to.ramFile).equals(ram), what).toBe(true);
        await to.qemu.kill();
      }
    });

    it.runIf(runsNow(isNewest))(
      'takes several rounds, a uuid, and the stream of 7.2 if it is told to flush as that did',
      async () => {
        const uuid = '9c0e2f5e-6c2b-4d0a-8f55-0123456789ab';
        const flush = version === '7.2' ? [] : ['-global', 'migration.multifd-flush-after-each-section=on'];
        const to = await destination({ binary, settings: { channels: 2 }, words: ['-uuid', uuid, ...flush] });
        const plan = { address: to.address, channels: 2, main: true, uuid: uuidBytes(uuid), connectMs: 5000 };
        const lines = await Lines.connect(plan);
        const design = designs[0]!;
        const cell = cellOf({ design, version: '7.2', channels: 2, codec: 'none', zeroPages: 'legacy' });
        await fleet.open(cell, design.source, lines);
        expect((await fleet.slice(3)).pages).toBe(3 * PAGES);
        await fleet.close();
        await lines.partWith(20_000);
        await lines.close();
        expect(await to.qemu.ended()).toMatchObject({ status: 'completed' });
        expect(readFileSync(to.ramFile).equals(ram)).toBe(true);
      },
    );

    type Unlike = [string, Partial<Parameters<typeof destination>[0]>, number, Partial<Cell>];
    it.runIf(isLong).each<Unlike>([
      ['another uuid', { words: ['-uuid', '9c0e2f5e-6c2b-4d0a-8f55-0123456789ab'] }, ram.length, {}],
      ['another size', {}, 2 * ram.length, {}],
      ['another codec', { settings: { channels: 2, compression: 'zlib' } }, ram.length, {}],
      // 10.0 takes 7.2's stream and applies pages in another order: it has nothing to tell.
      ...(version === '7.2' ? [['the other version', {}, ram.length, { mainStream: '10.0' }] as Unlike] : []),
    ])('a destination with %s: the sender hears of it', async (_, plan, bytes, rest) => {
      const to = await destination({ binary, settings: { channels: 2 }, ...plan }, bytes);
      const design = designs[0]!;
      const cell = { ...cellOf({ design, version, channels: 2, codec: 'none', zeroPages: 'none' }), ...rest };
      // More than fits into the sockets: what a destination ends in good order looks the same as a migration that it took.
      const reason = await failing(cell, to.address, { rounds: 20 });
      expect(reason).toMatch(
        /^(channel \d|main stream)(, write \d+)?: .*(EPIPE|ECONNRESET|broke|did not end|has taken nothing)/,
      );
      const outcome = await to.qemu.ended(2000).catch((error: Error) => error.message);
      expect(outcome).not.toMatchObject({ status: 'completed' });
    });

    it.runIf(runsNow(isNewest))('that is killed in the middle: every channel is released', async () => {
      const to = await destination({ binary, settings: { channels: 8 } });
      // It takes no bytes, so that the channels are in the middle of their writes.
      process.kill(to.qemu.pid, 'SIGSTOP');
      const design = designs[0]!;
      const cell = cellOf({ design, version, channels: 8, codec: 'none', zeroPages: 'none' });
      const kill = () => sleep(300).then(() => to.qemu.kill());
      const reason = await failing(cell, to.address, { rounds: 100, meanwhile: kill });
      expect(reason).toMatch(/^(channel \d, write \d+|main stream): (EPIPE|ECONNRESET)/);
    });
  });

  /** Sends until it fails, and returns why, when all is closed. */
  async function failing(
    cell: Cell,
    address: Address,
    { rounds = 1, meanwhile = async () => {} }: { rounds?: number; meanwhile?: () => Promise<void> } = {},
  ): Promise<string> {
    const plan = { senders: cell.channels, requesters: 1, ram: { file: image }, watchdogMs: 10_000, stallMs: 2000 };
    const own = await Fleet.start(plan);
    const descriptors = () => heldBy().descriptors;
    const before = descriptors();
    const lines = await Lines.connect({ address, channels: cell.channels, main: true, connectMs: 5000 });
    try {
      await own.open(cell, designs[0]!.source, lines);
      await Promise.all([own.slice(rounds), meanwhile()]);
      await own.close();
      await lines.partWith(5000);
      return 'it did not fail';
    } catch (cause) {
      await own.close().catch(() => {});
      return (cause as Error).message;
    } finally {
      await lines.close();
      await own.terminate();
      expect(descriptors()).toBeLessThanOrEqual(before);
    }
  }
});

function cellOf({
  design,
  version,
  ...axes
}: { design: Listed; version: StreamVersion } & Pick<Cell, 'channels' | 'codec' | 'zeroPages'>): Cell {
  return {
    ...CELL_DEFAULTS,
    ...axes,
    variant: design.variant.name,
    workload: 'transfer',
    pagesPerBatch: 128,
    transport: 'tcp',
    mainStream: version,
    place: 'none',
    checking: true,
  };
}
