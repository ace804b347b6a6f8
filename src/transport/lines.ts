// The lines of all channels of a run: connected together, lent to the writing threads, ended and closed together.
import { fillInitial, NO_UUID } from '../wire/initial-packet.js';
import { type Address, Line } from './line.js';
import { WriteSigns, watchWrites } from './write-signs.js';

/** What the writing threads get: it can be posted. */
export interface LineParts {
  /** Descriptors by channel. */
  readonly descriptors: readonly number[];
  readonly signs: SharedArrayBuffer;
}

/** What a fleet borrows for a cell: it lends the numbers to threads and takes them back. */
export interface Lender {
  /** `stalled` is called, once, with the first channel whose one write has not ended for `stallMs`. */
  hold(channels: number, stallMs: number, stalled: (channel: number) => void): LineParts;
  /** Makes every write fail that could block. */
  end(): void;
  /** All threads that held numbers have said that they left. */
  release(): void;
}

export interface LinesPlan {
  readonly address: Address;
  readonly channels: number;
  /** 16 bytes; none is all zero. */
  readonly uuid?: Uint8Array;
  /** Longest time to connect in, in milliseconds. */
  readonly connectMs: number;
}

export class Lines implements Lender {
  private readonly lines: readonly Line[];
  private readonly signs: SharedArrayBuffer;
  private unwatch = () => {};

  private constructor(lines: readonly Line[]) {
    this.lines = lines;
    this.signs = WriteSigns.allocate(lines.length);
  }

  /** Connects all channels, each with its initial packet. Rejects with the first failure, and leaves nothing open. */
  static async connect({ address, channels, uuid = NO_UUID, connectMs }: LinesPlan): Promise<Lines> {
    const connecting = Array.from({ length: channels }, async (_, id) => {
      try {
        return await Line.connect(address, fillInitial({ uuid, id }), connectMs);
      } catch (error) {
        throw new Error(`channel ${id}: ${(error as Error).message}`, { cause: error });
      }
    });
    const settled = await Promise.allSettled(connecting);
    const lines = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    const failed = settled.find((each) => each.status === 'rejected');
    if (!failed) return new Lines(lines);
    await Promise.all(lines.map((line) => line.close()));
    throw failed.reason;
  }

  /**
   * Lends the numbers of the first `channels` lines to writing threads. `stalled` is called, once, with the first
   * channel whose one write has not ended for `stallMs`; it should say so and `end()` the lines.
   */
  hold(channels: number, stallMs: number, stalled: (channel: number) => void): LineParts {
    const descriptors = this.lines.slice(0, channels).map((line) => line.hold());
    this.unwatch = watchWrites(this.signs, channels, stallMs, stalled);
    return { descriptors, signs: this.signs };
  }

  /** All threads that held numbers have said that they left. The lines stay open, for the next hold. */
  release(): void {
    this.unwatch();
    for (const line of this.lines) line.release();
  }

  /** Makes every write fail, one that blocks too: the end of a failed run, before its threads are waited for. */
  end(): void {
    this.unwatch();
    for (const line of this.lines) void line.end();
  }

  /** Ends and closes all lines, after `release()`. */
  async close(): Promise<void> {
    this.unwatch();
    await Promise.all(this.lines.map((line) => line.close()));
  }
}
