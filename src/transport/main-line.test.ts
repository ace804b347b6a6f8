import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Ram } from '../ram/ram.js';
import { MAIN_STREAM_HEADER, mainStream } from '../wire/main-stream-writer.js';
import { MainLine } from './main-line.js';
import { WriteSigns } from './write-signs.js';

const PAGE = 4096;
const line = (descriptor: number) => ({ descriptor, signs: WriteSigns.allocate(1), row: 0 });

it('tells of blocks, rounds and pages of zeros, each block named once a round', () => {
  const directory = mkdtempSync(join(tmpdir(), 'main-line-'));
  const path = join(directory, 'stream');
  const descriptor = openSync(path, 'w');
  const ram = Ram.allocate([
    { name: 'm0', bytes: 5000 * PAGE },
    { name: 'm1', bytes: 3 * PAGE },
  ]);
  // Its first, middle and last bytes are zero, and still it is not.
  ram.segment(0, 7, PAGE)[ram.offset(0, 7, PAGE) + 5] = 1;
  ram.segment(1, 1, PAGE)[ram.offset(1, 1, PAGE)] = 1;
  const main = new MainLine({ version: '7.2', line: line(descriptor), ram, pageSize: PAGE, findZeroPages: true });
  main.start();
  const queued: string[] = [];
  for (let round = 0; round < 2; round++) {
    for (const [block, { name }] of ram.blocks.entries()) {
      for (let page = 0; page < ram.pages(block, PAGE); page++)
        if (!main.takes(block, page)) queued.push(`${name} ${page}`);
    }
    main.endRound();
  }
  main.end();
  closeSync(descriptor);
  expect(queued).toEqual(['m0 7', 'm1 1', 'm0 7', 'm1 1']);
  const parts = mainStream('7.2');
  const offsets = (pages: number, but: number) =>
    Array.from({ length: pages }, (_, page) => page * PAGE).filter((offset) => offset !== but * PAGE);
  const round = [
    parts.partStart(),
    parts.zeroPages('m0', offsets(5000, 7), true),
    parts.zeroPages('m1', offsets(3, 1), true),
    parts.partEnd(),
  ];
  const expected = Buffer.concat([parts.start(ram.blocks), ...round, ...round, parts.end(), parts.tail()]);
  expect(readFileSync(path).equals(expected.subarray(MAIN_STREAM_HEADER.length))).toBe(true);
  rmSync(directory, { recursive: true });
});

it('says where a write failed', () => {
  const full = openSync('/dev/full', 'w');
  const ram = Ram.allocate([{ name: 'm0', bytes: PAGE }]);
  const main = new MainLine({ version: '10.0', line: line(full), ram, pageSize: PAGE, findZeroPages: false });
  expect(() => main.start()).toThrow(/^main stream: ENOSPC/);
  closeSync(full);
});
