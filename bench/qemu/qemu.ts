/**
 * A real QEMU as one end of a migration. Every question has a time limit, after which QEMU is killed; it is also killed
 * by the kernel when the process that started it ends, however that happens.
 *
 *   const source = await Qemu.start({ binary, ramFile, settings: { channels: 4 } });
 *   await source.migrate(address);              // returns at once
 *   const { status } = await source.ended();    // completed, failed or cancelled
 *   await source.close();
 */

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Address, addressText } from '../../src/os/address.js';
import { isSince, type QemuBinary } from './binary.js';
import { BOOT_ADDRESS, bootSector, DIRTIED, DISK_BYTES, type Machine, machineArguments } from './machine.js';
import { type MigrationInfo, type MigrationSettings, migrationInfo, migrationParameters } from './migration.js';
import { Qmp } from './qmp.js';

export interface QemuPlan {
  readonly binary: QemuBinary;
  /** Default `none`. A `pc` runs its guest from the start, and `start` waits until it dirties RAM. */
  readonly machine?: Machine;
  /** The RAM: all bytes of the file, a whole number of pages. Shared, so a destination writes it. */
  readonly ramFile: string;
  /** True for a destination: it must then be told to `listen`. */
  readonly incoming?: boolean;
  readonly settings: MigrationSettings;
  /** Default multifd alone. */
  readonly capabilities?: readonly string[];
  /** More words for the command line, as in `-global`, `migration.multifd-flush-after-each-section=on`. */
  readonly words?: readonly string[];
}

/** QEMU did not answer, ended, or said no. */
export class QemuError extends Error {
  override readonly name = 'QemuError';
}

/** How a migration can end. */
export const ENDS: readonly string[] = ['completed', 'failed', 'cancelled'];
/** What one question may take. */
const ANSWER_MS = 20_000;
const SAID_BYTES = 4096;

export class Qemu {
  readonly binary: QemuBinary;
  private readonly plan: QemuPlan;
  private readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  private readonly qmp: Qmp;
  private readonly exited: Promise<void>;
  private said = '';
  private gone: QemuError | undefined;
  private status = '';
  private awaken: (() => void) | undefined;

  private constructor(plan: QemuPlan, disk: string | undefined) {
    this.plan = plan;
    this.binary = plan.binary;
    const words = [
      ...machineArguments(plan.machine ?? 'none', plan.ramFile, disk),
      ...(plan.machine === 'pc' && !plan.incoming ? [] : ['-S']),
      ...(plan.incoming ? ['-incoming', 'defer'] : []),
      ...(plan.words ?? []),
    ];
    // The kernel kills it when this thread ends. A parent that ended before that was arranged is no longer the parent.
    const guarded = ['--pdeathsig', 'KILL', 'sh', '-c', '[ $PPID = "$0" ] && exec "$@"', String(process.pid)];
    this.child = spawn('setpriv', [...guarded, plan.binary.path, ...words], { stdio: 'pipe' });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.said = (this.said + text).slice(-SAID_BYTES);
    });
    this.qmp = new Qmp(this.child.stdout, this.child.stdin, ({ event, data }) => {
      if (event !== 'MIGRATION') return;
      this.status = String(data?.status);
      this.awaken?.();
    });
    this.exited = new Promise((resolve) => {
      this.child.once('error', (error) => this.end(`could not be started (setpriv of util-linux): ${error.message}`));
      this.child.once('close', (code, signal) => {
        this.end(`ended with ${signal ?? `code ${code}`}`);
        // Not sooner: QEMU opens its disk once more at the end of a migration.
        if (disk !== undefined) rmSync(dirname(disk), { recursive: true });
        resolve();
      });
    });
  }

  /** Starts QEMU and sets it up. Rejects with the reason, in QEMU's words where it has any. */
  static async start(plan: QemuPlan): Promise<Qemu> {
    const parameters = migrationParameters(plan.binary, plan.settings);
    const qemu = new Qemu(plan, plan.machine === 'pc' ? makeDisk() : undefined);
    try {
      await qemu.call('qmp_capabilities');
      const capabilities = [...(plan.capabilities ?? ['multifd']), 'events'].map((capability) => ({
        capability,
        state: true,
      }));
      await qemu.call('migrate-set-capabilities', { capabilities });
      await qemu.call('migrate-set-parameters', parameters);
      if (plan.machine === 'pc' && !plan.incoming) await qemu.guestDirties();
      return qemu;
    } catch (cause) {
      await qemu.kill();
      throw cause;
    }
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** One QMP command. Rejects with QemuError, or QmpError if QEMU refused it; one that does not answer is killed. */
  call(command: string, parameters?: Readonly<Record<string, unknown>>, limitMs = ANSWER_MS): Promise<unknown> {
    return this.within(limitMs, `no answer to ${command}`, this.qmp.call(command, parameters));
  }

  /** Changes settings, also in the middle of a migration. */
  async set(settings: Partial<MigrationSettings>): Promise<void> {
    await this.call('migrate-set-parameters', migrationParameters(this.binary, settings));
  }

  /**
   * Reads all of its RAM once, by a migration to nowhere: the first access of a process to a page costs what no later one
   * does, on some virtual machines more than sending it. To be called before the migration that counts.
   */
  async warmUp(): Promise<void> {
    const set = (state: boolean) => {
      const names = this.plan.capabilities ?? ['multifd'];
      return this.call('migrate-set-capabilities', {
        capabilities: names.map((capability) => ({ capability, state })),
      });
    };
    await set(false);
    await this.set({ bytesPerSecond: 1e11 });
    this.status = '';
    await this.call('migrate', { uri: 'exec:cat >/dev/null' });
    const { status, error } = await this.ended();
    if (status !== 'completed') throw new QemuError(`QEMU ${this.binary.version}: warming up: ${status}: ${error}`);
    // A machine that was migrated away has to run once more before it can be migrated again. Once the migration is said to be
    // completed QEMU has some work left, and refuses `cont` meanwhile (qmp_cont(): RUN_STATE_FINISH_MIGRATE).
    while (((await this.call('query-status')) as { status: string }).status === 'finish-migrate') await sleep(1);
    await this.call('cont');
    await this.call('stop');
    await set(true);
  }

  /** Starts to write to a file. */
  async save(path: string): Promise<void> {
    this.status = '';
    await this.call('migrate', { uri: `file:${path}` });
  }

  /** Starts to read a file, as a destination. */
  async load(path: string): Promise<void> {
    this.status = '';
    await this.call('migrate-incoming', { uri: `file:${path}` });
  }

  /** Starts to send to whoever listens there. */
  async migrate(to: Address): Promise<void> {
    this.status = '';
    await this.call('migrate', { uri: uriOf(to) });
  }

  /** Starts to listen, as a destination; port 0 takes a free one. Resolves with where. */
  async listen(at: Address = { host: '127.0.0.1', port: 0 }): Promise<Address> {
    this.status = '';
    const stay = isSince(this.binary, 9, 1) ? { 'exit-on-error': false } : {};
    await this.call('migrate-incoming', { uri: uriOf(at), ...stay });
    if ('path' in at) return at;
    const info = (await this.call('query-migrate')) as { 'socket-address'?: { host: string; port: string }[] };
    const [address] = info['socket-address'] ?? [];
    return { host: at.host, port: Number(address?.port ?? at.port) };
  }

  /** How far the migration is. */
  async info(): Promise<MigrationInfo> {
    const info = migrationInfo(await this.call('query-migrate'));
    // QEMU 11.1 gives the reason of some failures to its standard error alone.
    const said = this.said.trim();
    return info.status === 'failed' && info.error === undefined && said !== '' ? { ...info, error: said } : info;
  }

  /**
   * Waits for the end of the migration, without asking meanwhile: that would cost CPU. Rejects with QemuError when
   * QEMU ends (a destination before 9.1 does when a stream is bad), or after the limit, and is then killed.
   */
  async ended(limitMs = 60_000): Promise<MigrationInfo> {
    const end = new Promise<void>((resolve, reject) => {
      this.awaken = () => {
        if (this.gone) reject(this.gone);
        else if (ENDS.includes(this.status)) resolve();
      };
      this.awaken();
    });
    await this.within(limitMs, 'the migration did not end', end);
    return this.info();
  }

  /** Asks QEMU to quit, and kills it if it does not. Resolves when it is gone. */
  async close(): Promise<void> {
    await this.call('quit').catch(() => {});
    await this.within(ANSWER_MS, 'it did not quit', this.exited).catch(() => {});
    await this.exited;
  }

  /** Kills it at once. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Rejects after `limitMs`, and kills QEMU. */
  private async within<T>(limitMs: number, what: string, promise: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        this.end(`${what} within ${limitMs} ms, so it was killed`);
        this.child.kill('SIGKILL');
        reject(this.gone);
      }, limitMs);
    });
    try {
      return await Promise.race([promise, limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  private end(reason: string): void {
    const said = this.said.trim();
    this.gone ??= new QemuError(`QEMU ${this.binary.version}: ${reason}${said ? `; it said: ${said}` : ''}`);
    this.qmp.end(this.gone);
    this.awaken?.();
  }

  /** Waits until the BIOS has loaded the guest, and the guest has then been round: the byte that it writes last changed. */
  private async guestDirties(): Promise<void> {
    const file = openSync(this.plan.ramFile, 'r');
    const read = (at: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length);
      readSync(file, bytes, 0, length, at);
      return bytes;
    };
    const guest = bootSector();
    const last = () => read(DIRTIED.to - DIRTIED.pageSize, 1)[0];
    const until = async (happened: () => boolean) => {
      while (!happened() && !this.gone) await sleep(10);
    };
    const runs = async () => {
      await until(() => read(BOOT_ADDRESS, guest.length).equals(guest));
      const first = last();
      await until(() => last() !== first);
    };
    try {
      await this.within(60_000, 'its guest dirtied nothing', runs());
    } finally {
      closeSync(file);
    }
  }
}

function makeDisk(): string {
  const disk = join(mkdtempSync(join(tmpdir(), 'multifd-bench-qemu-')), 'boot');
  writeFileSync(disk, Buffer.concat([bootSector()], DISK_BYTES));
  return disk;
}

function uriOf(address: Address): string {
  return 'path' in address ? `unix:${address.path}` : `tcp:${addressText(address)}`;
}
