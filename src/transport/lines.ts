// The lines of all channels of a run: connected together, lent to the writing threads, ended and closed together.

import { faultyAddress } from '../faults/connect-faults.js';
import type { Fault } from '../faults/fault.js';
import type { Address } from '../os/address.js';
import type { Acknowledgement } from '../wire/acknowledgement.js';
import { type Announcement, fillAnnouncement } from '../wire/announcement.js';
import { fillInitial, NO_UUID } from '../wire/initial-packet.js';
import { MAIN_STREAM_HEADER } from '../wire/main-stream-writer.js';
import { fillToken } from '../wire/token.js';
import { acknowledgementOf, ReceiverFailed } from './acknowledged.js';
import { Line } from './line.js';
import { type Watch, WriteSigns, watchWrites } from './write-signs.js';

/** The main stream's line, as the provider's thread gets it. */
export interface MainLineParts {
  readonly descriptor: number;
  readonly signs: SharedArrayBuffer;
  readonly row: number;
}

/** What the writing threads get: it can be posted. */
export interface LineParts {
  /** Descriptors by channel. */
  readonly descriptors: readonly number[];
  readonly signs: SharedArrayBuffer;
  /** Of a mapped-ram file: which pages it has. */
  readonly bitmap?: SharedArrayBuffer;
  /** Where there is a main stream beside the channels. */
  readonly main?: MainLineParts;
}

/** What a fleet borrows for a cell: it lends the numbers to threads and takes them back. */
export interface Lender {
  /** `stalled` is called, once, with the first line (`channel 3`) whose peer has taken nothing of a write for `stallMs`. */
  hold(channels: number, stallMs: number, stalled: (line: string) => void): LineParts;
  /** Grows when a write that lasts gets on; absent where writes end by themselves. */
  readonly moves?: number;
  /** Makes every write fail that could block. */
  end(): void;
  /** All threads that held numbers have said that they left. */
  release(): void;
}

/** What a sender says first to a receiver that is to acknowledge. `sha256`: of the RAM. */
export type Announced = Omit<Announcement, 'digest'> & { readonly sha256: string };

export interface LinesPlan {
  readonly address: Address;
  readonly channels: number;
  /** 16 bytes; none is all zero. */
  readonly uuid?: Uint8Array;
  /** True connects a main stream first: QEMU before 8.0 takes the first connection as that. */
  readonly main?: boolean;
  /** Longest time to connect in, in milliseconds. */
  readonly connectMs: number;
  /** What the receiver asks for: the digest of a token. */
  readonly token?: string | undefined;
  /** Says this on each channel, and wants an answer: only to a receiver of this program. */
  readonly announced?: Announced | undefined;
  /** Connections that are to be refused. */
  readonly faults?: readonly Fault[];
}

/** When not all could connect: for the others' reason. */
const REASON_MS = 500;

export class Lines implements Lender {
  private readonly channels: readonly Line[];
  private readonly main: Line | undefined;
  private readonly signs: SharedArrayBuffer;
  private readonly announces: boolean;
  private watch: Watch | undefined;

  private constructor(channels: readonly Line[], main: Line | undefined, announces: boolean) {
    this.channels = channels;
    this.announces = announces;
    this.main = main;
    this.signs = WriteSigns.allocate(channels.length + 1);
  }

  /** Connects all channels, each with its initial packet. Rejects with the first failure, and leaves nothing open. */
  static async connect(plan: LinesPlan): Promise<Lines> {
    const { address, channels, uuid = NO_UUID, main = false, connectMs, token, announced, faults } = plan;
    const shown = token === undefined ? [] : [fillToken(token)];
    const addressOf = (id: number) => (faults ? faultyAddress(faults, id, address) : address);
    const first = main ? await named('main stream', Line.connect(address, MAIN_STREAM_HEADER, connectMs)) : undefined;
    const initial = (id: number) => {
      const bytes = fillInitial({ uuid, id });
      if (announced) fillAnnouncement(bytes, announced, announced.sha256);
      return Buffer.concat([...shown, bytes]);
    };
    const connecting = Array.from({ length: channels }, (_, id) =>
      named(`channel ${id}`, Line.connect(addressOf(id), initial(id), connectMs)),
    );
    const settled = await Promise.allSettled(connecting);
    const lines = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const failed = settled.find((each) => each.status === 'rejected');
    if (!failed) return new Lines(lines, first, announced !== undefined);
    const partings = announced ? await Promise.all(lines.map((line) => line.partWith(REASON_MS))) : [];
    await Promise.all([first, ...lines].map((line) => line?.close()));
    try {
      if (announced) acknowledgementOf(partings);
    } catch (cause) {
      if (cause instanceof ReceiverFailed) throw cause;
    }
    throw failed.reason;
  }

  /**
   * Lends the numbers of the first `channels` lines to writing threads. `stalled` is called, once, with the first
   * line whose peer has taken nothing for `stallMs`; it should say so and `end()` the lines.
   */
  hold(channels: number, stallMs: number, stalled: (line: string) => void): LineParts {
    const { signs, main } = this;
    const held = this.channels.slice(0, channels);
    const row = this.channels.length;
    const descriptors = held.map((line) => line.hold());
    const ofMain = main && { descriptor: main.hold(), signs, row };
    const rows = [...descriptors.map((descriptor, index) => ({ row: index, descriptor })), ...(ofMain ? [ofMain] : [])];
    this.watch = watchWrites(signs, rows, stallMs, (each) => stalled(each === row ? 'main stream' : `channel ${each}`));
    return { descriptors, signs, ...(ofMain && { main: ofMain }) };
  }

  /** All threads that held numbers have said that they left. The lines stay open, for the next hold. */
  release(): void {
    this.watch?.stop();
    for (const line of this.all) line.release();
  }

  get moves(): number {
    return this.watch?.moves ?? 0;
  }

  /** Makes every write fail, one that blocks too: the end of a failed run, before its threads are waited for. */
  end(): void {
    this.watch?.stop();
    for (const line of this.all) void line.end();
  }

  /**
   * Ends all lines and waits for the peer to do so. Rejects with the first that the peer did not end well; after an
   * announcement, with what the receiver failed with, and without an acknowledgement.
   */
  async partWith(patienceMs: number): Promise<Acknowledgement | undefined> {
    const ends = await Promise.all(this.all.map((line) => line.partWith(patienceMs)));
    if (this.announces) return acknowledgementOf(ends);
    for (const [index, { problem, answerBytes }] of ends.entries()) {
      const end = answerBytes > 0 ? `the peer answered with ${answerBytes} bytes` : problem;
      if (end === undefined) continue;
      const line = this.all[index]!;
      throw new Error(`${line === this.main ? 'main stream' : `channel ${this.channels.indexOf(line)}`}: ${end}`);
    }
    return undefined;
  }

  /** Ends and closes all lines, after `release()`. */
  async close(): Promise<void> {
    this.watch?.stop();
    await Promise.all(this.all.map((line) => line.close()));
  }

  private get all(): readonly Line[] {
    return this.main ? [this.main, ...this.channels] : this.channels;
  }
}

async function named<T>(line: string, connecting: Promise<T>): Promise<T> {
  try {
    return await connecting;
  } catch (error) {
    throw new Error(`${line}: ${(error as Error).message}`, { cause: error });
  }
}
