// The --ram flag: a file to send, or the size and the shares of an image to make.
import { accessSync, constants, statSync } from 'node:fs';
import { fileBytes } from '../../src/os/file-bytes.js';
import { DEFAULT_SHARES, type RamSource, type Shares } from '../../src/ram/image.js';
import { parseBytes, showBytes } from '../base/quantities.js';
import { badValue, UsageError } from '../base/usage-error.js';

const TAKES = 'a file, or a size from 1m to 1024g as in 64m, with shares as in 64m:zero=20,text=40,random=40';
const LEAST_BYTES = 1 << 20;
const MOST_BYTES = 2 ** 40;
/** Larger than the caches of most machines, small enough to be made in a moment. */
const DEFAULT_BYTES = 64 << 20;

/** Where the RAM of a run comes from. Throws UsageError that names the flag or the file. */
export function parseRam(text: string | undefined, seed: number): RamSource {
  if (text === undefined) return { bytes: DEFAULT_BYTES, seed, shares: DEFAULT_SHARES };
  const [size, shares] = text.split(':', 2) as [string, string | undefined];
  const bytes = parseBytes(size);
  if (bytes === undefined) return fileOf('--ram', text, TAKES);
  if (bytes < LEAST_BYTES || bytes > MOST_BYTES) throw badValue('--ram', text, TAKES);
  return { bytes, seed, shares: shares === undefined ? DEFAULT_SHARES : parseShares(text, shares) };
}

/** Bytes that the RAM will take. */
export function ramBytes(source: RamSource): number {
  return 'file' in source ? (fileBytes(statSync(source.file)) ?? 0) : source.bytes;
}

export function showRam(source: RamSource): string {
  if ('file' in source) return 'file';
  const { zero, text, random } = source.shares;
  return `${showBytes(source.bytes)}:zero=${zero},text=${text},random=${random}`;
}

/** A file whose name is an argument: a size means nothing there. Throws UsageError that names it. */
export function parseRamFile(path: string): RamSource {
  return fileOf('file', path, 'the path of a regular file or a block device');
}

function fileOf(flag: string, path: string, takes: string): RamSource {
  const refuse = (why: string) => new UsageError(`${flag}: ${why}; it takes ${takes}`);
  try {
    const status = statSync(path);
    const bytes = fileBytes(status);
    if (bytes === undefined) throw refuse(`${path} is neither a regular file nor a block device`);
    if (bytes === 0) throw new UsageError(`${flag}: ${path} is empty; it takes a file of at least 1 byte`);
    accessSync(path, constants.R_OK);
    return { file: path };
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    throw refuse(code === 'ENOENT' ? `no file ${path}` : `cannot read ${path} (${code})`);
  }
}

function parseShares(whole: string, list: string): Shares {
  const shares: Record<keyof Shares, number> = { zero: 0, text: 0, random: 0 };
  for (const item of list.split(',')) {
    const match = /^(zero|text|random)=(\d+(?:\.\d+)?)$/.exec(item.trim());
    if (!match) throw badValue('--ram', whole, TAKES);
    shares[match[1] as keyof Shares] = Number(match[2]);
  }
  if (shares.zero + shares.text + shares.random === 0) throw badValue('--ram', whole, `${TAKES}, one of them above 0`);
  return shares;
}
