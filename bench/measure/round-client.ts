// The parent's end of a round's child process. Whatever blocks in it is ended by SIGKILL.
import { type ChildProcess, fork } from 'node:child_process';
import { type Cell, CellFailure, type FleetPlan, type Slice, type VisitReport } from '../../src/session/cell.js';
import type { Address } from '../../src/transport/line.js';
import type { Listed } from '../plan/catalogue.js';
import { type Answer, type Ask, PROTOCOL, type Question } from './protocol.js';

/** Beyond the fleet's own watchdog, in milliseconds: then the whole process has stopped answering. */
const GRACE_MS = 5000;
const START_MS = 120_000;

export class RoundClient {
  private readonly child: ChildProcess;
  private readonly watchdogMs: number;
  private readonly waiting = new Map<number, { resolve: (value: unknown) => void; reject: (cause: Error) => void }>();
  private asked = 0;
  private ended: string | undefined;
  private readonly exited: Promise<void>;

  private constructor(watchdogMs: number) {
    this.watchdogMs = watchdogMs;
    this.child = fork(new URL('./round-process.js', import.meta.url), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    });
    this.child.on('message', (answer: Answer) => this.hear(answer));
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        this.end(`the round's process ended with ${signal ?? `code ${code}`}`);
        resolve();
      });
    });
    this.child.once('error', (error) => this.end(`the round's process could not be started: ${error.message}`));
  }

  /** Starts a process and its fleet. Rejects with CellFailure. */
  static async start(plan: FleetPlan, listed: readonly Listed[]): Promise<RoundClient> {
    const client = new RoundClient(plan.watchdogMs);
    const outside = Object.fromEntries(
      listed.filter(({ outside }) => outside).map(({ variant, source }) => [variant.name, source.module]),
    );
    await client.ask({ kind: 'start', plan, outside }, START_MS);
    return client;
  }

  /** Connects `channels` channels to a receiver; cells are then opened with the same name. */
  async connect(peer: string, address: Address, channels: number): Promise<void> {
    await this.ask({ kind: 'connect', peer, address, channels });
  }

  async disconnect(peer: string): Promise<void> {
    await this.ask({ kind: 'disconnect', peer });
  }

  async open(cell: Cell, peer?: string): Promise<void> {
    await this.ask({ kind: 'open', cell, peer });
  }

  async digest(bytes: number): Promise<string> {
    return (await this.ask({ kind: 'digest', bytes }, START_MS)) as string;
  }

  async slice(amount: number): Promise<Slice> {
    return (await this.ask({ kind: 'slice', amount })) as Slice;
  }

  async close(): Promise<VisitReport> {
    return (await this.ask({ kind: 'close' })) as VisitReport;
  }

  /** Ends the process at once; nothing in it is worth saving. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private ask(ask: Ask, limitMs = this.watchdogMs + GRACE_MS): Promise<unknown> {
    if (this.ended !== undefined) return Promise.reject(new CellFailure(this.ended));
    const number = ++this.asked;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.end(`the round's process did not answer "${ask.kind}" within ${limitMs} ms`);
        this.child.kill('SIGKILL');
      }, limitMs);
      const settle =
        <V>(then: (value: V) => void) =>
        (value: V) => {
          clearTimeout(timer);
          this.waiting.delete(number);
          then(value);
        };
      this.waiting.set(number, { resolve: settle(resolve), reject: settle(reject) });
      this.child.send({ protocol: PROTOCOL, number, ask } satisfies Question);
    });
  }

  private hear(answer: Answer): void {
    const waiting = this.waiting.get(answer.number);
    if (answer.protocol !== PROTOCOL) this.end(`protocol: expected version ${PROTOCOL}, got ${answer.protocol}`);
    else if ('reason' in answer) waiting?.reject(new CellFailure(answer.reason, answer.dump));
    else waiting?.resolve(answer.value);
  }

  private end(reason: string): void {
    this.ended ??= reason;
    for (const { reject } of [...this.waiting.values()]) reject(new CellFailure(reason));
  }
}
