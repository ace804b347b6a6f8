// What a receiver refuses, and what it leaves when it does.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { testBadInput } from './fixtures/bad-input.js';
import { isGone, pause, useReceivers } from './fixtures/receivers.js';

const { path, names, planFor, start } = useReceivers();

testBadInput('unix');

describe('a place that is not to be had', () => {
  it('a port in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const listen = { host: '127.0.0.1', port: (server.address() as { port: number }).port };
    await expect(start('tcp', { listen })).rejects.toThrow(`listening on 127.0.0.1:${listen.port}: listen EADDRINUSE`);
    server.close();
  });

  it('a name in use, and a directory that is not there', async () => {
    const taken = path('socket');
    writeFileSync(taken, 'kept');
    await expect(start('unix')).rejects.toThrow(`listening on ${taken}: the name is in use`);
    expect(readFileSync(taken, 'utf8')).toBe('kept');
    expect(names()).toEqual(['socket']);
    const nowhere = { path: path('none/socket') };
    await expect(start('unix', { listen: nowhere })).rejects.toThrow(`listening on ${nowhere.path}: ENOENT`);
  });

  it('an output that is no file, or in no directory', async () => {
    const ramOut = path('link');
    symlinkSync(path('elsewhere'), ramOut);
    await expect(start('tcp', { ramOut })).rejects.toThrow('expected a regular file or nothing at that name');
    await expect(start('tcp', { ramOut: path('none/ram') })).rejects.toThrow('ENOENT');
  });

  it('ends with its parent', async () => {
    const parent = fork(fileURLToPath(new URL('./fixtures/receiver-parent.js', import.meta.url)), [], { execArgv: [] });
    parent.send(planFor('tcp', { ramOut: path('ram') }));
    const [pid] = (await once(parent, 'message')) as [number];
    expect(isGone(pid)).toBe(false);
    parent.kill('SIGKILL');
    const deadline = performance.now() + 2000;
    while (!isGone(pid) && performance.now() < deadline) await pause(20);
    expect(isGone(pid)).toBe(true);
    expect(names()).toEqual([]);
  });

  it('is ended by its parent, whatever it does, and leaves nothing', async () => {
    const ramOut = path('ram');
    const receiver = await start('unix', { ramOut });
    expect(names().length).toBe(2);
    await receiver.stop();
    await expect(receiver.report).rejects.toThrow('the receiver ended with SIGKILL');
    expect(names()).toEqual([]);
  });
});
