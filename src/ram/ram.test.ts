import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Batches, batchWords } from './batches.js';
import { openRam } from './image.js';
import { PageRuns } from './page-runs.js';
import { LARGEST_PAGE_BYTES, Ram, SEGMENT_BYTES } from './ram.js';
import { ZeroPages } from './zero-pages.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-ram-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('Ram', () => {
  it('starts blocks at the largest page, so that no page of any size crosses a segment', () => {
    const ram = Ram.allocate([
      { name: 'a', bytes: 5000 },
      { name: 'b', bytes: 3 << 20 },
    ]);
    expect(ram.blocks).toEqual([
      { name: 'a', bytes: 8192, start: 0 },
      { name: 'b', bytes: 3 << 20, start: LARGEST_PAGE_BYTES },
    ]);
    expect(ram.offset(1, 3, 4096)).toBe(LARGEST_PAGE_BYTES + 3 * 4096);
    expect(ram.pages(1, LARGEST_PAGE_BYTES)).toBe(2);
    expect([...ram.pieces()].map((piece) => piece.length)).toEqual([8192, 3 << 20]);
  });

  it('refuses a block without bytes', () => {
    expect(() => Ram.allocate([{ name: 'a', bytes: 0 }])).toThrow('RAM block a: expected at least 1 byte, got 0');
  });
});

describe('openRam', () => {
  it('makes the same image from the same seed, with the shares that were asked for', () => {
    const source = { bytes: 4 << 20, seed: 7, shares: { zero: 1, text: 1, random: 2 } };
    const pages = [...openRam(source).pieces()].flatMap((piece) =>
      Array.from({ length: piece.length / 4096 }, (_, page) => piece.slice(page * 4096, page * 4096 + 4096)),
    );
    const zero = pages.filter((page) => page.every((byte) => byte === 0)).length;
    const text = pages.filter((page) => page.some(Boolean) && page.every((byte) => byte >= 32 && byte < 127)).length;
    expect(pages.length).toBe(1024);
    expect(Math.abs(zero - 256)).toBeLessThan(64);
    expect(Math.abs(text - 256)).toBeLessThan(64);
    expect([...openRam(source).pieces()].map((piece) => Buffer.from(piece).toString('base64'))).toEqual(
      [...openRam(source).pieces()].map((piece) => Buffer.from(piece).toString('base64')),
    );
    expect([...openRam({ ...source, seed: 8 }).pieces()][0]).not.toEqual([...openRam(source).pieces()][0]);
  });

  it('pads a file to whole pages', () => {
    const path = join(folder, 'image');
    writeFileSync(path, Buffer.alloc(5000, 7));
    const [piece] = [...openRam({ file: path }).pieces()];
    expect(piece!.length).toBe(8192);
    expect(piece!.indexOf(0)).toBe(5000);
    expect(piece![4999]).toBe(7);
  });

  it('names the file that is empty or no file', () => {
    const path = join(folder, 'empty');
    writeFileSync(path, '');
    expect(() => openRam({ file: path })).toThrow(`RAM file ${path}: expected at least 1 byte`);
    expect(() => openRam({ file: folder })).toThrow(`RAM file ${folder}: expected a regular file`);
  });
});

describe('PageRuns', () => {
  const ram = Ram.allocate([{ name: 'm0', bytes: 1 << 20 }]);
  const batches = new Batches(new Int32Array(64), 0, batchWords(8), 8);
  const pages = [3, 4, 5, 9, 8, 10];
  for (const [position, page] of pages.entries()) batches.put(0, position, page);
  batches.seal(0, 0, pages.length, 0, 0);

  it('joins pages that follow each other, and no others', () => {
    const runs = new PageRuns(ram, batches, 4096);
    runs.find(0);
    const found = Array.from({ length: runs.count }, (_, run) => [runs.starts[run]! / 4096, runs.ends[run]! / 4096]);
    expect(found).toEqual([
      [3, 6],
      [9, 10],
      [8, 9],
      [10, 11],
    ]);
  });

  it('joins no pages across segments, blocks and batches', () => {
    const large = Ram.allocate([
      { name: 'm0', bytes: SEGMENT_BYTES + (1 << 20) },
      { name: 'm1', bytes: 1 << 20 },
    ]);
    const last = SEGMENT_BYTES / 4096 - 1;
    const runs = new PageRuns(large, batches, 4096);
    for (const page of [last - 1, last, last + 1, last + 2]) runs.addPage(0, page);
    runs.addPage(1, last + 3 - SEGMENT_BYTES / 4096);
    const placed = () => Array.from({ length: runs.count }, (_, run) => [runs.starts[run], runs.ends[run]]);
    expect(placed()).toEqual([
      [SEGMENT_BYTES - 8192, SEGMENT_BYTES],
      [0, 8192],
      [(2 << 20) + 8192, (2 << 20) + 12_288],
    ]);
    expect(runs.segments[0]).not.toBe(runs.segments[1]);
    runs.clear();
    runs.addPage(1, 3);
    expect(placed()).toEqual([[(2 << 20) + 12_288, (2 << 20) + 16_384]]);
  });

  it('keeps pages apart when asked', () => {
    const runs = new PageRuns(ram, batches, 4096, false);
    runs.find(0);
    expect(runs.count).toBe(6);
  });
});

describe('ZeroPages', () => {
  it('finds a page that is all zero, wherever another has its only byte', () => {
    const ram = Ram.allocate([{ name: 'm0', bytes: 3 * 8192 }]);
    const zeros = new ZeroPages(ram, 8192);
    const at = ram.offset(0, 1, 8192);
    expect(zeros.has(0, 1)).toBe(true);
    for (let byte = 0; byte < 8192; byte += 13) {
      ram.segment(0, 1, 8192)[at + byte] = 1;
      zeros.forget();
      expect([zeros.has(0, 0), zeros.has(0, 1), zeros.has(0, 2)]).toEqual([true, false, true]);
      ram.segment(0, 1, 8192)[at + byte] = 0;
    }
  });

  it('says of each page what it is, in any order, over blocks, sizes and their ends', () => {
    const sizes = [
      { name: 'a', bytes: 100 * 4096 },
      { name: 'b', bytes: 33 * 4096 },
    ];
    const ram = Ram.allocate(sizes);
    const isZero = (block: number, page: number) => (page * 7 + block) % 5 < 3;
    for (const [block, { bytes }] of sizes.entries()) {
      for (let page = 0; page < bytes / 4096; page++) {
        const at = ram.offset(block, page, 4096);
        if (!isZero(block, page)) ram.segment(block, page, 4096)[at + ((page * 1237) % 4096)] = 0x80;
      }
    }
    const zeros = new ZeroPages(ram, 4096);
    const all = sizes.flatMap(({ bytes }, block) =>
      Array.from({ length: bytes / 4096 }, (_, page) => [block, page] as const),
    );
    const shuffled = all.map((_, index) => all[(index * 71) % all.length]!);
    for (const [block, page] of [...all, ...all.toReversed(), ...shuffled]) {
      expect([block, page, zeros.has(block, page)]).toEqual([block, page, isZero(block, page)]);
    }
  });

  it('looks anew at what it was told to forget', () => {
    const ram = Ram.allocate([{ name: 'm0', bytes: 64 * 4096 }]);
    const zeros = new ZeroPages(ram, 4096);
    expect([zeros.has(0, 0), zeros.has(0, 1), zeros.has(0, 2)]).toEqual([true, true, true]);
    ram.segment(0, 2, 4096)[ram.offset(0, 2, 4096)] = 1;
    zeros.forget();
    expect(zeros.has(0, 2)).toBe(false);
  });
});
