// Ctrl-C and its like while something is measured: what was finished is kept, and the exit code says which signal it was.

/** 128 and the signal's number. */
export const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
export type Interrupting = keyof typeof SIGNAL_CODES;

/** Runs the task with a signal that aborts at the first interrupt; a second one ends the process as usual. */
export async function interruptible<T>(
  task: (signal: AbortSignal) => Promise<T>,
): Promise<{ value: T; interrupted: Interrupting | undefined }> {
  const abort = new AbortController();
  let interrupted: Interrupting | undefined;
  const interrupt = (signal: NodeJS.Signals) => {
    interrupted = signal as Interrupting;
    abort.abort();
  };
  for (const signal of Object.keys(SIGNAL_CODES)) process.once(signal, interrupt);
  try {
    return { value: await task(abort.signal), interrupted };
  } finally {
    for (const signal of Object.keys(SIGNAL_CODES)) process.removeListener(signal, interrupt);
  }
}
