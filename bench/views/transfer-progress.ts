// The progress of a transfer, on a terminal only: what has come at the receiver, twice a second.
import type { Receiver } from '../../src/receiver/receiver.js';

const EVERY_MS = 500;

export class TransferProgress {
  private readonly timer: NodeJS.Timeout | undefined;
  private shown = 0;

  constructor(receiver: Receiver, pages: number, stream: NodeJS.WriteStream = process.stderr) {
    if (!stream.isTTY) return;
    const start = performance.now();
    this.timer = setInterval(async () => {
      const channels = await receiver.count().catch(() => []);
      const came = channels.reduce((sum, each) => sum + each.pages + each.zeroPages, 0);
      if (came === 0) return;
      const left = ((performance.now() - start) / came) * (pages - came);
      const line = `${Math.floor((100 * came) / pages)} %, about ${Math.ceil(left / 1000)} s left`;
      stream.write(`\r${line.padEnd(this.shown)}`);
      this.shown = line.length;
    }, EVERY_MS);
  }

  end(stream: NodeJS.WriteStream = process.stderr): void {
    clearInterval(this.timer);
    if (this.shown > 0) stream.write(`\r${' '.repeat(this.shown)}\r`);
  }
}
