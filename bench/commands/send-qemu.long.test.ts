// The send command into every QEMU on PATH that was given capabilities, or TLS: which are taken, and what is said of the other.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { addressText } from '../../src/os/address.js';
import { CLI } from '../fixtures/cli.js';
import { installedQemus, isSince, type QemuBinary } from '../qemu/binary.js';
import { Qemu, type QemuPlan } from '../qemu/qemu.js';

/** With postcopy-ram, QEMU takes no RAM from a file on a disk. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const folder = mkdtempSync(join(memory, 'multifd-bench-send-qemu-'));
afterAll(() => rmSync(folder, { recursive: true }));
/** Two pages, and two of zeros, over and over: 2 MiB. */
const ram = Buffer.concat(
  Array.from({ length: 128 }, (_, index) => Buffer.concat([Buffer.alloc(8192, `${index}, `), Buffer.alloc(8192)])),
);
const image = join(folder, 'image');
writeFileSync(image, ram);
const copy = join(folder, 'copy');

/** What `send` takes, and since when QEMU has it; postcopy together with multifd came with 11.1. */
const TAKEN = [
  { capabilities: ['multifd', 'return-path'], since: [7, 2] },
  { capabilities: ['multifd', 'return-path', 'switchover-ack'], since: [8, 1] },
  { capabilities: ['multifd', 'zero-copy-send'], since: [7, 2] },
  { capabilities: ['multifd', 'dirty-bitmaps'], since: [7, 2] },
  { capabilities: ['multifd', 'postcopy-ram'], since: [11, 1] },
] as const;

const started: Qemu[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((qemu) => qemu.kill()));
});

/** It listens. */
async function destination(plan: Pick<QemuPlan, 'binary' | 'capabilities' | 'words'>) {
  writeFileSync(copy, Buffer.alloc(ram.length));
  const qemu = await Qemu.start({ ...plan, ramFile: copy, incoming: true, settings: { channels: 2 } });
  started.push(qemu);
  return qemu;
}

function send(...words: string[]): Promise<{ status: number | null; stderr: string }> {
  const child = spawn(process.execPath, [CLI, 'send', '--ram', image, '--channels', '2', ...words]);
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, stderr })));
}

const peerOf = (binary: QemuBinary) => (isSince(binary, 8, 1) ? 'qemu' : 'qemu-7.2');
const qemus = (await installedQemus()).filter(({ major }) => major === 7 || major >= 10);
const why = qemus.length === 0 ? ' (skipped: neither QEMU 7.2 nor 10.0 on PATH)' : '';

describe.skipIf(qemus.length === 0)(`into a real QEMU${why}`, () => {
  describe.each(qemus.map((binary) => ({ binary, name: binary.version })))('$name', ({ binary }) => {
    const known = TAKEN.filter(({ since: [major, minor] }) => isSince(binary, major, minor));
    it.each(known)('that was given $capabilities: equal', async ({ capabilities }) => {
      const qemu = await destination({ binary, capabilities });
      const words = ['--peer', peerOf(binary), '--capabilities', capabilities.join(',')];
      const { status, stderr } = await send('--to', addressText(await qemu.listen()), ...words);
      expect([status, stderr.replace(/^warning: .*\n/, '')]).toEqual([0, '']);
      expect(await qemu.ended()).toMatchObject({ status: 'completed' });
      expect(readFileSync(copy).equals(ram)).toBe(true);
    });

    it('that was given TLS: exit 1, and TLS is named', async () => {
      writeFileSync(join(folder, 'keys.psk'), `qemu:${'0123456789abcdef'.repeat(4)}\n`, { mode: 0o600 });
      const words = ['-object', `tls-creds-psk,id=tls0,endpoint=server,dir=${folder}`];
      const qemu = await destination({ binary, words });
      await qemu.call('migrate-set-parameters', { 'tls-creds': 'tls0' });
      const { status, stderr } = await send('--to', addressText(await qemu.listen()), '--peer', peerOf(binary));
      expect(stderr).toMatch(/^multifd-bench: send: .*TLS/m);
      expect(status).toBe(1);
    });
  });
});
