// The writer of a channel under test: writes nowhere, looks at the batch as a packet would, and shows what it wrote.

import { invariant } from '../../memory/invariant.js';
import type { Batches, BatchIndex } from '../../ram/batches.js';
import type { ChannelWriter } from '../../sender/channel-writer.js';
import type { Run } from './run.js';

/** Sequence numbers are shown as bits of one word, so many a requester: two requesters fit. */
const BITS = 15;

export class ShownWriter implements ChannelWriter {
  private readonly run: Run;
  private readonly channel: number;
  private readonly batches: Batches;
  /** Bits of the sequence numbers and of the packet numbers so far. */
  private taken = 0;
  private numbers = 0;
  private sent = 0;
  private synced = 0;

  constructor(run: Run, channel: number) {
    this.run = run;
    this.channel = channel;
    this.batches = run.design.words.batches(run.words);
  }

  send(batch: BatchIndex): void {
    const { batches, channel, run } = this;
    const sequence = batches.sequence(batch);
    if (batches.page(batch, 0) !== sequence) invariant(false, `I2: batch ${batch} does not hold its own page`);
    this.taken |= 1 << (batches.requester(batch) * BITS + sequence);
    run.showChannel('taken', channel, this.taken);
    this.numberPacket();
    run.showChannel('sent', channel, ++this.sent);
    run.wrote();
  }

  sync(): void {
    this.numberPacket();
    this.run.showChannel('synced', this.channel, ++this.synced);
  }

  close(): void {}

  /** All that the framework remembers of a channel: the tally follows from it. */
  digest(): string {
    return `${this.taken} ${this.numbers} ${this.sent} ${this.synced}`;
  }

  private numberPacket(): void {
    const { channel, run } = this;
    if (!run.design.plan.numbered) return;
    this.numbers |= 1 << Atomics.add(run.words, run.design.words.framework.word('packetNumber'), 1);
    run.showChannel('numbers', channel, this.numbers);
  }
}
