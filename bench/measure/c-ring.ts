// The ring in C of docs/ring.c, compiled where there is a compiler: what two CPUs of this machine can hand over at most.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CellFailure } from '../../src/session/cell.js';
import { PROJECT } from '../system/project.js';

const run = promisify(execFile);
const RING_SOURCE = 'docs/ring.c';
const FLAGS = ['-std=c11', '-O2', '-pthread'];
const COMPILE_MS = 30_000;
const RUN_MS = 10_000;
const FIRST_ITEMS = 10_000_000;

export class CRing {
  private readonly folder: string;
  private readonly places: number;
  private readonly cpus: readonly [producer: number, consumer: number];
  private items = FIRST_ITEMS;

  private constructor(folder: string, places: number, cpus: readonly [number, number]) {
    this.folder = folder;
    this.places = places;
    this.cpus = cpus;
  }

  /** Compiles it by `compiler`. Resolves with the reason where it cannot be had. */
  static async build(compiler: string, places: number, cpus: readonly [number, number]): Promise<CRing | string> {
    const source = join(PROJECT, RING_SOURCE);
    if (!existsSync(source)) return `${RING_SOURCE} is not in this installation`;
    if (!Number.isInteger(Math.log2(places))) return `its places are a power of two, and the depth is ${places}`;
    const folder = mkdtempSync(join(tmpdir(), 'multifd-bench-ring-'));
    try {
      await run(compiler, [...FLAGS, source, '-o', join(folder, 'ring')], { timeout: COMPILE_MS });
      return new CRing(folder, places, cpus);
    } catch (cause) {
      rmSync(folder, { recursive: true });
      const { code, stderr } = cause as { code?: unknown; stderr?: string };
      if (code === 'ENOENT') return `no C compiler ${compiler} (CC names another)`;
      return `${compiler} does not compile ${RING_SOURCE}: ${stderr?.trim().split('\n')[0] ?? cause}`;
    }
  }

  /** Items a second, over about `forMs`. */
  async itemsPerSecond(forMs: number): Promise<number> {
    const words = [...this.cpus, this.places, this.items].map(String);
    const { stdout } = await run(join(this.folder, 'ring'), words, { timeout: RUN_MS }).catch((cause) => {
      if (!cause.killed) throw cause;
      throw new CellFailure(
        `${RING_SOURCE}: not done within ${RUN_MS / 1e3} s: is one of its CPUs busy with other work?`,
      );
    });
    const perSecond = Number(/^(\d+) items a second/.exec(stdout)?.[1]);
    if (!(perSecond > 0)) throw new Error(`${RING_SOURCE}: expected "N items a second", got "${stdout.trim()}"`);
    this.items = Math.max(1000, Math.round((perSecond * forMs) / 1e3));
    return perSecond;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
