// What a piece of a gathered write costs, and what random order of pages does: a bare loop in a process of its own.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { pin } from '../../src/os/cpus.js';
import type { Contender } from './contender.js';
import type { Drain } from './drain.js';
import type { RamFile } from './ram-file.js';

/**
 * How the 128 pages of a packet are written: adjacent ones as one piece, one by one, or one by one in random order.
 * `cached` is the same packet again and again: what is left without reading memory, and the most that the drain was seen to take.
 */
export const PIECES = ['cached', 'joined', 'pages', 'random'] as const;
export type Pieces = (typeof PIECES)[number];

const LIMIT_MS = 60_000;

/** To the process. */
export interface SendPieces {
  readonly pieces: Pieces;
  readonly port: number;
}

export class PiecesProcess {
  private readonly child: ChildProcess;
  private readonly ram: RamFile;
  private readonly drain: Drain;

  private constructor(child: ChildProcess, ram: RamFile, drain: Drain) {
    this.child = child;
    this.ram = ram;
    this.drain = drain;
  }

  /** On one CPU, if one is given. */
  static async start(ram: RamFile, drain: Drain, cpu?: number): Promise<PiecesProcess> {
    const child = fork(new URL('./pieces-process.js', import.meta.url), [ram.path], { execArgv: [] });
    await once(child, 'message');
    if (cpu !== undefined) await pin(child.pid!, cpu, []);
    return new PiecesProcess(child, ram, drain);
  }

  contender(pieces: Pieces): Contender {
    const { child, ram, drain } = this;
    const { port } = drain.address as { readonly port: number };
    return {
      name: pieces,
      async send() {
        let sent: Promise<unknown> | undefined;
        const sending = {
          async place() {},
          async send() {
            sent = once(child, 'message');
            child.send({ pieces, port } satisfies SendPieces);
          },
        };
        const came = await drain.expect({ pid: child.pid!, bytes: ram.bytes }, sending, LIMIT_MS);
        await sent;
        return came;
      },
    };
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}
