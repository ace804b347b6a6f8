// Signals in the processes that a command starts: its parent decides what ends, and when.

/** A terminal sends Ctrl-C, and who ends a session SIGTERM or SIGHUP, to the whole group: what is finished is to be kept. */
export function leaveSignalsToParent(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
}
