// A unix socket has the name that was asked for, whole, and no other, up to the longest that the kernel takes.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Listener } from './listener.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'listener-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it.each([90, 104, 105, 106, 107])('a path of %i bytes', async (bytes) => {
  const name = 'x'.repeat(bytes - folder.length - 1);
  const path = join(folder, name);
  const listener = await Listener.open({ path });
  expect(readdirSync(folder)).toEqual([name]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const socket = connect({ path });
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  socket.destroy();
  await expect(Listener.open({ path })).rejects.toThrow('the name is in use');
  listener.handedOver();
  listener.remove();
  expect(readdirSync(folder)).toEqual([]);
});

it('says how long a path may be, and that its folder is missing', async () => {
  const path = join(folder, 'x'.repeat(108 - folder.length - 1));
  await expect(Listener.open({ path })).rejects.toThrow(`listening on ${path}: too long: 108 bytes, at most 107`);
  await expect(Listener.open({ path: join(folder, 'none', 'socket') })).rejects.toThrow('ENOENT');
  mkdirSync(join(folder, 'empty'));
  expect(readdirSync(folder)).toEqual(['empty']);
});
