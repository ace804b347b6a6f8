// Functions that stop in the middle: a thread's function may not be a generator.
import { BodyError } from './rules.js';

/** Throws for what a generator returns: none of its body has run. */
export function refuseSuspended(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const kind = Object.prototype.toString.call(value);
  if (kind === '[object Generator]' || kind === '[object AsyncGenerator]')
    throw new BodyError('not-modelled', 'a thread whose function is a generator: calling it runs none of its body');
}
