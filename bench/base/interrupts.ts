// Ctrl-C and its like in commands that take long: what was finished is kept, and the exit code says which signal it was.

const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Interrupt = keyof typeof SIGNAL_CODES;

/**
 * A terminal sends Ctrl-C to all processes of the group, and npm, `timeout` and others pass it on once more: what comes so
 * soon after the first is no second one.
 */
const SAME_MS = 300;

/** While it is open the first signal aborts; a second one ends the process at once. */
export class Interrupts {
  private readonly abort = new AbortController();
  private came: Interrupt | undefined;
  private cameAt = 0;
  private readonly hear = (signal: NodeJS.Signals) => {
    if (this.came === undefined) {
      this.came = signal as Interrupt;
      this.cameAt = performance.now();
      this.abort.abort(new Error(`interrupted by ${signal}`));
    } else if (performance.now() - this.cameAt > SAME_MS) {
      this.close();
      // Nobody listens any more: it does what it does to any process.
      process.kill(process.pid, signal);
    }
  };

  constructor() {
    for (const signal of Object.keys(SIGNAL_CODES)) process.on(signal, this.hear);
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
