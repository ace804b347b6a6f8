// Published programs that the checker is measured on: GenMC's, with its counts, and four that people use.
import type { Scenario } from '../scenario.js';
import { chaseLev } from './chase-lev.js';
import { GENMC_PROGRAMS } from './genmc.js';
import { boundedBuffer } from './lock-and-condition.js';
import { muslCondition } from './musl-condition.js';
import { rustRwLock } from './rust-rwlock.js';

export interface PublishedProgram {
  readonly scenario: Scenario;
  /** Executions that GenMC publishes. */
  readonly executions?: number;
}

export const PUBLISHED_PROGRAMS: readonly PublishedProgram[] = [
  ...GENMC_PROGRAMS,
  { scenario: boundedBuffer(2, 1) },
  { scenario: boundedBuffer(2, 2) },
  { scenario: muslCondition(2, 'signal') },
  { scenario: muslCondition(2, 'broadcast') },
  { scenario: muslCondition(2, 'signal', true) },
  { scenario: rustRwLock(2, 2) },
  { scenario: chaseLev(2, 1) },
  { scenario: chaseLev(2, 2) },
];
