// The progress of a transfer, on a terminal only, twice a second.

const EVERY_MS = 500;

export class TransferProgress {
  private readonly timer: NodeJS.Timeout | undefined;
  private shown = 0;

  /** `done` tells how many of `total` are done. */
  constructor(done: () => Promise<number>, total: number, stream: NodeJS.WriteStream = process.stderr) {
    if (!stream.isTTY) return;
    const start = performance.now();
    this.timer = setInterval(async () => {
      const count = Math.min(total, await done().catch(() => 0));
      if (count === 0) return;
      const left = ((performance.now() - start) / count) * (total - count);
      const line = `${Math.floor((100 * count) / total)} %, about ${Math.ceil(left / 1000)} s left`;
      stream.write(`\r${line.padEnd(this.shown)}`);
      this.shown = line.length;
    }, EVERY_MS);
  }

  end(stream: NodeJS.WriteStream = process.stderr): void {
    clearInterval(this.timer);
    if (this.shown > 0) stream.write(`\r${' '.repeat(this.shown)}\r`);
  }
}
