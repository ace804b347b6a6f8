// The driver against every QEMU on PATH: migrations between two of them, and no process that outlives its time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { isLong, runsNow } from '../../src/fixtures/tier.js';
import { UsageError } from '../base/usage-error.js';
import { installedQemus, isSince, qemuBinary } from './binary.js';
import { DIRTIED } from './machine.js';
import { migrationInfo, migrationParameters } from './migration.js';
import { ENDS, Qemu, QemuError, type QemuPlan } from './qemu.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-qemu-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MIB = 1 << 20;
let files = 0;
function ramFile(bytes: number, fill: (byte: number) => number = () => 0): string {
  const path = join(folder, `ram,${++files}`);
  writeFileSync(
    path,
    Uint8Array.from({ length: bytes }, (_, byte) => fill(byte)),
  );
  return path;
}

const started: Qemu[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((qemu) => qemu.kill()));
});
async function start(plan: QemuPlan): Promise<Qemu> {
  const qemu = await Qemu.start(plan);
  started.push(qemu);
  return qemu;
}

/** Gone, or dead and not yet collected by whoever inherited it. */
function isGone(pid: number): boolean {
  return !existsSync(`/proc/${pid}`) || /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
}

const binaries = await installedQemus();
const why = binaries.length === 0 ? ' (skipped: no qemu-system-x86_64 on PATH)' : '';

describe.skipIf(binaries.length === 0)(`a real QEMU${why}`, () => {
  describe.each(binaries.map((binary) => ({ binary, name: binary.version })))('$name', ({ binary }) => {
    const isFirst = binary === binaries.at(-1);
    it.runIf(runsNow(isFirst)).each([
      ['none', 1],
      ['zlib', 3],
    ] as const)('migrates to another: %s, %i channels', async (compression, channels) => {
      const settings = { channels, compression };
      const from = ramFile(4 * MIB, (byte) => (byte * 7 + (byte >> 9)) & 0xff);
      const to = ramFile(4 * MIB);
      const source = await start({ binary, ramFile: from, settings });
      const destination = await start({ binary, ramFile: to, settings, incoming: true });
      expect(await source.info()).toEqual({ status: 'none' });
      await source.migrate(await destination.listen());
      const [sent, came] = await Promise.all([source.ended(), destination.ended()]);
      expect(sent).toMatchObject({ status: 'completed', normalPages: 1024, zeroPages: 0 });
      // 7.2 counts packed pages as if they were not packed.
      const countsPacked = compression === 'zlib' && isSince(binary, 10, 0);
      expect(sent.bytes).toBeGreaterThan(countsPacked ? 4 * 1024 : 4 * MIB);
      if (countsPacked) expect(sent.bytes).toBeLessThan(MIB);
      expect(came.status).toBe('completed');
      expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
      await source.close();
      expect(isGone(source.pid)).toBe(true);
    });

    it.runIf(isLong)('runs a guest that dirties RAM for ever, and migrates it over a unix socket', async () => {
      const settings = { channels: 2, bytesPerSecond: 32 * MIB, downtimeMs: 1 };
      const from = ramFile(16 * MIB);
      const to = ramFile(16 * MIB);
      const source = await start({ binary, machine: 'pc', ramFile: from, settings });
      const destination = await start({ binary, machine: 'pc', ramFile: to, settings, incoming: true });
      await source.migrate(await destination.listen({ path: join(folder, `socket-${binary.version}`) }));
      // On a slow machine a guest has not begun after five rounds yet.
      const isDirtied = () => {
        const ram = readFileSync(from);
        for (let page = DIRTIED.from; page < DIRTIED.to; page += DIRTIED.pageSize) if (ram[page] === 0) return false;
        return true;
      };
      let seen = await source.info();
      while (((seen.rounds ?? 0) < 5 || !isDirtied()) && !ENDS.includes(seen.status)) {
        await sleep(20);
        seen = await source.info();
      }
      expect(seen).toMatchObject({ status: 'active' });
      await source.set({ bytesPerSecond: 1e11, downtimeMs: 2000 });
      const [sent, came] = await Promise.all([source.ended(), destination.ended()]);
      expect([sent.status, came.status]).toEqual(['completed', 'completed']);
      expect(sent.rounds).toBeGreaterThanOrEqual(5);
      expect(isDirtied()).toBe(true);
      expect(readFileSync(to).equals(readFileSync(from))).toBe(true);
    });

    it.runIf(runsNow(isFirst))(
      'ends in an error, not in a hang, when a destination gets what is no migration',
      async () => {
        const settings = { channels: 1 };
        const destination = await start({ binary, ramFile: ramFile(MIB), settings, incoming: true });
        const address = (await destination.listen()) as { host: string; port: number };
        // Where the main stream and a channel should be.
        for (let connection = 0; connection < 2; connection++) {
          connect(address)
            .on('error', () => {})
            .end(Buffer.alloc(4096, 0x55));
        }
        // 10.0 and 11.1 say what is wrong; 7.2 waits for ever.
        const outcome = await destination.ended(1000).catch((error: unknown) => error);
        if (isSince(binary, 9, 1)) {
          expect(outcome).toMatchObject({
            status: 'failed',
            error: expect.stringMatching(/multifd: received packet magic|unknown channel magic/),
          });
        } else {
          expect(outcome).toBeInstanceOf(QemuError);
          expect((outcome as Error).message).toMatch(/did not end within 1000 ms, so it was killed|ended with code 1/);
          await destination.kill();
          expect(isGone(destination.pid)).toBe(true);
        }
      },
    );

    it.runIf(runsNow(isFirst))('is killed when it does not answer, and the error says what it was asked', async () => {
      const qemu = await start({ binary, ramFile: ramFile(MIB), settings: { channels: 1 } });
      process.kill(qemu.pid, 'SIGSTOP');
      await expect(qemu.call('query-status', {}, 500)).rejects.toThrow(
        /no answer to query-status within 500 ms, so it was killed/,
      );
      await expect(qemu.info()).rejects.toBeInstanceOf(QemuError);
      await qemu.kill();
      expect(isGone(qemu.pid)).toBe(true);
    });

    it.runIf(runsNow(isFirst))('refuses what it cannot do, in its own words', async () => {
      const plan = { binary, ramFile: ramFile(MIB), settings: { channels: 0 } };
      await expect(Qemu.start(plan)).rejects.toThrow(/QMP migrate-set-parameters: .*multifd/i);
      const words = ['-object', 'nonsense'];
      const bad = Qemu.start({ ...plan, settings: { channels: 1 }, words });
      await expect(bad).rejects.toThrow(/ended with code 1; it said: .*nonsense/s);
    });

    it.runIf(runsNow(isFirst))('does not outlive the process that started it', async () => {
      const script = fileURLToPath(new URL('fixtures/qemu-owner.js', import.meta.url));
      const owner = spawn(process.execPath, [script, binary.path, ramFile(MIB)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [text] = await once(owner.stdout, 'data');
      const pid = Number(text);
      expect(isGone(pid)).toBe(false);
      owner.kill('SIGKILL');
      await once(owner, 'exit');
      while (!isGone(pid)) await sleep(10);
    });
  });
});

describe.skipIf(isLong)('without a QEMU', () => {
  it('says which binary is none', async () => {
    const error = await qemuBinary('--qemu', process.execPath).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(`--qemu: got "${process.execPath}", takes`);
    await expect(qemuBinary('--qemu', '/nowhere')).rejects.toBeInstanceOf(UsageError);
  });

  const old = { path: '', version: '7.2.22', major: 7, minor: 2 };
  const recent = { path: '', version: '10.0.2', major: 10, minor: 0 };

  it('compares versions as numbers', () => {
    expect([isSince(recent, 9, 1), isSince(old, 9, 1), isSince(old, 7, 2), isSince(old, 7, 3)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('knows what a version can do about zero pages', () => {
    expect(migrationParameters(recent, { zeroPages: 'none' })).toEqual({ 'zero-page-detection': 'none' });
    expect(migrationParameters(old, { zeroPages: 'legacy' })).toEqual({});
    expect(() => migrationParameters(old, { zeroPages: 'none' })).toThrow(UsageError);
  });

  it('reads an answer to query-migrate', () => {
    expect(migrationInfo({})).toEqual({ status: 'none' });
    const ram = { 'dirty-sync-count': 3, normal: 256, duplicate: 64, transferred: 1_000_000 };
    expect(migrationInfo({ status: 'failed', 'error-desc': 'no', 'total-time': 12, ram })).toEqual({
      status: 'failed',
      error: 'no',
      totalMs: 12,
      rounds: 3,
      normalPages: 256,
      zeroPages: 64,
      bytes: 1_000_000,
    });
  });
});
