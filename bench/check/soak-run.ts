// One run of a soak: a receiver process, a transfer to it that may be made to fail, and the check of both ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as callLater } from 'node:timers';
import { setTimeout } from 'node:timers/promises';
import { isPacketFault } from '../../src/faults/fault.js';
import { Receiver } from '../../src/receiver/receiver.js';
import type { Cell } from '../../src/session/cell.js';
import type { Child } from '../measure/child.js';
import { RAM_BYTES, type SoakRun } from './soak-draw.js';

const LINES = 'soak';
const CONNECT_MS = 10_000;
const STALL_MS = 10_000;
/** What is there has come by then. */
const PATIENCE_MS = 500;
/** Both ends have ended well before: what lasts longer hangs. */
const LONGEST_MS = 30_000;

/** How a run ended, each as it must. */
export type Ended = 'equal' | 'failed as told' | 'receiver killed';

/** Rejects with what went otherwise than it must. `sha256`: of the sender's RAM. */
export async function takeRun(client: Child, run: SoakRun, sha256: string): Promise<Ended> {
  const folder = run.cell.transport === 'unix' ? mkdtempSync(join(tmpdir(), 'multifd-bench-soak-')) : undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = callLater(() => reject(new Error(`not over after ${LONGEST_MS} ms`)), LONGEST_MS);
  });
  const receiver = await Receiver.start(receiverPlan(run, folder, sha256));
  try {
    return await Promise.race([transfer(client, receiver, run, sha256), late]);
  } finally {
    clearTimeout(timer);
    await receiver.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

async function transfer(client: Child, receiver: Receiver, run: SoakRun, sha256: string): Promise<Ended> {
  const { cell, faults, killReceiverMs } = run;
  const killing =
    killReceiverMs === undefined ? undefined : callLater(() => process.kill(receiver.pid, 'SIGKILL'), killReceiverMs);
  const refusals = faults.filter(({ kind }) => kind === 'refuse');
  const connected = client.connect(LINES, receiver.address, cell.channels, { faults: refusals });
  const refused = await connected.then(() => undefined, messageOf);
  const failure = refused ?? (await send(client, cell));
  if (refused === undefined) await client.disconnect(LINES).catch(() => {});
  // It waits for channels that were refused, and does not see the end of one that it takes no more of.
  const endsByItself = refused === undefined && faults.every(({ kind }) => kind !== 'stall');
  if (!endsByItself) {
    await Promise.race([receiver.report.catch(() => {}), setTimeout(PATIENCE_MS)]);
    await receiver.stop();
  }
  const report = await receiver.report.catch((cause: Error) => cause);
  clearTimeout(killing);
  if (!(report instanceof Error) && report.sha256 !== sha256) {
    // QEMU's format has no checksums: it is this comparison that finds a byte that was changed on its way.
    if (faults.some(({ kind }) => kind === 'corrupt')) return 'failed as told';
    throw new Error(`the receiver says that all is well, and the ends differ: ${sha256} here, ${report.sha256} there`);
  }
  if (receiver.killed) return 'receiver killed';
  if (failure === undefined && !(report instanceof Error)) return 'equal';
  const what = [failure, report instanceof Error ? report.message : undefined].filter(Boolean).join('; receiver: ');
  if (faults.every(({ kind }) => kind === 'delay')) throw new Error(`failed by itself: ${what}`);
  if (!(report instanceof Error) && faults.some(({ kind }) => kind === 'fail')) {
    throw new Error(`${what}: and the receiver has all of the RAM, it says`);
  }
  return 'failed as told';
}

const messageOf = (cause: Error): string => cause.message;

/** Undefined, or how it failed. The sender's threads are free again either way. */
async function send(client: Child, cell: Cell): Promise<string | undefined> {
  const opened = await client.open(cell, LINES).then(() => undefined, messageOf);
  const sent = opened ?? (await client.slice(1).then(() => undefined, messageOf));
  const closed = await client.close().then(() => undefined, messageOf);
  return sent ?? closed;
}

function receiverPlan({ cell, faults }: SoakRun, folder: string | undefined, sha256: string) {
  const { channels, pageSize, pagesPerBatch, codec } = cell;
  const receiving = faults.filter(isPacketFault);
  return {
    listen: folder === undefined ? { host: '127.0.0.1', port: 0 } : { path: join(folder, 'receiver') },
    ...{ channels, pageSize, codec, pagesPerPacket: pagesPerBatch, blocks: [{ name: 'm0', bytes: RAM_BYTES }] },
    ...{ numbersGrow: true, numbersDense: true, ignoreSync: false, pinned: false, whole: true, digest: true, sha256 },
    ...{ connectMs: CONNECT_MS, stallMs: STALL_MS, idleMs: 0 },
    ...(receiving.length > 0 && { faults: receiving }),
  };
}
