// Mutants of the primitives that may survive: orderings that are redundant, with the reason why.
import type { Survivor } from '../survivors.js';

export const PRIMITIVE_SURVIVORS: readonly Survivor[] = [
  {
    mutant: 'src/memory/event.ts Event.until Atomics.sub 1 delay',
    reason: 'A sleeper that counts itself out late costs a waker a notify that wakes nobody.',
  },
  {
    mutant: 'src/memory/semaphore.ts Semaphore.wait Atomics.sub 1 delay',
    reason: 'A waiter that counts itself out late costs a poster a notify that wakes nobody.',
  },
  {
    mutant: 'src/memory/event.ts Event.close Atomics.or 1 split',
    reason:
      'A wake lost between the two steps is one that the notify of close() makes up for; the epoch is odd for good.',
  },
  {
    mutant: 'src/memory/futex-lock.ts FutexLock.close Atomics.or 1 split',
    reason: 'Once CLOSED is set the low bits no longer matter: every lock() is refused, and close() notifies all.',
  },
];
