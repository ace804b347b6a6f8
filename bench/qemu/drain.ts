// The parent's end of the drain process: one process for all senders of a comparison, so that it is the same for each.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Address } from '../../src/os/address.js';
import { pin } from '../../src/os/cpus.js';
import type { Drained, Expect, Go, Listening, NotDrained } from './drain-messages.js';

/** The two steps of a sender. */
export interface Sending {
  place(): Promise<void>;
  send(): Promise<void>;
}

export class Drain {
  readonly address: Address;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, { port }: Listening) {
    this.child = child;
    this.address = { host: '127.0.0.1', port };
  }

  /** On one CPU, if one is given. */
  static async start(cpu?: number): Promise<Drain> {
    const child = fork(new URL('./drain-process.js', import.meta.url), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    });
    const [listening] = (await once(child, 'message')) as [Listening];
    if (cpu !== undefined) await pin(child.pid!, cpu, []);
    return new Drain(child, listening);
  }

  /**
   * From here on, connections are those of that process. `place` lets it connect, and puts its threads in their places;
   * `send` lets it send, and what then comes is measured. Resolves once so many bytes came in all; rejects after `limitMs`.
   */
  async expect(expected: Expect, { place, send }: Sending, limitMs: number): Promise<Drained> {
    const limit = AbortSignal.timeout(limitMs);
    const came = once(this.child, 'message', { signal: limit }) as Promise<[Drained | NotDrained]>;
    came.catch(() => {});
    await this.tell(expected);
    await place();
    await this.tell('go');
    await send();
    const [drained] = await came.catch(() => {
      throw new Error(`the drain: ${expected.bytes} bytes did not come within ${limitMs} ms`);
    });
    if ('reason' in drained) throw new Error(`the drain: ${drained.reason}`);
    return drained;
  }

  private async tell(message: Expect | Go): Promise<void> {
    await new Promise<void>((resolve) => this.child.send(message, () => resolve()));
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}
