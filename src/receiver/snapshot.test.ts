// Files of migrations, made here: what is read of them, and what is said of one that is not as it should be.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { mainStream } from '../wire/main-stream-writer.js';
import { mappedRamParts } from '../wire/mapped-ram-writer.js';
import { readSnapshot, type SnapshotPlan } from './snapshot.js';

const folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
afterAll(() => rmSync(folder, { recursive: true }));
const PAGE = 4096;
const PLAN: SnapshotPlan = { pageSize: PAGE, pagesPerPacket: 128 };
const BLOCKS = [
  { name: 'pc.ram', bytes: 70 * PAGE },
  { name: 'vga', bytes: 3 * PAGE },
];
/** Every third page is zero. */
const isSet = (page: number) => page % 3 !== 0;
const pageOf = (block: number, page: number) => Buffer.alloc(PAGE, isSet(page) ? 1 + block + (page % 100) : 0);
const ramOf = (block: number) =>
  Buffer.concat(Array.from({ length: BLOCKS[block]!.bytes / PAGE }, (_, page) => pageOf(block, page)));

let files = 0;
function mappedFile(): string {
  const path = join(folder, `mapped-${++files}`);
  const { blocks, stream } = mappedRamParts(BLOCKS, PAGE);
  const file = openSync(path, 'w');
  for (const { at, bytes } of stream) writeSync(file, bytes, 0, bytes.length, at);
  for (const [block, { bytes, bitmapAt, pagesAt }] of blocks.entries()) {
    const bitmap = Buffer.alloc(Math.ceil(bytes / PAGE / 64) * 8);
    for (let page = 0; page < bytes / PAGE; page++) {
      if (!isSet(page)) continue;
      bitmap[page >> 3]! |= 1 << (page & 7);
      writeSync(file, pageOf(block, page), 0, PAGE, pagesAt + page * PAGE);
    }
    writeSync(file, bitmap, 0, bitmap.length, bitmapAt);
  }
  closeSync(file);
  return path;
}

const read = (path: string, plan: Partial<SnapshotPlan> = {}) =>
  readSnapshot(path, { ...PLAN, ...plan }, new AbortController().signal);
const failure = (path: string, plan: Partial<SnapshotPlan> = {}) =>
  read(path, plan).then(
    () => 'it was read',
    (error: Error) => error.message,
  );

/** The file with one field, big-endian, set to another value. */
function changed(path: string, at: number, bytes: Uint8Array): string {
  const whole = readFileSync(path);
  whole.set(bytes, at);
  const other = join(folder, `changed-${++files}`);
  writeFileSync(other, whole);
  return other;
}
const uint64 = (value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
};

describe('a mapped-ram file', () => {
  const path = mappedFile();
  const { blocks, stream } = mappedRamParts(BLOCKS, PAGE);

  it('gives every block, its pages where they were and zeros elsewhere', async () => {
    const ramOut = join(folder, 'out');
    const report = await read(path, { ramOut, block: 'vga' });
    expect(report).toMatchObject({ format: 'mapped-ram', libvirt: false, pagesMissing: 0 });
    expect(report.main).toMatchObject({ machine: 'none', pages: 46 + 2, zeroPages: 24 + 1 });
    const digests = BLOCKS.map((_, block) => createHash('sha256').update(ramOf(block)).digest('hex'));
    expect(report.blocks!.map(({ sha256 }) => sha256)).toEqual(digests);
    expect(readFileSync(ramOut).equals(ramOf(1))).toBe(true);
  });

  it("is found behind libvirt's header, its XML and its cookie", async () => {
    const header = Buffer.alloc(92);
    header.write('LibvirtQemudSave');
    header.writeUInt32LE(2, 16);
    header.writeUInt32LE(6, 28);
    const [xml, cookie] = [Buffer.from('<domain/>\0'), Buffer.from('<qemuStatus/>\0')];
    header.writeUInt32LE(xml.length + cookie.length, 20);
    header.writeUInt32LE(xml.length, 32);
    const parts = mainStream('10.0');
    const plain = Buffer.concat([parts.start(BLOCKS), parts.part('vga', [0]), parts.end(), parts.tail()]);
    const file = join(folder, 'libvirt');
    writeFileSync(file, Buffer.concat([header, xml, cookie, plain]));
    expect(await read(file)).toMatchObject({ format: 'stream', libvirt: true });
    const packed = changed(file, 28, Buffer.of(3, 0, 0, 0));
    expect(await failure(packed)).toBe('libvirt\'s header, byte 28, format: expected raw or sparse, got "xz"');
    const part = changed(file, 0, Buffer.from('LibvirtQemudPart'));
    expect(await failure(part)).toContain("libvirt's header, byte 0, magic: expected LibvirtQemudSave");
  });

  const headers = blocks.map(({ name, bitmapAt, pagesAt }) => ({ name, at: bitmapAt - 28, bitmapAt, pagesAt }));
  it('that is another at any field of a block says which, where, and of which block; nothing is kept', async () => {
    const fields = [
      ['version', 0, 4],
      ['page_size', 4, 8],
      ['bitmap_offset', 12, 8],
      ['pages_offset', 20, 8],
    ] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...headers),
        fc.constantFrom(...fields),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async ({ name, at }, [field, offset, bytes], position, difference) => {
          const place = at + offset + (position % bytes);
          const other = changed(path, place, Buffer.of(readFileSync(path)[place]! ^ difference));
          const ramOut = join(folder, 'never');
          const message = await failure(other, { ramOut });
          rmSync(other);
          expect(message).toMatch(
            new RegExp(
              `^main stream, section 2, byte ${at + offset}, ${field} of block ${name}: expected .*, got \\d+$`,
            ),
          );
          expect(existsSync(ramOut)).toBe(false);
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([
    [
      'a bit beyond the last page',
      blocks[1]!.bitmapAt,
      Buffer.of(0x0e),
      /byte \d+, bitmap of block vga: expected bits for 3 pages, got one for page 3$/,
    ],
    [
      'a length that does not add up',
      headers[1]!.at - 8,
      uint64(4n * 4096n),
      /byte \d+, length of vga: expected 1 to \d+ bytes in all, got 16384$/,
    ],
    ['a length beyond the file', headers[1]!.at - 8, uint64(2n ** 60n), /byte \d+, offset: expected less than 2\^53/],
    [
      'another magic',
      0,
      Buffer.from('QEMU'),
      /^main stream, section 0, byte 0, magic: expected 0x5145564d, got 0x51454d55$/,
    ],
    ['a capability that is not known', 46, Buffer.from('mapped-rom'), /^main stream, section 1, byte \d+, /],
    [
      "something in the place of the RAM's end",
      stream[2]!.at,
      uint64(0x40n),
      /^main stream, section 2, byte \d+, RAM flags: expected/,
    ],
  ])('with %s is refused', async (_, at, bytes, message) => {
    expect(await failure(changed(path, at, bytes))).toMatch(message);
  });

  it('cut at any byte of what is read is refused', async () => {
    const whole = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (bytes) => {
        const cut = join(folder, 'cut');
        writeFileSync(cut, whole.subarray(0, bytes));
        expect(await failure(cut)).toMatch(/^main stream/);
      }),
      { numRuns: 25, examples: [[0], [3], [100], [whole.length - 1]] },
    );
  });

  it('of another machine is refused only if a uuid is asked for', async () => {
    expect(await failure(path, { uuid: '01'.repeat(16) })).toBe('it was read');
    expect(await failure(path, { mostRamBytes: 4096 })).toContain('RAM size: expected at most 4096 bytes');
    expect(await failure(path, { block: 'm0' })).toContain('blocks: expected m0 among them, got pc.ram, vga');
  });
});
