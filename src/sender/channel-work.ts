// The work of one channel: what happens to a request between a sender's `next` and `complete`, on whatever thread.

import type { Batches } from '../ram/batches.js';
import type { ChannelWriter } from './channel-writer.js';
import type { Tally } from './tally.js';
import { type SendRequest, SYNC } from './variant.js';

/** A write that failed: which channel, which of its writes (from 0, SYNC writes included), and why. */
export class WriteFailure extends Error {
  override readonly name = 'WriteFailure';

  constructor(channel: number, write: number, cause: unknown) {
    super(`channel ${channel}, write ${write}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

export class ChannelWork {
  readonly channel: number;
  readonly tally: Tally;
  readonly writer: ChannelWriter;
  private readonly batches: Batches;
  private readonly publishJobs: (jobs: number) => void;
  private readonly resting: ((syncs: number) => void) | undefined;

  /**
   * `publishJobs` leaves the count of jobs where the provider looks after a sync. `resting` returns when more than
   * `syncs` syncs are wanted.
   */
  constructor(
    channel: number,
    batches: Batches,
    writer: ChannelWriter,
    tally: Tally,
    publishJobs: (jobs: number) => void,
    resting?: (syncs: number) => void,
  ) {
    this.channel = channel;
    this.batches = batches;
    this.writer = writer;
    this.tally = tally;
    this.publishJobs = publishJobs;
    this.resting = resting;
  }

  /** Sleeps between slices, in a cell whose senders do so: after a sync is complete, and before the first slice. */
  rest(): void {
    this.resting?.(this.tally.syncs);
  }

  /** Writes a batch and empties it, or writes a SYNC. Throws WriteFailure, or BrokenInvariant. */
  perform(request: SendRequest): void {
    if (request === SYNC) {
      this.write(request);
      this.tally.syncs++;
      this.publishJobs(this.tally.jobs);
    } else {
      this.tally.take(this.batches, request);
      this.write(request);
      this.batches.reset(request);
    }
  }

  private write(request: SendRequest): void {
    try {
      if (request === SYNC) this.writer.sync();
      else this.writer.send(request);
    } catch (cause) {
      const { jobs, syncs } = this.tally;
      throw new WriteFailure(this.channel, request === SYNC ? jobs + syncs : jobs - 1 + syncs, cause);
    }
  }
}
