// The parent's end of a round's child process. Whatever blocks in it is ended by SIGKILL.

import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Address } from '../../src/os/address.js';
import { type Cell, CellFailure, type FleetPlan, type VisitReport } from '../../src/session/cell.js';
import type { LaneTurn } from '../../src/session/fleet.js';
import type { Acknowledgement } from '../../src/wire/acknowledgement.js';
import type { Slice } from '../../src/workloads/slice.js';
import type { Listed } from '../plan/catalogue.js';
import type { FloorReading } from './floors.js';
import { type Alive, type Answer, type Ask, type Connection, PROTOCOL, type Question } from './protocol.js';

/** A process of ours was ended from outside, by SIGKILL: by a person, or by a kernel that is short of memory. */
export class ProcessKilled extends CellFailure {}

/** Filling RAM and making a digest of it keep the process busy, a second or so for each GiB. */
const SILENCE_MS = 60_000;

/** What drives a build, below its folder: as it is called now, and as older builds call it. */
export const CHILD_PROCESSES = ['dist/bench/measure/child-process.js', 'dist/bench/measure/round-process.js'] as const;

/** The one that the build in a folder has. */
export function childProcessIn(folder: string): string | undefined {
  return CHILD_PROCESSES.map((file) => join(folder, file)).find(existsSync);
}

/** How the process is started, where a profiler is to watch it or another build is to be driven. */
export interface Runtime {
  /** Instead of this Node: a program that starts it. */
  readonly execPath?: string;
  readonly execArgv?: readonly string[];
  /** The folder of another build, whose process is to be started instead of this one's. */
  readonly build?: string;
  /** Ends the process while it starts, which takes seconds for each GiB of RAM. */
  readonly signal?: AbortSignal;
}

export class Child {
  private readonly child: ChildProcess;
  private timer!: NodeJS.Timeout;
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (cause: Error) => void }>();
  private asked = 0;
  private ended: CellFailure | undefined;
  private readonly exited: Promise<void>;

  private constructor({ execPath = process.execPath, execArgv = [], build }: Runtime) {
    const own = new URL('./child-process.js', import.meta.url);
    this.child = fork((build === undefined ? undefined : childProcessIn(build)) ?? own, {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execPath,
      execArgv: [...execArgv],
    });
    this.watch();
    this.child.on('message', (message: Answer | Alive) => this.hear(message));
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        this.end(`the round's process ended with ${signal ?? `code ${code}`}`, signal === 'SIGKILL');
        resolve();
      });
    });
    this.child.once('error', (error) => this.end(`the round's process could not be started: ${error.message}`));
  }

  /** Starts a process and its fleet. Rejects with CellFailure; the process is then gone. */
  static async start(plan: FleetPlan, listed: readonly Listed[], runtime: Runtime = {}): Promise<Child> {
    const client = new Child(runtime);
    const outside = Object.fromEntries(
      listed.filter(({ outside }) => outside).map(({ variant, source }) => [variant.name, source.module]),
    );
    const kill = () => void client.kill();
    runtime.signal?.addEventListener('abort', kill);
    try {
      await client.ask({ kind: 'start', plan, outside });
    } catch (cause) {
      // Nobody else knows of it, and it would keep this process alive.
      await client.kill();
      throw cause;
    } finally {
      runtime.signal?.removeEventListener('abort', kill);
    }
    return client;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Connects `channels` channels to a receiver; cells are then opened with the same name. */
  async connect(peer: string, address: Address, channels: number, rest: Partial<Connection> = {}): Promise<void> {
    await this.ask({ kind: 'connect', peer, address, channels, ...rest });
  }

  /** With `patienceMs`, rejects unless the peer ends the connections well in that time, and acknowledges where it was asked to. */
  async disconnect(peer: string, patienceMs?: number): Promise<Acknowledgement | undefined> {
    const ask = { kind: 'disconnect', peer, ...(patienceMs === undefined ? {} : { patienceMs }) } as const;
    return ((await this.ask(ask)) as Acknowledgement | null) ?? undefined;
  }

  /** Opens a cell; in a lane of its own it stands open beside others. */
  async open(cell: Cell, peer?: string, lane = 0, begins = 0): Promise<void> {
    await this.ask({ kind: 'open', cell, peer, lane, begins });
  }

  async digest(bytes: number): Promise<string> {
    return (await this.ask({ kind: 'digest', bytes })) as string;
  }

  /** Packets of the open cell so far: also while a slice runs. */
  async packets(): Promise<number> {
    return (await this.ask({ kind: 'packets' })) as number;
  }

  /** The round trip of two threads that do nothing else, on the CPUs of a provider and its first sender; no cell is open. */
  async floor(waits: 'spin' | 'park', forMs: number): Promise<FloorReading | undefined> {
    return ((await this.ask({ kind: 'floor', waits, forMs })) as FloorReading | null) ?? undefined;
  }

  async slice(amount: number, lane = 0): Promise<Slice> {
    return (await this.ask({ kind: 'slice', amount, lane })) as Slice;
  }

  /** Cells that are open side by side take turns, without a message in between. Rejects with CellFailure: its lane failed. */
  async turns(order: readonly LaneTurn[]): Promise<readonly Slice[]> {
    return (await this.ask({ kind: 'turns', order })) as readonly Slice[];
  }

  /** What a timed cell has recorded since the last call. */
  async latencies(lane: number): Promise<NonNullable<Slice['latencies']>> {
    return (await this.ask({ kind: 'latencies', lane })) as NonNullable<Slice['latencies']>;
  }

  async close(lane = 0): Promise<VisitReport> {
    return (await this.ask({ kind: 'close', lane })) as VisitReport;
  }

  /** Lets the process end in good order. Resolves when it is gone, and a profiler around it too. */
  async finish(): Promise<void> {
    // Its answer may be lost as it goes.
    await this.ask({ kind: 'end' }).catch(() => {});
    await this.exited;
  }

  /** Ends the process at once; nothing in it is worth saving. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private ask(ask: Ask): Promise<unknown> {
    if (this.ended !== undefined) return Promise.reject(this.ended);
    const number = ++this.asked;
    return new Promise((resolve, reject) => {
      this.waiting.set(number, { resolve, reject });
      // A process that has just ended says so by its exit.
      this.child.send({ protocol: PROTOCOL, number, ask } satisfies Question, () => {});
    });
  }

  /** A process that is alive says so every second: one that is silent is ended, and what it was asked with it. */
  private watch(): void {
    this.timer = setTimeout(() => {
      this.end(`the round's process has been silent for ${SILENCE_MS} ms`);
      this.child.kill('SIGKILL');
    }, SILENCE_MS);
  }

  private hear(message: Answer | Alive): void {
    this.timer.refresh();
    if (message.protocol !== PROTOCOL) this.end(`protocol: expected version ${PROTOCOL}, got ${message.protocol}`);
    if ('alive' in message) return;
    const waiting = this.waiting.get(message.number);
    this.waiting.delete(message.number);
    if ('reason' in message) waiting?.reject(new CellFailure(message.reason, message.dump, message.lane));
    else waiting?.resolve(message.value);
  }

  private end(reason: string, killed = false): void {
    this.ended ??= killed ? new ProcessKilled(reason) : new CellFailure(reason);
    clearTimeout(this.timer);
    for (const { reject } of this.waiting.values()) reject(this.ended);
    this.waiting.clear();
  }
}
