// The parent's end of the drain process: one process for all senders of a comparison, so that it is the same for each.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Address } from '../../src/transport/line.js';
import type { Drained, Expect, Listening, NotDrained } from './drain-messages.js';

export class Drain {
  readonly address: Address;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, { port }: Listening) {
    this.child = child;
    this.address = { host: '127.0.0.1', port };
  }

  static async start(): Promise<Drain> {
    const child = fork(new URL('./drain-process.js', import.meta.url), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    });
    const [listening] = (await once(child, 'message')) as [Listening];
    return new Drain(child, listening);
  }

  /** From here on, connections are those of that process. Resolves once so many bytes came; rejects after `limitMs`. */
  async expect(expected: Expect, send: () => Promise<void>, limitMs: number): Promise<Drained> {
    const limit = AbortSignal.timeout(limitMs);
    const came = once(this.child, 'message', { signal: limit }) as Promise<[Drained | NotDrained]>;
    came.catch(() => {});
    await new Promise<void>((resolve) => this.child.send(expected, () => resolve()));
    await send();
    const [drained] = await came.catch(() => {
      throw new Error(`the drain: ${expected.bytes} bytes did not come within ${limitMs} ms`);
    });
    if ('reason' in drained) throw new Error(`the drain: ${drained.reason}`);
    return drained;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}
