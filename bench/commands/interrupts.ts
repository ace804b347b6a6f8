// Ctrl-C and its like in commands that take long: what was finished is kept, and the exit code says which signal it was.

const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** While it is open the first signal aborts; a second one ends the process at once. */
export class Interrupts {
  private readonly abort = new AbortController();
  private came: keyof typeof SIGNAL_CODES | undefined;
  private readonly hear = (signal: NodeJS.Signals) => {
    this.came = signal as keyof typeof SIGNAL_CODES;
    this.abort.abort(new Error(`interrupted by ${signal}`));
  };

  constructor() {
    for (const signal of Object.keys(SIGNAL_CODES)) process.once(signal, this.hear);
  }

  get signal(): AbortSignal {
    return this.abort.signal;
  }

  /** What the process ends with; undefined when nothing interrupted it. */
  get code(): number | undefined {
    return this.came && SIGNAL_CODES[this.came];
  }

  close(): void {
    for (const signal of Object.keys(SIGNAL_CODES)) process.removeListener(signal, this.hear);
  }
}
