// Puts QEMU's threads where ours are: the migration thread as a provider, the send threads as senders.

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { allowedCpus, pin } from '../../src/os/cpus.js';
import type { Placement } from '../../src/session/cell.js';
import { cpuFor } from '../../src/session/placement.js';

/** What QEMU calls them, before 9.0 and since. */
const MIGRATION = /^(?:live_migration|mig\/src\/main)$/;
const SEND = /^(?:multifdsend_|mig\/src\/send_)(\d+)$/;
const LOOK_MS = 2;

/** Waits for the threads of a migration that has begun, and pins them. Rejects when they do not appear. */
export async function placeQemu(pid: number, channels: number, place: Placement, limitMs: number): Promise<void> {
  const limit = performance.now() + limitMs;
  let threads = migrationThreads(pid);
  while (threads.length < channels + 1) {
    if (performance.now() > limit)
      throw new Error(`QEMU showed ${threads.length} of ${channels + 1} migration threads`);
    await sleep(LOOK_MS);
    threads = migrationThreads(pid);
  }
  const cpus = allowedCpus();
  await Promise.all(
    threads.map(({ id, role, index }) => {
      const cpu = cpuFor(place, role, index, cpus);
      return cpu === undefined ? true : pin(id, cpu, cpus);
    }),
  );
}

/** Where the drain goes: as a receiver's first thread would. */
export function drainCpu(place: Placement): number | undefined {
  const cpus = allowedCpus();
  return place === 'none' ? undefined : cpus[2 % cpus.length];
}

interface MigrationThread {
  readonly id: number;
  readonly role: 'provider' | 'sender';
  readonly index: number;
}

function migrationThreads(pid: number): MigrationThread[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((id): MigrationThread[] => {
    const name = readName(`/proc/${pid}/task/${id}/comm`);
    const send = SEND.exec(name);
    if (send) return [{ id: Number(id), role: 'sender', index: Number(send[1]) }];
    return MIGRATION.test(name) ? [{ id: Number(id), role: 'provider', index: 0 }] : [];
  });
}

/** Threads come and go meanwhile. */
function readName(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
}
