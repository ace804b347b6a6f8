// The progress line on stderr: rewritten in place on a terminal, a line a round elsewhere.

export class ProgressLine {
  private readonly start = performance.now();
  private readonly stream: NodeJS.WriteStream;
  private lastRound = -1;
  private shown = 0;
  private estimate = '';

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.stream = stream;
  }

  /** Shows how far the counting is that comes before all timing. */
  counting({ done, total, cell: { id } }: { done: number; total: number; cell: { id: string } }): void {
    if (this.stream.isTTY) this.rewrite(`counting before timing, cell ${done + 1} of ${total}: ${id}`);
    else if (done === 0) this.stream.write(`counting before timing: ${total} cells\n`);
  }

  /** Shows how far the run is; `estimateMs` is used until the run itself tells its speed. */
  show(at: { round: number; rounds: number; done: number; total: number; what: string; estimateMs: number }): void {
    const { round, rounds, done, total, what, estimateMs } = at;
    const elapsed = performance.now() - this.start;
    // After a tenth of the work its own speed is the better guess.
    const wholeMs = done > total / 10 ? (elapsed * total) / done : estimateMs;
    const left = Math.max(0, Math.round((wholeMs - elapsed) / 1000));
    const text = `round ${round + 1} of ${rounds}, ${Math.floor((100 * done) / total)} %, about ${left} s left${this.estimate === '' ? '' : `; ${this.estimate}`}`;
    if (this.stream.isTTY) this.rewrite(`${text}: ${what}`);
    else if (round !== this.lastRound) this.stream.write(`${text}\n`);
    this.lastRound = round;
  }

  /** What the finished rounds say, shown with what is under way: told between rounds. */
  known(estimate: string): void {
    this.estimate = estimate;
  }

  /** Shows what a search has found so far, turn by turn on a terminal, once a round elsewhere. */
  searching(at: { round: number; done: number; total: number; found: string; leftMs: number }): void {
    const { round, done, total, found, leftMs } = at;
    const text = `round ${round + 1}, at most ${Math.max(0, Math.round(leftMs / 1000))} s left: ${found}`;
    if (this.stream.isTTY) this.rewrite(`${text} [${done + 1}/${total}]`);
    else if (round !== this.lastRound) this.stream.write(`${text}\n`);
    this.lastRound = round;
  }

  private rewrite(text: string): void {
    const line = text.slice(0, Math.max(20, (this.stream.columns ?? 80) - 1));
    this.stream.write(`\r${line.padEnd(this.shown)}`);
    this.shown = line.length;
  }

  /** Clears the line, so that what follows starts on a clean one. */
  end(): void {
    if (this.stream.isTTY && this.shown > 0) this.stream.write(`\r${' '.repeat(this.shown)}\r`);
    this.shown = 0;
  }
}
