// Mapped-ram files between this program and every QEMU on PATH that knows them, both ways; and other files of QEMU's.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { readSnapshot } from '../../src/receiver/snapshot.js';
import { CLI } from '../fixtures/cli.js';
import { installedQemus, isSince } from './binary.js';
import { Qemu, type QemuPlan } from './qemu.js';

const PAGE = 4096;
const PAGES = 2048;
const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-mapped-'));
afterAll(() => rmSync(folder, { recursive: true }));
const started: Qemu[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((qemu) => qemu.kill()));
});
async function start(plan: QemuPlan): Promise<Qemu> {
  const qemu = await Qemu.start(plan);
  started.push(qemu);
  return qemu;
}

/** Pages with bytes: all, or one in eight. */
function image(name: string, every: number): string {
  const path = join(folder, name);
  const pages = Array.from({ length: PAGES }, (_, page) =>
    page % every === 0 ? Buffer.alloc(PAGE, `page ${page}, `) : Buffer.alloc(PAGE),
  );
  writeFileSync(path, Buffer.concat(pages));
  return path;
}
const images = { full: image('full', 1), sparse: image('sparse', 8) };
let files = 0;
/** A name that nothing has: no output replaces a file. */
const newFile = () => join(folder, `file-${++files}`);

function send(...words: string[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, [CLI, 'send', ...words]);
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stderr })));
}
const read = (path: string, ramOut: string) =>
  readSnapshot(path, { pageSize: PAGE, pagesPerPacket: 128, ramOut, block: 'm0' }, new AbortController().signal);

const qemus = (await installedQemus()).filter((binary) => isSince(binary, 9, 0));
const why = qemus.length === 0 ? ' (skipped: no QEMU of 9.0 or newer on PATH)' : '';
const ways = (['full', 'sparse'] as const).flatMap((ram) => [1, 2, 8].map((channels) => ({ ram, channels })));

describe.skipIf(qemus.length === 0)(`mapped-ram${why}`, { timeout: 60_000 }, () => {
  describe.each(qemus.map((binary) => ({ binary, name: binary.version })))('$name', ({ binary }) => {
    const capabilities = ['mapped-ram', 'multifd'];

    it.each(ways)('loads what is written: $ram RAM, $channels channels', async ({ ram, channels }) => {
      const direct = channels === 2 ? ['--direct-io'] : [];
      const file = newFile();
      const sent = await send('--ram', images[ram], '--to', `file:${file}`, '--channels', `${channels}`, ...direct);
      expect(sent).toEqual({ code: 0, stderr: '' });
      const to = newFile();
      writeFileSync(to, Buffer.alloc(PAGES * PAGE));
      const plan = { binary, ramFile: to, incoming: true };
      const alone = channels === 8;
      const destination = await start({
        ...plan,
        settings: { channels },
        capabilities: alone ? ['mapped-ram'] : capabilities,
      });
      await destination.load(file);
      expect(await destination.ended()).toMatchObject({ status: 'completed' });
      expect(readFileSync(to).equals(readFileSync(images[ram]))).toBe(true);
    });

    it.each(ways)('is read: $ram RAM, $channels channels', async ({ ram, channels }) => {
      const [file, out] = [newFile(), newFile()];
      const source = await start({ binary, ramFile: images[ram], settings: { channels }, capabilities });
      await source.save(file);
      expect(await source.ended()).toMatchObject({ status: 'completed' });
      const report = await read(file, out);
      expect(report).toMatchObject({ format: 'mapped-ram', pagesMissing: 0 });
      expect(report.main!.zeroPages).toBe(ram === 'full' ? 0 : (PAGES * 7) / 8);
      expect(readFileSync(out).equals(readFileSync(images[ram]))).toBe(true);
    });

    it("is read behind libvirt's header, as a plain stream, and of a machine whose device's state comes first", async () => {
      const settings = { channels: 2 };
      const [file, out] = [newFile(), newFile()];
      const offset = 8192;
      const source = await start({ binary, ramFile: images.sparse, settings, capabilities });
      await source.save(`${file},offset=${offset}`);
      expect(await source.ended()).toMatchObject({ status: 'completed' });
      const header = Buffer.alloc(offset);
      header.write('LibvirtQemudSave');
      header.writeUInt32LE(2, 16);
      header.writeUInt32LE(offset - 92, 20);
      header.writeUInt32LE(6, 28);
      const descriptor = openSync(file, 'r+');
      writeSync(descriptor, header, 0, offset, 0);
      closeSync(descriptor);
      expect(await read(file, out)).toMatchObject({ format: 'mapped-ram', libvirt: true });
      expect(readFileSync(out).equals(readFileSync(images.sparse))).toBe(true);

      const plain = await start({
        ...{ binary, ramFile: images.full, settings, capabilities: ['validate-uuid'] },
        words: ['-uuid', '9c0e2f5e-6c2b-4d0a-8f55-0123456789ab'],
      });
      const [plainFile, plainOut] = [newFile(), newFile()];
      await plain.save(plainFile);
      expect(await plain.ended()).toMatchObject({ status: 'completed' });
      expect(await read(plainFile, plainOut)).toMatchObject({ format: 'stream', libvirt: false });
      expect(readFileSync(plainOut).equals(readFileSync(images.full))).toBe(true);
    });

    it.each([
      ['stream', []],
      ['mapped-ram', capabilities],
    ])('of a machine with virtio-mem, whose state comes before the RAM, is read: %s', async (format, given) => {
      const [file, out, ramFile] = [newFile(), newFile(), newFile()];
      writeFileSync(ramFile, Buffer.alloc(8 << 20, 'pc'));
      const words = [
        ...['-machine', 'pc', '-m', '8M,maxmem=1G,slots=2', '-object', 'memory-backend-ram,id=vm0,size=128M'],
        ...['-device', 'virtio-mem-pci,id=v0,memdev=vm0,requested-size=32M'],
      ];
      const source = await start({ binary, ramFile, settings: { channels: 2 }, capabilities: given, words });
      await source.save(file);
      expect(await source.ended()).toMatchObject({ status: 'completed' });
      const report = await read(file, out);
      expect(report.format).toBe(format);
      expect(report.blocks!.map(({ name }) => name)).toContain('m0');
      expect(readFileSync(out).equals(readFileSync(ramFile))).toBe(true);
    });
  });
});
