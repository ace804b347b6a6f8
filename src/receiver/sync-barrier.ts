// The end of an epoch: no channel goes past its SYNC number n before every channel has read its own SYNC n, nor does a main stream.
import type { Line } from './messages.js';
import { ReceiverError } from './plan.js';

/** How an error names a line. */
function lineName(line: Line): string {
  return line === 'main' ? 'the main stream' : `channel ${line}`;
}

export class SyncBarrier {
  private participants: number;
  private readonly main: boolean;
  private readonly reached = new Map<Line, number>();
  private readonly ended = new Map<Line, number>();
  private waiting: Line[] = [];

  /** `main`: a main stream takes part as well. */
  constructor(participants: number, main = false) {
    this.participants = participants;
    this.main = main;
  }

  /** From now on only channels 0 to `channels` - 1 take part. Throws while any waits. */
  setParticipants(channels: number): void {
    if (this.waiting.length > 0) throw new ReceiverError({ reason: `channels ${this.waiting} wait at a SYNC` });
    this.participants = channels;
  }

  /** A line has read its next SYNC. Returns the lines that go on now: none, or all that waited. */
  reach(line: Line): readonly Line[] {
    if (line !== 'main' && line >= this.participants) {
      const reason = `channel ${line}: expected SYNCs on the first ${this.participants} channels only, got one`;
      throw new ReceiverError({ channel: line, reason });
    }
    this.reached.set(line, (this.reached.get(line) ?? 0) + 1);
    this.waiting.push(line);
    this.findMissing();
    if (this.waiting.length < this.participants + (this.main ? 1 : 0)) return [];
    const released = this.waiting;
    this.waiting = [];
    return released;
  }

  /** A line has ended. */
  end(line: Line): void {
    this.ended.set(line, this.reached.get(line) ?? 0);
    this.findMissing();
  }

  /** Throws when lines wait for one that has ended. */
  private findMissing(): void {
    const [waits] = this.waiting;
    if (waits === undefined) return;
    for (const [line, syncs] of this.ended) {
      if (line !== 'main' && line >= this.participants) continue;
      const reason = `${lineName(line)}: expected SYNC ${syncs + 1}, for which ${lineName(waits)} waits, got the end of the stream`;
      throw new ReceiverError({ ...(line === 'main' ? {} : { channel: line }), reason });
    }
  }
}
