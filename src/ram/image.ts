// What the RAM holds: a file of any kind, or a seeded image of zero, text-like and random pages.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fileBytes } from '../os/file-bytes.js';
import { Random } from '../random.js';
import { Ram, roundUp, SMALLEST_PAGE_BYTES } from './ram.js';

/** A process that is killed ends when a read does: of /dev/shm, into memory that was never touched, a GiB takes seconds. */
const MOST_READ_BYTES = 16 << 20;

/** Shares of the pages of a seeded image, by weight. */
export interface Shares {
  readonly zero: number;
  readonly text: number;
  readonly random: number;
}

/** Either a file, or an image to make. */
export type RamSource = {
  /** Name of its one block; default `m0`. */
  readonly block?: string;
} & (
  | {
      readonly file: string;
      /** Padded with zeros to whole pages of this size; default the smallest. */
      readonly pageSize?: number;
    }
  | { readonly bytes: number; readonly seed: number; readonly shares: Shares }
);

const BLOCK = 'm0';

/** Some zero pages, as a guest has; text compresses, random does not. */
export const DEFAULT_SHARES: Shares = { zero: 0, text: 50, random: 50 };

const WORDS =
  'the page of a guest is sent to its channel when it was dirty and the round has not ended yet 0x00 42 {}'.split(' ');
const TEXT_BYTES = 1 << 18;

/** Opens RAM with one block and fills it, so that every page has been touched. */
export function openRam(source: RamSource): Ram {
  const { block = BLOCK } = source;
  return 'file' in source ? fromFile(block, source.file, source.pageSize) : fromSeed(block, source);
}

function fromFile(name: string, path: string, pageSize = SMALLEST_PAGE_BYTES): Ram {
  const descriptor = openSync(path, 'r');
  try {
    const size = fileBytes(fstatSync(descriptor));
    if (size === undefined) throw new Error(`RAM file ${path}: expected a regular file or a block device`);
    if (size === 0) throw new Error(`RAM file ${path}: expected at least 1 byte, the file is empty`);
    const ram = Ram.allocate([{ name, bytes: roundUp(size, pageSize) }]);
    let position = 0;
    for (const piece of ram.pieces()) {
      for (let filled = 0; filled < piece.length && position < size; ) {
        const read = readSync(descriptor, piece, filled, Math.min(piece.length - filled, MOST_READ_BYTES), position);
        if (read === 0) throw new Error(`RAM file ${path}: ended at byte ${position} of ${size} while being read`);
        filled += read;
        position += read;
      }
    }
    return ram;
  } finally {
    closeSync(descriptor);
  }
}

function fromSeed(name: string, { bytes, seed, shares }: { bytes: number; seed: number; shares: Shares }): Ram {
  const ram = Ram.allocate([{ name, bytes }]);
  const random = new Random(seed);
  const text = textLike(random);
  const total = shares.zero + shares.text + shares.random;
  for (const piece of ram.pieces()) {
    for (let at = 0; at < piece.length; at += SMALLEST_PAGE_BYTES) {
      const choice = random.fraction() * total;
      const page = piece.subarray(at, at + SMALLEST_PAGE_BYTES);
      if (choice < shares.zero) page.fill(0);
      else if (choice < shares.zero + shares.text) {
        const from = random.below(TEXT_BYTES - SMALLEST_PAGE_BYTES);
        page.set(text.subarray(from, from + SMALLEST_PAGE_BYTES));
      } else fillRandom(page, random.next());
    }
  }
  return ram;
}

function textLike(random: Random): Uint8Array {
  let text = '';
  while (text.length < TEXT_BYTES) text += `${WORDS[random.below(WORDS.length)]} `;
  return Buffer.from(text.slice(0, TEXT_BYTES), 'latin1');
}

/** xorshift32: a word a step, because an image of gigabytes is made before a run can start. */
function fillRandom(page: Uint8Array, seed: number): void {
  const values = new Int32Array(page.buffer, page.byteOffset, page.length / 4);
  let value = seed | 1;
  for (let index = 0; index < values.length; index++) {
    value ^= value << 13;
    value ^= value >>> 17;
    value ^= value << 5;
    values[index] = value;
  }
}
