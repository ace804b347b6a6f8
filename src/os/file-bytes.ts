// How many bytes can be read from a file: a block device has a size too, which only the kernel's own tree says.
import { readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';

const SECTOR_BYTES = 512;

/** Undefined for what has no size: a directory, a pipe, a terminal. */
export function fileBytes(
  status: Pick<Stats, 'isFile' | 'isBlockDevice' | 'size' | 'rdev'>,
  sys = '/sys',
): number | undefined {
  if (status.isFile()) return status.size;
  if (!status.isBlockDevice()) return undefined;
  const { rdev } = status;
  const [major, minor] = [(rdev >>> 8) & 0xfff, (rdev & 0xff) | ((rdev >>> 12) & 0xfff00)];
  try {
    const sectors = readFileSync(join(sys, 'dev/block', `${major}:${minor}`, 'size'), 'latin1');
    return Number(sectors) * SECTOR_BYTES;
  } catch {
    return undefined;
  }
}
