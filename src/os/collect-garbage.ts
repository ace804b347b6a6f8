/**
 * Called on each thread when a cell is over. Where the process runs with --expose-gc, what is left then is held by
 * somebody; else garbage lies about until V8 sees fit, tens of MiB a thread, and a leak cannot be told from it.
 */
export function collectGarbage(): void {
  globalThis.gc?.();
}
