// The exit code of send, by what the receiver says in the end: a success is only what it has acknowledged.
import { spawn } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { acknowledgementOf } from '../../src/transport/acknowledged.js';
import { fillAnswer } from '../../src/wire/acknowledgement.js';
import { CLI } from '../fixtures/cli.js';

/** Reads both channels to their end, then does something with them. */
async function receiver(then: (sockets: readonly Socket[]) => void) {
  const sockets: Socket[] = [];
  let left = 2;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket
      .resume()
      .on('error', () => {})
      .once('end', () => {
        if (--left === 0) then(sockets);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { to: `:${(server.address() as { port: number }).port}`, close };
}

async function send(then: (sockets: readonly Socket[]) => void) {
  const { to, close } = await receiver(then);
  const child = spawn(process.execPath, [CLI, 'send', '--ram', '1m', '--to', to, '--stall-limit', '1s']);
  let [stderr, stdout] = ['', ''];
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  child.stdout.on('data', (text) => {
    stdout += text;
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  close();
  return { status, stdout, stderr };
}

const endAll = (text: string) => (sockets: readonly Socket[]) => {
  for (const socket of sockets) socket.end(text);
};
const SHA256 = 'ab'.repeat(32);
const received = { bytes: 70_000, pages: 16, zeroPages: 0, sha256: SHA256, transferMs: 12.5 };

describe('send fails when the receiver', () => {
  it.concurrent.each<[string, (sockets: readonly Socket[]) => void, RegExp]>([
    ['refuses late', endAll(fillAnswer({ failed: 'no space left' })), /send: the receiver failed: no space left\n/],
    [
      'has another RAM',
      endAll(`\n\n${fillAnswer({ received })}`),
      new RegExp(`send: the two ends differ: SHA-256 [0-9a-f]{64} here, ${SHA256} at the receiver\n`),
    ],
    ['is silent', () => {}, /did not acknowledge: the peer did not end the connection within 1000 ms; /],
  ])('%s', async (_, then, message) => {
    const { status, stdout, stderr } = await send(then);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(status).toBe(1);
  });
});

describe('what is no acknowledgement', () => {
  it.each([
    ['the end of an older version', '', /^the receiver did not acknowledge: it ended the connections; /],
    ['the answer of something else', 'HTTP/1.1 400', /^the peer answered with 12 bytes, no acknowledgement/],
    ['one without a count', JSON.stringify({ 'multifd-bench': 1, received: { sha256: SHA256 } }), /no acknowledgement/],
  ])('%s', (_, answer, message) => {
    const parting = { answer, answerBytes: answer.length };
    expect(() => acknowledgementOf([parting, { answer: '', answerBytes: 0 }])).toThrow(message);
  });

  it('one connection that broke takes no acknowledgement with it', () => {
    const lost = { answer: '', answerBytes: 0, problem: 'read ECONNRESET' };
    const kept = { answer: fillAnswer({ received }), answerBytes: 200 };
    expect(acknowledgementOf([lost, kept])).toEqual(received);
    expect(() => acknowledgementOf([kept, { ...kept, answer: fillAnswer({ failed: 'why' }) }])).toThrow(/why/);
  });
});
