import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fileBytes } from './file-bytes.js';

const folder = mkdtempSync(join(tmpdir(), 'file-bytes-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('is the size of a regular file, and nothing for what has none', () => {
  const file = join(folder, 'file');
  writeFileSync(file, Buffer.alloc(4097));
  expect(fileBytes(statSync(file))).toBe(4097);
  expect(fileBytes(statSync(folder))).toBeUndefined();
  expect(fileBytes(statSync('/dev/null'))).toBeUndefined();
});

it.each([
  [7, 0, 0x700],
  [259, 3, 0x10303],
  [8, 300, 0x10082c],
])('is what the kernel says of block device %i:%i', (major, minor, rdev) => {
  const device = { isFile: () => false, isBlockDevice: () => true, size: 0, rdev };
  expect(fileBytes(device, folder)).toBeUndefined();
  mkdirSync(join(folder, `dev/block/${major}:${minor}`), { recursive: true });
  writeFileSync(join(folder, `dev/block/${major}:${minor}/size`), '2049\n');
  expect(fileBytes(device, folder)).toBe(2049 * 512);
});
