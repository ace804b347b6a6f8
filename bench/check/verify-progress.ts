// The progress of verifying, on stderr: rewritten in place on a terminal, a line a finished subject elsewhere.
import type { VerifyProgress } from './verifying.js';

const EVERY_MS = 100;

export class VerifyProgressLine {
  private readonly subjects: number;
  private readonly stream: NodeJS.WriteStream;
  private shown = 0;
  private lastMs = 0;
  private finished = 0;

  constructor(subjects: number, stream: NodeJS.WriteStream = process.stderr) {
    this.subjects = subjects;
    this.stream = stream;
  }

  show(running: readonly VerifyProgress[], finished: number): void {
    if (!this.stream.isTTY) {
      if (finished > this.finished) this.stream.write(`${finished} of ${this.subjects} searched\n`);
      this.finished = finished;
      return;
    }
    const now = performance.now();
    if (now - this.lastMs < EVERY_MS) return;
    this.lastMs = now;
    const each = running.map(({ name, what, done, total }) => `${name} ${done} of ${total}: ${what}`).join('; ');
    const line = `${finished} of ${this.subjects} searched; ${each}`.slice(
      0,
      Math.max(20, (this.stream.columns || 80) - 1),
    );
    this.stream.write(`\r${line.padEnd(this.shown)}`);
    this.shown = line.length;
  }

  /** Clears the line, so that what follows starts on a clean one. */
  end(): void {
    if (this.shown > 0) this.stream.write(`\r${' '.repeat(this.shown)}\r`);
    this.shown = 0;
  }
}
