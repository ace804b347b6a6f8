// The end of an epoch: no channel goes past its SYNC number n before every channel has read its own SYNC n.
import { ReceiverError } from './plan.js';

export class SyncBarrier {
  private participants: number;
  private readonly reached = new Map<number, number>();
  private readonly ended = new Map<number, number>();
  private waiting: number[] = [];

  constructor(participants: number) {
    this.participants = participants;
  }

  /** From now on only channels 0 to `channels` - 1 take part. Throws while any waits. */
  setParticipants(channels: number): void {
    if (this.waiting.length > 0) throw new ReceiverError({ reason: `channels ${this.waiting} wait at a SYNC` });
    this.participants = channels;
  }

  /** A channel has read its next SYNC. Returns the channels that go on now: none, or all that waited. */
  reach(channel: number): readonly number[] {
    if (channel >= this.participants) {
      const reason = `channel ${channel}: expected SYNCs on the first ${this.participants} channels only, got one`;
      throw new ReceiverError({ channel, reason });
    }
    this.reached.set(channel, (this.reached.get(channel) ?? 0) + 1);
    this.waiting.push(channel);
    this.findMissing();
    if (this.waiting.length < this.participants) return [];
    const released = this.waiting;
    this.waiting = [];
    return released;
  }

  /** A channel has ended. */
  end(channel: number): void {
    this.ended.set(channel, this.reached.get(channel) ?? 0);
    this.findMissing();
  }

  /** Throws when channels wait for one that has ended. */
  private findMissing(): void {
    const [waits] = this.waiting;
    if (waits === undefined) return;
    for (const [channel, syncs] of this.ended) {
      if (channel >= this.participants) continue;
      const reason = `channel ${channel}: expected SYNC ${syncs + 1}, for which channel ${waits} waits, got the end of the stream`;
      throw new ReceiverError({ channel, reason });
    }
  }
}
