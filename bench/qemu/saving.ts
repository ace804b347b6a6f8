// Rounds of snapshots by turns: QEMU and our designs write the same RAM into mapped-ram files, below one folder.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CELL_DEFAULTS, type Cell } from '../../src/session/cell.js';
import { Child } from '../measure/child.js';
import { isSince, type QemuBinary } from './binary.js';
import { type Compared, type ComparePlan, named, PLAIN_LOOP, type Sample, type Step, turned } from './compare.js';
import { designName, qemuName } from './contender.js';
import { placeQemu } from './placement.js';
import { processCpuSeconds } from './process-cpu.js';
import { Qemu, QemuError } from './qemu.js';
import type { RamFile } from './ram-file.js';

/** `direct`: pages go around the kernel's cache. */
export interface SavePlan extends ComparePlan {
  readonly direct: boolean;
}

/** It came with 9.0. */
export function knowsMappedRam(binary: QemuBinary): boolean {
  return isSince(binary, 9, 0);
}

interface Saved {
  readonly bytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}
interface Saver {
  readonly name: string;
  /** Rejects with the reason. */
  readonly send: (channels: number) => Promise<Saved>;
}

const LIMIT_MS = 60_000;
const WARM_UPS = 3;
const LINE = 'file';
/** Until its threads are in their places. */
const TRICKLE = 100 << 10;
const UNLIMITED = 1e11;

/** Measures below the folder of temporary files (TMPDIR); a round that is not finished is left out. */
export async function compareSaves(
  plan: SavePlan,
  ram: RamFile,
  progress: (step: Step) => void,
  signal: AbortSignal,
): Promise<Compared> {
  const samples: Sample[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-save-'));
  let client: Child | undefined;
  try {
    const listed = [...new Set(plan.designs.map((design) => design.listed))];
    const senders = Math.max(...plan.channels);
    const fleet = { senders, requesters: 1, ram: { file: ram.path }, watchdogMs: LIMIT_MS, stallMs: LIMIT_MS };
    client = await Child.start(fleet, listed);
    const ours = oursOf(plan, client, ram, folder);
    for (let time = 0; time < WARM_UPS; time++) {
      for (const each of ours) if (!signal.aborted) await named(each, senders);
    }
    for (let round = 0; round < plan.rounds && !signal.aborted; round++) {
      const cells = plan.channels.flatMap((count) =>
        turned([...qemusOf(plan, ram, folder, count), ...ours], round).map((saver) => ({ saver, count })),
      );
      const came: Sample[] = [];
      for (const [index, { saver, count }] of cells.entries()) {
        if (signal.aborted) return { samples, travelBytes: ram.pageBytes(plan.zeroPages) };
        const total = plan.rounds * cells.length;
        progress({ round, done: round * cells.length + index, total, what: `${saver.name}, ${count} ch` });
        const { bytes, seconds, cpuSeconds } = await named(saver, count);
        const gib = bytes / 2 ** 30;
        const measured = { cpuSecondsPerGib: cpuSeconds / gib, gibPerSecond: gib / seconds, drainBusy: 0 };
        came.push({ name: saver.name, channels: count, round, ...measured });
      }
      samples.push(...came);
    }
    return { samples, travelBytes: ram.pageBytes(plan.zeroPages) };
  } catch (cause) {
    if (!signal.aborted) throw cause;
    return { samples, travelBytes: ram.pageBytes(plan.zeroPages) };
  } finally {
    await client?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each time a process of its own: QEMU migrates once. Without multifd there is one writer, whatever the channels. */
function qemusOf(
  { qemus, place, zeroPages, direct }: SavePlan,
  ram: RamFile,
  folder: string,
  channels: number,
): Saver[] {
  const path = join(folder, 'qemu');
  const saver = (binary: QemuBinary, multifd: boolean): Saver => ({
    name: multifd ? qemuName(binary) : `${qemuName(binary)} without multifd`,
    async send() {
      const looks = zeroPages === 'multifd' && !multifd ? 'legacy' : zeroPages;
      const qemu = await Qemu.start({
        binary,
        ramFile: ram.path,
        capabilities: multifd ? ['mapped-ram', 'multifd'] : ['mapped-ram'],
        settings: { channels, bytesPerSecond: TRICKLE, zeroPages: looks, ...(direct ? { directIo: true } : {}) },
      });
      try {
        await qemu.warmUp();
        await qemu.set({ bytesPerSecond: TRICKLE });
        await qemu.save(path);
        await placeQemu(qemu.pid, multifd ? channels : 0, place, LIMIT_MS);
        touchMemory(folder, ram.bytes);
        const { bytes: before = 0 } = await qemu.info();
        const clock = startClock(qemu.pid);
        await qemu.set({ bytesPerSecond: UNLIMITED });
        const { status, error, bytes = 0 } = await qemu.ended(LIMIT_MS);
        const took = clock();
        if (status !== 'completed') throw new QemuError(`QEMU ${binary.version}: migration ${status}: ${error}`);
        return { bytes: bytes - before, ...took };
      } finally {
        await qemu.kill();
        rmSync(path, { force: true });
      }
    },
  });
  return qemus.flatMap((binary) => {
    const alone = channels === 1 && !direct ? [saver(binary, false)] : [];
    return [saver(binary, true), ...alone];
  });
}

function oursOf(plan: SavePlan, client: Child, ram: RamFile, folder: string): Saver[] {
  const { designs, direct, place, zeroPages } = plan;
  const bytes = ram.pageBytes(zeroPages);
  const path = join(folder, 'ours');
  const saver = (name: string, what: Pick<Cell, 'variant' | 'depth' | 'workload'>): Saver => ({
    name,
    async send(channels) {
      const transport = direct ? 'mapped-ram-direct' : 'mapped-ram';
      const cell: Cell = { ...CELL_DEFAULTS, ...what, channels, zeroPages, pagesPerBatch: 128, transport, place };
      await client.connect(LINE, { path }, channels, { file: { path, direct } });
      try {
        await client.open(cell, LINE);
        touchMemory(folder, bytes);
        const clock = startClock(client.pid);
        await client.slice(1);
        const took = clock();
        await client.close();
        return { bytes, ...took };
      } finally {
        await client.disconnect(LINE);
      }
    },
  });
  return [
    ...designs.map((design) => {
      const { listed, depth } = design;
      return saver(designName(design), { variant: listed.variant.name, depth, workload: 'transfer' });
    }),
    saver(PLAIN_LOOP, { variant: 'ceiling', depth: 1, workload: 'ceiling' }),
  ];
}

const PIECE = Buffer.alloc(16 << 20, 'touched');

/**
 * Free memory that a virtual machine gave back to its host costs more to touch again than to write. So just before each
 * save as much is written into the same folder, and let go: every sender then finds its file's memory there. What the disk
 * has to do for this file, and for that of the save before, is waited for: else the next save would share it.
 */
function touchMemory(folder: string, bytes: number): void {
  const path = join(folder, 'touched');
  const file = openSync(path, 'w');
  try {
    for (let at = 0; at < bytes; ) at += writeSync(file, PIECE, 0, Math.min(PIECE.length, bytes - at));
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
    execFileSync('sync', ['-f', folder]);
  }
}

function startClock(pid: number): () => Pick<Saved, 'seconds' | 'cpuSeconds'> {
  const [start, cpu] = [performance.now(), processCpuSeconds(pid)];
  return () => ({ seconds: (performance.now() - start) / 1000, cpuSeconds: processCpuSeconds(pid) - cpu });
}
