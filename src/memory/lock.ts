// What a lock is, whatever its kind, and which kinds there are.
import type { WaitPolicy } from './wait-policy.js';

/** What a design sees of a lock. */
export interface Lock {
  /** Takes the lock, waiting while another holds it. Returns false, without the lock, once it is closed. */
  lock(): boolean;
  /** Gives the lock back. Only its holder calls it. */
  unlock(): void;
}

/** What the framework sees of it: how it ends, and what this thread's waits came to. */
export interface FrameworkLock extends Lock {
  readonly slowPaths: number;
  readonly parks: number;
  readonly notifiesSent: number;
  readonly notifiesWoken: number;
  /** Refuses every later lock() and sends away those who wait. A holder may still unlock. Any thread may call it. */
  close(): void;
}

/**
 *   kind     who waits                                     who comes next
 *   futex    parks at once                                 whoever is there first
 *   spin     looks for a while, then parks                 whoever is there first
 *   ticket   looks at one word with all, then parks        by turns
 *   mcs      looks at a word of its own, then parks        by turns
 *   tas      tries again, each time later; never parks     whoever tries first
 */
export type LockKind = 'futex' | 'spin' | 'ticket' | 'mcs' | 'tas';

/** How long those look that look before they park: a lock's own, not the cell's, and about what a park costs. */
export const LOOKING: WaitPolicy = { spins: 1000, adapts: true };
