// The send command as a user meets it: what it refuses, and peers that are no QEMU.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isLong, runsNow } from '../../src/fixtures/tier.js';
import { CLI } from '../fixtures/cli.js';
import { useCommands } from '../fixtures/commands.js';

const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-send-command-'));
afterAll(() => rmSync(folder, { recursive: true }));
const image = join(folder, 'image');
writeFileSync(image, Buffer.concat([Buffer.alloc(3 << 20, 'ram'), Buffer.alloc(1 << 20), Buffer.alloc(4096, 'end')]));

function send(...words: string[]): Promise<{ status: number | null; stderr: string; stdout: string }> {
  const child = spawn(process.execPath, [CLI, 'send', '--ram', image, ...words]);
  let [stderr, stdout] = ['', ''];
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, stderr, stdout })));
}

const refused = useCommands();

describe('refuses, by name', () => {
  it.each([
    [['--peer', 'xen'], '--peer: got "xen", takes receiver, drain, qemu-7.2, qemu-9.x, qemu-10.0, qemu-11.1, qemu'],
    [['--peer', 'qemu-9.2'], '--peer: got "qemu-9.2", takes'],
    [['--peer', 'qemu-7.2', '--zero-pages', 'multifd'], '--zero-pages: got "multifd", takes legacy, none'],
    [['--peer', 'drain', '--zero-pages', 'legacy'], '--zero-pages: got "legacy", takes none, multifd'],
    [['--peer', 'qemu-10.0', '--page-size', '64k'], '--page-size: got "65536", takes 4096 where the peer is a QEMU'],
    [['--peer', 'qemu-10.0', '--batch-pages', '64'], '--batch-pages: got "64", takes 128 where the peer is a QEMU'],
    [['--uuid', '1234'], '--uuid: got "1234", takes 32 hexadecimal digits'],
    [
      ['--batch-pages', '4096', '--page-size', '2m'],
      '--batch-pages: got "4096", takes at most 512 with --page-size 2m',
    ],
    [['--depth', '2'], '--depth: got "2", takes 1 to 1 by atomic-barrier'],
    [['--block', ''], '--block: got "", takes a name of 1 to 255 bytes'],
    [['--capabilities', 'multifd,postcopy-preempt'], '--capabilities: postcopy-preempt is not spoken'],
    [['--capabilities', 'x-ignore-shared'], '--capabilities: x-ignore-shared is not spoken'],
    [['--capabilities', 'mapped-ram'], '--capabilities: mapped-ram is not spoken'],
    [['--capabilities', 'tls'], '--capabilities: tls is not spoken'],
    [['--capabilities', 'xbzrle'], '--capabilities: got "xbzrle", takes multifd, return-path, switchover-ack'],
  ])('%j', async (words, message) => {
    const { status, stderr, stdout } = await refused('send', '--ram', image, '--to', ':1', ...words);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n').length).toBe(1);
  });
});

describe.skipIf(isLong)('to what is no QEMU', () => {
  /** A peer that reads its channels, and does something to the main stream. */
  async function peer(main: (socket: Socket) => void) {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.once('data', (first) => {
        if (first.toString('latin1', 0, 4) === 'QEVM') main(socket);
        else socket.once('end', () => socket.end());
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const close = async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    };
    return { to: `:${(server.address() as { port: number }).port}`, close };
  }

  it.each<[string, (socket: Socket) => void, RegExp]>([
    [
      'closes the main stream',
      (socket) => socket.destroy(),
      /send: main stream: (EPIPE|ECONNRESET|read ECONNRESET).*one that was given tls-creds ends connections so: TLS is not spoken/,
    ],
    [
      'answers on the main stream',
      (socket) => socket.on('data', () => {}).end('\x15\x03\x03\0\x02\x02\x0a'),
      /send: .*main stream: the peer answered with 7 bytes; the destination: what a return path or TLS would say is not understood/,
    ],
  ])('that %s: exit 1', async (_, main, message) => {
    const { to, close } = await peer(main);
    const { status, stderr } = await send('--to', to, '--peer', 'qemu-10.0');
    await close();
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
  });

  it('that reads all and ends: nothing more can be known', async () => {
    const { to, close } = await peer((socket) => socket.on('data', () => {}).once('end', () => socket.end()));
    const { status, stdout } = await send('--to', to, '--peer', 'qemu-7.2', '--channels', '3', '--json');
    await close();
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ variant: 'atomic-barrier', channels: 3, bytes: 1025 * 4096 },
      ...{ peer: 'qemu-7.2', codec: 'none', zeroPages: 'legacy' },
    });
    expect(status).toBe(0);
  });
});

describe('to this program as if it were a QEMU', () => {
  const peers = [
    ['qemu-7.2', 'none', 'legacy'],
    ['qemu-9.x', 'none', 'multifd'],
    ['qemu', 'zlib', 'multifd'],
    ['qemu-11.1', 'none', 'legacy'],
  ] as const;
  it.each(peers.filter(([peer]) => runsNow(peer === 'qemu')))(
    'by the stream of %s, codec %s, zero pages %s: equal',
    async (peer, codec, zeroPages) => {
      const out = join(folder, `received-${peer}`);
      const common = ['--channels', '3', '--codec', codec];
      const kept = ['--block', 'pc.ram', '--ram-out', out];
      const receiver = spawn(process.execPath, [CLI, 'receive', '--listen', ':0', ...kept, ...common]);
      const ended = new Promise((resolve) => receiver.once('exit', resolve));
      let said = '';
      const port = await new Promise<string>((resolve) => {
        receiver.stderr.on('data', (chunk) => {
          said += chunk;
          const match = /listening on 127\.0\.0\.1:(\d+)/.exec(said);
          if (match) resolve(match[1]!);
        });
      });
      const sent = await send(
        '--to',
        `:${port}`,
        '--peer',
        peer,
        '--zero-pages',
        zeroPages,
        '--block',
        'pc.ram',
        ...common,
      );
      expect(sent.status).toBe(0);
      const old = /^warning: this is the stream of QEMU up to 8\.0: .*multifd-flush-after-each-section=on\n$/;
      expect(sent.stderr).toMatch(peer === 'qemu-7.2' ? old : /^$/);
      expect(await ended).toBe(0);
      expect(readFileSync(out).equals(readFileSync(image))).toBe(true);
    },
  );
});
