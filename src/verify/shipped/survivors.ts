// Mutants of the primitives that may survive: orderings that are redundant, with the reason why.
import type { Survivor } from '../survivors.js';

export const PRIMITIVE_SURVIVORS: readonly Survivor[] = [
  {
    mutant: 'src/memory/event.ts Event.until Atomics.sub 1 delay',
    reason: 'A sleeper that counts itself out late costs a waker a notify that wakes nobody.',
  },
  {
    mutant: 'src/memory/event.ts Event.sleepLater Atomics.sub 1 delay',
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
  {
    mutant: 'src/memory/ticket-lock.ts TicketLock.lock Atomics.sub 1 delay',
    reason: 'A sleeper that counts itself out late costs an unlock a notify that wakes nobody.',
  },
  {
    mutant: 'src/memory/ticket-lock.ts TicketLock.close Atomics.or 1 split',
    reason: 'An unlock lost between the two steps would have served a ticket; once closed none is.',
  },
  {
    mutant: 'src/memory/mcs-lock.ts McsLock.lock Atomics.store 1 delay',
    reason: 'Whoever unlocks waits until it is said, and the operation that comes before it then is on the own node.',
  },
  {
    mutant: 'src/memory/mcs-lock.ts McsLock.wait Atomics.and 1 delay',
    reason: "The node is the holder's: nobody looks at its turn before it has queued again.",
  },
  {
    mutant: 'src/memory/mcs-lock.ts McsLock.unlock Atomics.store 1 plain',
    reason:
      "The node is the holder's: nobody looks at it before it has queued again, and the exchange that queues it orders this.",
  },
  {
    mutant: 'src/memory/mcs-lock.ts McsLock.unlock Atomics.store 1 delay',
    reason: "The node is the holder's: nobody looks at it before it has queued again.",
  },
  {
    mutant: 'src/memory/mcs-lock.ts McsLock.close Atomics.store 1 delay',
    reason: 'An unlock that waits for the latch sees it one step later.',
  },
  {
    mutant: 'src/memory/mcs-lock.ts McsLock.close Atomics.store 2 delay',
    reason: 'Whoever queues between is sent away at its node, as all are.',
  },
  {
    mutant: 'src/memory/mcs-lock.ts McsLock.close Atomics.or 1 split',
    reason: 'A grant lost between the two steps is one of a lock that is closed, and close() notifies all.',
  },
  {
    mutant: 'src/memory/tas-lock.ts TasLock.unlock Atomics.and 1 delay',
    reason: 'A lock that is given back a step later is held longer, and nobody depends on when it is free.',
  },
  {
    mutant: 'src/memory/tas-lock.ts TasLock.close Atomics.or 1 split',
    reason: 'Once CLOSED is set the low bits no longer matter: every lock() is refused.',
  },
  {
    mutant: 'src/memory/tas-lock.ts TasLock.close Atomics.or 1 delay',
    reason: 'Whoever waits tries again, and is refused a step later.',
  },
];
