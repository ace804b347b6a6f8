// A body that catches the error by which the checker stops a thread, and goes on as if nothing had happened.
import { writeSync } from 'node:fs';
import type { Operation } from './operation.js';
import { pulse, WATCHED } from './pulse.js';
import { describeSite } from './source.js';

/** How often a body may go on before it is given up: it takes some seconds. */
const MOST_CAUGHT = 5_000_000;
// While a body runs it is a stand-in.
const exit = process.exit.bind(process);

export interface Stopped {
  readonly pending: readonly Operation[];
  /** How often it has come to another operation after it was stopped. */
  goesOn: number;
}

export function neverEnds({ pending: [operation] }: Stopped): string {
  return operation
    ? `thread body never ends: at ${describeSite(operation.site)} it catches the error by which the checker stops a thread, and goes on; let the catch throw again what it does not know`
    : 'thread body never ends: it loops without an access to shared memory';
}

/**
 * Counts a body that goes on; returns what to throw at it again. Where nobody watches it from outside, there is no other
 * way to end it than with its process or worker thread.
 */
export function goOn<T>(stopped: Stopped, stop: T): T {
  if (++stopped.goesOn < MOST_CAUGHT || pulse[WATCHED] === 1) return stop;
  writeSync(2, `verify: ${neverEnds(stopped)}\n`);
  return exit(1);
}
