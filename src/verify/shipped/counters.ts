// What the shipped primitives count and never read: their results need not tell histories apart.
import type { Counter } from '../discarded.js';

const COUNTED = ['parks', 'notifiesSent', 'notifiesWoken', 'slowPaths', 'spins'];
const FILES = ['semaphore', 'event', 'futex-lock', 'ticket-lock', 'mcs-lock', 'tas-lock'];

export const PRIMITIVE_COUNTERS: readonly Counter[] = FILES.map((file) => ({
  file: `src/memory/${file}.ts`,
  properties: COUNTED,
}));
