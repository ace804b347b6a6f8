// The drain with senders of its own making: what counts, whose CPU time it is, and what is said when bytes stay away.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Drain } from './drain.js';
import { processCpuSeconds } from './process-cpu.js';

const MIB = 1 << 20;
const SENDER = fileURLToPath(new URL('fixtures/byte-sender.js', import.meta.url));

const drains: Drain[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  await Promise.all(drains.splice(0).map((drain) => drain.stop()));
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function start(): Promise<Drain> {
  const drain = await Drain.start();
  drains.push(drain);
  return drain;
}

async function sender(): Promise<ChildProcess> {
  const child = fork(SENDER, { execArgv: [] });
  children.push(child);
  await once(child, 'message');
  return child;
}

describe('the drain', () => {
  it('counts the bytes of all connections, and only of those made since it was told to expect them', async () => {
    const drain = await start();
    const [early, late] = [await sender(), await sender()];
    const { port } = drain.address as { port: number };
    // Goes on sending into the next reception.
    early.send({ port, connections: 1, bytes: 64 * MIB });
    const came = await drain.expect(
      { pid: late.pid!, bytes: 8 * MIB },
      { place: async () => {}, send: async () => void late.send({ port, connections: 3, bytes: 4 * MIB }) },
      20_000,
    );
    expect(came.bytes).toBeGreaterThanOrEqual(8 * MIB);
    expect(came.bytes).toBeLessThanOrEqual(12 * MIB);
    expect(came.seconds).toBeGreaterThan(0);
    expect(came.senderCpuSeconds).toBeLessThanOrEqual(processCpuSeconds(late.pid!));
  });

  it('says how much did not come in time', async () => {
    const drain = await start();
    const child = await sender();
    const { port } = drain.address as { port: number };
    const send = async () => void child.send({ port, connections: 1, bytes: MIB });
    await expect(
      drain.expect({ pid: child.pid!, bytes: 2 * MIB }, { place: async () => {}, send }, 300),
    ).rejects.toThrow('the drain: 2097152 bytes did not come within 300 ms');
  });

  it('says when the sending process is gone', async () => {
    const drain = await start();
    const child = await sender();
    const { port } = drain.address as { port: number };
    const send = async () => void child.send({ port, connections: 1, bytes: MIB });
    await expect(
      drain.expect({ pid: 2 ** 22 + 1, bytes: MIB }, { place: async () => {}, send }, 20_000),
    ).rejects.toThrow(/the drain: .*ENOENT/);
  });
});

it('the CPU time of a process is that of all its threads', () => {
  const before = processCpuSeconds(process.pid);
  const until = process.cpuUsage().user + 200_000;
  while (process.cpuUsage().user < until);
  const spent = processCpuSeconds(process.pid) - before;
  expect(spent).toBeGreaterThanOrEqual(0.18);
  expect(processCpuSeconds(process.pid)).toBeLessThanOrEqual(
    process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6 + 0.02,
  );
});
