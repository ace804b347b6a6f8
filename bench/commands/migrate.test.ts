// Migrations as a user makes them: real processes, real sockets, files compared.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isLong, runsNow } from '../../src/fixtures/tier.js';
import { HAS_ZSTD } from '../../src/wire/codecs/flushed-stream.js';
import { CLI, cli } from '../fixtures/cli.js';
import { useCommands } from '../fixtures/commands.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-migrate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const image = join(folder, 'image');
// No whole number of pages: the last one is padded, and only the file's own bytes come out.
writeFileSync(image, Buffer.from(Array.from({ length: 3_000_001 }, (_, byte) => (byte * 7 + (byte >> 9)) & 0xff)));

/** 512 pages: a batch of zeros, then every second page is zero; the others compress. */
const zeros = join(folder, 'zeros');
writeFileSync(
  zeros,
  Buffer.concat(Array.from({ length: 512 }, (_, page) => Buffer.alloc(4096, page < 128 || page % 2 === 0 ? 0 : page))),
);

/** Starts a receiver and resolves with its port once it listens, and with how it ended. */
function receive(...words: string[]) {
  const child: ChildProcess = spawn(process.execPath, [CLI, 'receive', '--listen', ':0', ...words]);
  let stderr = '';
  const port = new Promise<string>((resolve) => {
    child.stderr!.on('data', (chunk) => {
      stderr += chunk;
      const match = /listening on 127\.0\.0\.1:(\d+)/.exec(stderr);
      if (match) resolve(match[1]!);
    });
  });
  const ended = new Promise<{ status: number | null; stderr: string }>((resolve) => {
    child.once('exit', (status) => resolve({ status, stderr }));
  });
  return { port, ended };
}

const refused = useCommands();

describe('migrate', () => {
  const moves = [
    ['tcp', 'mutex', '4096'],
    ['unix', 'atomic-barrier', '64k'],
    ['tcp', 'message-port', '4k'],
  ] as const;
  it.each(moves.filter(([transport]) => runsNow(transport === 'unix')))(
    'over %s by %s, pages of %s: equal, and kept with mode 0600',
    (transport, variant, pageSize) => {
      const out = join(folder, `out-${transport}-${variant}`);
      const words = ['--transport', transport, '--variants', variant, '--page-size', pageSize, '--channels', '3'];
      const { status, stdout } = cli('migrate', image, ...words, '--ram-out', out, '--json');
      expect(status).toBe(0);
      const answer = JSON.parse(stdout);
      expect(answer).toMatchObject({ equal: true, bytes: 3_000_001, channels: 3, received: { syncs: 3 } });
      expect(answer.mibPerSecond).toBeGreaterThan(0);
      expect(readFileSync(out).equals(readFileSync(image))).toBe(true);
      expect(statSync(out).mode & 0o777).toBe(0o600);
    },
  );

  const packed: [string, string[]][] = [
    ['mutex', ['--codec', 'zlib']],
    ['atomic-barrier', ['--codec', 'zlib', '--zero-pages', 'multifd']],
    ['message-port', ['--zero-pages', 'multifd']],
    ...(HAS_ZSTD ? [['atomic-barrier', ['--codec', 'zstd', '--zero-pages', 'multifd']] as [string, string[]]] : []),
  ];
  it.runIf(isLong).each(packed)('by %s with %j: equal, and fewer bytes on the wire', (variant, words) => {
    const { status, stdout } = cli('migrate', zeros, '--variants', variant, '--channels', '2', ...words, '--json');
    expect(status).toBe(0);
    const { equal, received } = JSON.parse(stdout);
    expect(equal).toBe(true);
    // A whole batch of zeros, and half of the others' pages.
    const pages = words.includes('multifd') ? 192 : 512;
    expect(received.pages).toBe(pages);
    expect(received.bytes).toBeLessThan(words.includes('--codec') ? 400_000 : 192 * 4096 + 30_000);
  });

  it.runIf(isLong)('compares with the ceiling in interleaved pairs', () => {
    const { status, stdout } = cli('migrate', image, '--ceiling', '--pairs', '3', '--json');
    expect(status).toBe(0);
    const { ceiling, equal } = JSON.parse(stdout);
    expect(equal).toBe(true);
    expect(ceiling.ratios.length).toBe(3);
    expect(ceiling.median).toBeGreaterThan(0);
  });

  it.each<[string[], string]>([
    [['--channels', '1,2'], '--channels: got "1,2", takes one value here'],
    [['--transport', 'memory'], '--transport: got "memory", takes tcp, unix here'],
    [['--variants', 'mutex,inline'], '--variants: got "mutex,inline", takes one variant here'],
    [['--ceiling', '--codec', 'zlib'], '--ceiling: compares plain writes, got --codec zlib'],
    [['--zero-pages', 'legacy'], '--zero-pages: got "legacy", takes none, multifd'],
    [['--codec', 'lzma'], '--codec: got "lzma", takes none, zlib, zstd'],
    ...(HAS_ZSTD ? [] : [[['--codec', 'zstd'], 'zstd needs Node 22.15 or newer'] as [string[], string]]),
    [['--depth', '2'], '--depth: got "2", takes 1 to 1 by atomic-barrier'],
  ])('refuses %j', async (words, message) => {
    const { status, stderr } = await refused('migrate', image, ...words);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('send and receive', () => {
  it.skipIf(isLong)('move a file between two processes that know only an address', async () => {
    const out = join(folder, 'received');
    const receiver = receive('--ram-bytes', '3000001', '--ram-out', out, '--channels', '2');
    expect(cli('send', '--ram', image, '--to', `:${await receiver.port}`).status).toBe(0);
    expect((await receiver.ended).status).toBe(0);
    expect(readFileSync(out).equals(readFileSync(image))).toBe(true);
  });

  // Who comes without the token is tested at the receiver, too.
  it.runIf(isLong)('let nobody in without the token, and go on for who has it', async () => {
    const [token, other] = ['token', 'other-token'].map((name) => {
      const path = join(folder, name);
      writeFileSync(path, `the secret of ${name}\n`, { mode: 0o600 });
      return path;
    });
    const receiver = receive('--ram-bytes', '3000001', '--channels', '2', '--token-file', token!);
    const to = ['--ram', image, '--channels', '2', '--to', `:${await receiver.port}`];
    const { status, stderr } = cli('send', ...to, '--token-file', other!);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/channel \d/)]);
    expect(cli('send', ...to, '--token-file', token!).status).toBe(0);
    expect(await receiver.ended).toMatchObject({ status: 0, stderr: expect.not.stringContaining('secret') });
    const qemu = cli('send', ...to, '--token-file', token!, '--peer', 'qemu-10.0');
    expect([qemu.status, qemu.stderr]).toEqual([2, expect.stringContaining('a QEMU knows no token')]);
  });

  it.runIf(isLong)('send to anything that takes bytes, which is asked for nothing', async () => {
    let bytes = 0;
    const drain = createServer((socket) => socket.on('data', (chunk) => (bytes += chunk.length)).on('error', () => {}));
    await new Promise<void>((resolve) => drain.listen(0, '127.0.0.1', resolve));
    const { port } = drain.address() as { port: number };
    const words = ['send', '--ram', zeros, '--to', `:${port}`, '--peer', 'drain', '--channels', '3'];
    const status = await new Promise((resolve) => spawn(process.execPath, [CLI, ...words]).once('exit', resolve));
    await new Promise((resolve) => drain.close(resolve));
    expect(status).toBe(0);
    // Initial packets, four batches and a SYNC a channel.
    expect(bytes).toBe(3 * 64 + 7 * 1344 + 512 * 4096);
  });

  const unlike = [
    ['smaller', '1m', /receive: --ram-bytes: 1048576 at the receiver, \d+ at the sender\n/],
    ['larger', '8m', /receive: --ram-bytes: 8388608 at the receiver, \d+ at the sender\n/],
  ] as const;
  it.runIf(isLong).each(unlike)(
    'end with 1 when the receiver has the %s RAM, and keep nothing',
    async (_, bytes, reason) => {
      const out = join(folder, `unlike-${bytes}`);
      const receiver = receive('--ram-bytes', bytes, '--ram-out', out);
      cli('send', '--ram', image, '--to', `:${await receiver.port}`);
      const { status, stderr } = await receiver.ended;
      expect(status).toBe(1);
      expect(stderr).toMatch(reason);
      expect(existsSync(out)).toBe(false);
      expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
    },
  );

  it.skipIf(isLong)('say that nobody listens, or that the port is taken', async () => {
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    const taken = cli('receive', '--listen', `:${port}`, '--ram-bytes', '1m');
    expect(taken.status).toBe(1);
    expect(taken.stderr).toMatch(/EADDRINUSE/);
    await new Promise((resolve) => server.close(resolve));
    const absent = cli('send', '--ram', image, '--to', `:${port}`);
    expect(absent.status).toBe(1);
    expect(absent.stderr).toMatch(/channel 0: connecting to 127\.0\.0\.1:\d+: .*ECONNREFUSED/);
    expect(await refused('send', '--ram', image, '--to', 'nowhere')).toMatchObject({ status: 2 });
  });
});

describe('migrate --fault', () => {
  const run = (...words: string[]) =>
    new Promise<{ status: number | null; stderr: string }>((resolve) => {
      const child = spawn(process.execPath, [CLI, 'migrate', image, ...words]);
      let stderr = '';
      child.stderr.on('data', (chunk) => {
        stderr += chunk;
      });
      child.stdout.resume();
      child.once('close', (status) => resolve({ status, stderr }));
    });

  /** Those that the tests of the designs do not have are of the first tier. */
  const FIRST = ['disk-full'];
  const faults: readonly (readonly [fault: string, says: RegExp])[] = [
    ['fail@1.1', /^multifd-bench: migrate: channel 1, write 1: injected failure$/m],
    ['corrupt=3000@1.1', /the two ends differ/],
    ['kill-receiver@1.1', /the receiver ended with SIGKILL/],
    ['kill-child@1.1', /the round's process ended with SIGKILL/],
    ['kill-provider@1.1', /the provider's thread ended with code 1/],
    ['stall@1.sync0', /taken nothing more of it for 1500 ms, and it has not ended/],
    ['reset@1.1', /channel 1, packet 1: injected reset/],
    ['refuse@1', /channel 1: connecting to .*ECONNREFUSED/],
    ['no-descriptors', /channel 0: connecting to .*EMFILE/],
    ['disk-full', /ENOSPC: no space left on device/],
  ];

  it('ends, says what failed and where, and keeps nothing that looks whole', async () => {
    const places = faults
      .filter(([fault]) => runsNow(FIRST.includes(fault)))
      .map(([fault, says]) => ({ fault, says, out: join(folder, `fault-${fault}`) }));
    // Two at a time: a machine that is too busy looks like a peer that stalls.
    for (let at = 0; at < places.length; at += 2) {
      const ends = places.slice(at, at + 2).map(async ({ fault, says, out }) => {
        const { status, stderr } = await run('--fault', fault, '--ram-out', out, '--stall-limit', '1500ms');
        expect(stderr, fault).toMatch(says);
        expect([fault, status]).toEqual([fault, 1]);
      });
      await Promise.all(ends);
    }
    expect(readdirSync(folder).filter((name) => name.startsWith('fault-'))).toEqual([]);
  }, 60_000);

  it.runIf(isLong)(
    'goes on after a delay, and says what it takes',
    async () => {
      const { status } = await run('--fault', 'delay=20ms@1.1,delay=20ms@0.sync0');
      expect(status).toBe(0);
      for (const [words, says] of [
        [['--fault', 'fail@2.0'], '--fault: got "fail@2.0", takes KIND@CHANNEL.WRITE'],
        [['--fault', 'disk-full'], '--fault: disk-full fills the disk of --ram-out, which is not given'],
        [['--error-path', 'theirs'], '--error-path: got "theirs", takes repaired, upstream'],
      ] as const) {
        const { status: refused, stderr } = await run(...words);
        expect([refused, stderr]).toEqual([2, expect.stringContaining(says)]);
      }
    },
    60_000,
  );
});
