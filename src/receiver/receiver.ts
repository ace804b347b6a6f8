// A receiver as its parent process sees it: started, asked, waited for, ended.

import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Address } from '../os/address.js';
import { checkOutputDirectory } from '../os/output-directory.js';
import { checkOutput, temporaryName } from '../os/output-file.js';
import { Listener } from './listener.js';
import { type FromReceiver, listeningNumbers, RECEIVER_VERSION, STDIO, type ToReceiver } from './messages.js';
import { type ChannelCounts, ReceiverError, type ReceiverPlan, type ReceiverReport } from './plan.js';

const ENTRY = fileURLToPath(new URL('./receiver-process.js', import.meta.url));

/** The reason of a receiver that was killed from outside. */
export const RECEIVER_KILLED = 'the receiver ended with SIGKILL';

type Listening = Pick<Listener, 'address' | 'descriptor' | 'handedOver' | 'remove'>;

export class Receiver {
  /** Where senders connect to. */
  readonly address: Address;
  /** Resolves when all channels have ended well; rejects with ReceiverError. By then the process has ended. */
  readonly report: Promise<ReceiverReport>;
  private readonly process: ChildProcess;
  private readonly listener: Listening;
  private readonly plan: ReceiverPlan;
  private readonly listening: Promise<void>;
  private readonly reading: Promise<void>;
  private stopping = false;
  private counted: (channels: readonly ChannelCounts[]) => void = () => {};

  private constructor(plan: ReceiverPlan, listener: Listening) {
    this.plan = plan;
    this.listener = listener;
    this.address = listener.address;
    const numbers = Array.from({ length: listeningNumbers(plan) }, () => listener.descriptor);
    this.process = fork(ENTRY, [], { stdio: [...STDIO, ...numbers], execArgv: [], serialization: 'json' });
    listener.handedOver();
    this.say({ kind: 'start', version: RECEIVER_VERSION, plan });
    const heard = { listening: () => {}, reading: () => {} };
    const hearing = (what: keyof typeof heard) =>
      new Promise<void>((resolve) => {
        heard[what] = resolve;
      });
    this.listening = hearing('listening');
    this.reading = hearing('reading');
    this.report = this.reportOf(heard);
    this.report.catch(() => {});
  }

  /**
   * Starts it and resolves when it listens. Rejects when the address or the output is not to be had, and when `signal`
   * ends it before: making room takes seconds for each GiB of RAM. `listener`: a socket that listens already.
   */
  static async start(plan: ReceiverPlan, signal?: AbortSignal, listener?: Listening): Promise<Receiver> {
    if (plan.ramOut !== undefined) checkOutput(plan.ramOut, plan.replaces);
    if (plan.blocksOut !== undefined) checkOutputDirectory(plan.blocksOut);
    const receiver = new Receiver(plan, listener ?? (await Listener.open(plan.listen)));
    const stop = () => void receiver.stop();
    signal?.addEventListener('abort', stop);
    try {
      await Promise.race([receiver.listening, receiver.report]);
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    return receiver;
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** True once the process was ended from outside by SIGKILL. */
  get killed(): boolean {
    return !this.stopping && this.process.signalCode === 'SIGKILL';
  }

  /**
   * Resolves when every connection is read from, after the last was made: until then the kernel took what was written,
   * and with many channels a first write could wait for longer than a stall may last. Rejects as `report` does.
   */
  async untilReading(): Promise<void> {
    await Promise.race([this.reading, this.report]);
  }

  /** From now on the first so many channels take part in SYNCs. To be called when all channels are at rest. */
  setParticipants(channels: number): void {
    this.say({ kind: 'participants', channels });
  }

  /** What came so far. */
  count(): Promise<readonly ChannelCounts[]> {
    return new Promise((resolve, reject) => {
      this.counted = resolve;
      this.report.then((report) => resolve(report.channels), reject);
      this.say({ kind: 'count' });
    });
  }

  /** Ends the process at once, whatever it does, and removes what it leaves. */
  async stop(): Promise<void> {
    this.stopping ||= this.process.signalCode === null;
    this.process.kill('SIGKILL');
    await this.report.catch(() => {});
  }

  private say(message: ToReceiver): void {
    // A process that has just ended says so by itself.
    if (this.process.connected) this.process.send(message, () => {});
  }

  private reportOf(heard: Readonly<Record<'listening' | 'reading', () => void>>): Promise<ReceiverReport> {
    let end: FromReceiver | undefined;
    let startError: Error | undefined;
    this.process.on('message', (message: FromReceiver) => {
      if (message.kind === 'listening' || message.kind === 'reading') heard[message.kind]();
      else if (message.kind === 'counted') this.counted(message.channels);
      else end ??= message;
    });
    this.process.once('error', (error) => {
      startError = error;
    });
    return new Promise((resolve, reject) => {
      this.process.once('close', (code, signal) => {
        this.cleanUp();
        if (end?.kind === 'done') resolve(end.report);
        else if (end?.kind === 'failed') reject(new ReceiverError(end.failure));
        else reject(new ReceiverError({ reason: startError?.message ?? `the receiver ended with ${signal ?? code}` }));
      });
    });
  }

  /** What a killed process could not remove itself. */
  private cleanUp(): void {
    this.listener.remove();
    const { pid } = this.process;
    for (const output of [this.plan.ramOut, this.plan.blocksOut]) {
      if (output !== undefined && pid !== undefined) {
        rmSync(temporaryName(output, pid), { force: true, recursive: true });
      }
    }
  }
}
