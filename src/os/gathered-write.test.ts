import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { writeAll } from './gathered-write.js';

/** Buffers of different lengths, some empty, over shared memory; more than one call of the kernel takes. */
function manyBuffers(count: number): Uint8Array[] {
  const memory = new Uint8Array(new SharedArrayBuffer(count * 97));
  for (let at = 0; at < memory.length; at++) memory[at] = (at * 31) % 251;
  return Array.from({ length: count }, (_, index) => memory.subarray(index * 97, index * 97 + (index % 98)));
}

it('writes more buffers than one call takes, at their place in a file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'gathered-'));
  const path = join(directory, 'file');
  const descriptor = openSync(path, 'w');
  const buffers = manyBuffers(3000);
  writeAll(descriptor, buffers, 1000);
  writeAll(descriptor, []);
  closeSync(descriptor);
  expect(readFileSync(path).equals(Buffer.concat([Buffer.alloc(1000), ...buffers]))).toBe(true);
  rmSync(directory, { recursive: true });
});

it('says why it could not write', () => {
  const full = openSync('/dev/full', 'w');
  expect(() => writeAll(full, [Buffer.alloc(10)])).toThrow('ENOSPC');
  closeSync(full);
});

it.each([true, false])(
  'gets rid of all bytes on a socket that takes few at a time (blocking: %s)',
  async (blocking) => {
    const directory = mkdtempSync(join(tmpdir(), 'gathered-'));
    const path = join(directory, 'socket');
    let peer: Socket | undefined;
    const server = createServer({ pauseOnConnect: true }, (socket) => {
      peer = socket;
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const socket = connect(path).pause();
    await new Promise((resolve) => socket.once('connect', resolve));
    const handle = (socket as unknown as { _handle: { fd: number; setBlocking(blocking: boolean): void } })._handle;
    if (blocking) handle.setBlocking(true);
    const buffers = [...manyBuffers(2000), ...Array.from({ length: 40 }, (_, index) => Buffer.alloc(100_001, index))];
    const expected = Buffer.concat(buffers);
    const source = `
    const { workerData, parentPort } = require('node:worker_threads');
    import(workerData.module).then(({ writeAll }) => {
      writeAll(workerData.descriptor, workerData.buffers);
      parentPort.postMessage('written');
    });`;
    const module = new URL('./gathered-write.js', import.meta.url).href;
    const worker = new Worker(source, { eval: true, workerData: { module, descriptor: handle.fd, buffers } });
    let written = false;
    const done = new Promise<void>((resolve, reject) => {
      worker.once('message', () => {
        written = true;
        resolve();
      });
      worker.once('error', reject);
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    // 4 MB do not fit into the socket: the writer waits for its reader.
    expect(written).toBe(false);
    const parts: Buffer[] = [];
    peer!.on('data', (chunk: Buffer) => parts.push(chunk)).resume();
    const ended = new Promise((resolve) => peer!.once('end', resolve));
    await done;
    socket.end();
    await ended;
    expect(Buffer.concat(parts).equals(expected)).toBe(true);
    socket.destroy();
    await worker.terminate();
    await new Promise((resolve) => server.close(resolve));
    rmSync(directory, { recursive: true });
  },
);
