// The progress of a check, on stderr: rewritten in place on a terminal, a line a part elsewhere.
export class CheckProgressLine {
  private readonly stream: NodeJS.WriteStream;
  private part = '';
  private shown = 0;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.stream = stream;
  }

  show(part: string, what: string, share: number): void {
    if (this.stream.isTTY) {
      const line = `${part}, ${Math.floor(share * 100)} %: ${what}`.slice(
        0,
        Math.max(20, (this.stream.columns || 80) - 1),
      );
      this.stream.write(`\r${line.padEnd(this.shown)}`);
      this.shown = line.length;
    } else if (part !== this.part) this.stream.write(`${part} ..\n`);
    this.part = part;
  }

  /** Clears the line, so that what follows starts on a clean one. */
  end(): void {
    if (this.shown > 0) this.stream.write(`\r${' '.repeat(this.shown)}\r`);
    this.shown = 0;
  }
}
